import { Refusal } from '../emulator.ts';
import { isRecord, jsonObject } from '../records.ts';
import type { Tag } from './state.ts';

/** The body of a create or update, checked (docs/contracts/nscale.md 2 and 3). Unknown fields are ignored. */
export interface AccountBody {
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly Tag[];
  readonly groupIds: readonly string[];
}

const namePattern = /^[0-9A-Za-z](?:[0-9A-Za-z-_.]{0,61}[0-9A-Za-z])?$/;

/** @throws Refusal 400 naming the place by its JSON pointer */
export function readAccountBody(text: string): AccountBody {
  const body = jsonObject(text);
  if (body === null) throw new Refusal(400, 'the request body is missing or malformed');
  const metadata = object(body['metadata'], '/metadata');
  const spec = object(body['spec'], '/spec');
  const name = string(metadata['name'], '/metadata/name');
  if (!namePattern.test(name)) throw invalid('/metadata/name', `string doesn't match the regular expression`);
  const { description, tags } = metadata;
  return {
    name,
    description: description === undefined ? null : string(description, '/metadata/description'),
    tags: tags === undefined ? [] : readTags(tags),
    groupIds: array(spec['groupIDs'], '/spec/groupIDs').map((id, index) => string(id, `/spec/groupIDs/${index}`)),
  };
}

function readTags(value: unknown): Tag[] {
  return array(value, '/metadata/tags').map((item, index) => {
    const place = `/metadata/tags/${index}`;
    const tag = object(item, place);
    return { name: string(tag['name'], `${place}/name`), value: string(tag['value'], `${place}/value`) };
  });
}

function object(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (value === undefined) throw missing(place);
  if (!isRecord(value)) throw invalid(place, 'value must be an object');
  return value;
}

function string(value: unknown, place: string): string {
  if (value === undefined) throw missing(place);
  if (typeof value !== 'string') throw invalid(place, 'value must be a string');
  return value;
}

function array(value: unknown, place: string): unknown[] {
  if (value === undefined) throw missing(place);
  if (!Array.isArray(value)) throw invalid(place, 'value must be an array');
  return value;
}

function missing(place: string): Refusal {
  return invalid(place, 'property is missing');
}

function invalid(place: string, reason: string): Refusal {
  return new Refusal(400, `the request body is not valid: "${place}" ${reason}`);
}
