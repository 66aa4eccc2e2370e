import { Refusal, type ServiceCall } from '../emulator.ts';
import { asFields, type Fields } from '../../model/account.ts';
import type { Tag } from './state.ts';

/** The body of a create or update (docs/contracts/nscale.md 2 and 3). Unknown fields are ignored. */
export interface AccountBody {
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly Tag[];
  readonly groupIds: readonly string[];
}

const namePattern = /^[0-9A-Za-z](?:[0-9A-Za-z-_.]{0,61}[0-9A-Za-z])?$/;

/**
 * Checks Content-Type and schema as nscale does before it looks at permissions: what follows the JSON, and metadata that
 * is no object, are not seen here (docs/contracts/nscale.md 2).
 * @throws Refusal 400 naming the place by its JSON pointer
 */
export function checkAccountBody({ headers, text }: ServiceCall): void {
  const type = headers.get('content-type') ?? '';
  if (!/^application\/json(?:;|$)/.test(type)) {
    throw notValid(`: header Content-Type has unexpected value ${JSON.stringify(type)}`);
  }
  if (text === '') throw notValid('');
  const read = firstValue(text);
  if (read === null) throw notValid(': failed to decode request body');
  const body = object(read.value, '');
  const spec = object(body['spec'], '/spec');
  for (const [index, id] of array(spec['groupIDs'], '/spec/groupIDs').entries()) string(id, `/spec/groupIDs/${index}`);
  const { metadata } = body;
  if (metadata === undefined || metadata === null) throw misfit(metadata, '/metadata', 'an object');
  const fields = asFields(metadata);
  if (fields !== null) checkMetadata(fields);
}

function checkMetadata({ name, description, tags }: Fields): void {
  if (!namePattern.test(string(name, '/metadata/name'))) {
    throw invalid('/metadata/name', `string doesn't match the regular expression`);
  }
  if (description !== undefined) string(description, '/metadata/description');
  for (const [index, item] of (tags === undefined ? [] : array(tags, '/metadata/tags')).entries()) {
    const place = `/metadata/tags/${index}`;
    const tag = object(item, place);
    string(tag['name'], `${place}/name`);
    string(tag['value'], `${place}/value`);
  }
}

/** Decodes a body that was checked. @throws Refusal 400 for what only this notices */
export function readAccountBody(text: string): AccountBody {
  const read = firstValue(text);
  const body = asFields(read?.value);
  const metadata = asFields(body?.['metadata']);
  if (read?.isAll !== true || body === null || metadata === null) {
    throw new Refusal(400, 'the request body is missing or malformed');
  }
  const { name, description, tags } = metadata;
  return {
    name: string(name, '/metadata/name'),
    description: description === undefined ? null : string(description, '/metadata/description'),
    tags: tags === undefined ? [] : readTags(tags),
    groupIds: array(object(body['spec'], '/spec')['groupIDs'], '/spec/groupIDs').map(String),
  };
}

function readTags(value: unknown): Tag[] {
  return array(value, '/metadata/tags').map((item) => {
    const { name, value: text } = object(item, '/metadata/tags');
    return { name: String(name), value: String(text) };
  });
}

/** The JSON value that a text begins with, and whether it is all of the text; null for none. A BOM is no JSON. */
function firstValue(text: string): { readonly value: unknown; readonly isAll: boolean } | null {
  const end = endOfObject(text);
  const whole = parsed(text);
  if (whole !== null) return { ...whole, isAll: true };
  const first = end === null ? null : parsed(text.slice(0, end));
  return first === null ? null : { ...first, isAll: false };
}

function parsed(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

/** Where the object that a text begins with ends; null where there is none. */
function endOfObject(text: string): number | null {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{') depth += 1;
    if (token === '}') depth -= 1;
    if (depth === 0 && token === '}') return index + 1;
  }
  return null;
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
  return notValid(`: "${place}" ${reason}`);
}

function notValid(reason: string): Refusal {
  return new Refusal(400, `the request body is not valid${reason}`);
}
