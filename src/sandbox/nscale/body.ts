import { Refusal } from '../emulator.ts';
import { asFields, parseFields, type Fields } from '../../model/account.ts';
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
  const body = parseFields(text);
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

function object(value: unknown, place: string): Fields {
  const fields = asFields(value);
  if (fields === null) throw misfit(value, place, 'an object');
  return fields;
}

function string(value: unknown, place: string): string {
  if (typeof value !== 'string') throw misfit(value, place, 'a string');
  return value;
}

function array(value: unknown, place: string): unknown[] {
  if (!Array.isArray(value)) throw misfit(value, place, 'an array');
  return value;
}

function misfit(value: unknown, place: string, what: string): Refusal {
  return invalid(place, value === undefined ? 'property is missing' : `value must be ${what}`);
}

function invalid(place: string, reason: string): Refusal {
  return new Refusal(400, `the request body is not valid: "${place}" ${reason}`);
}
