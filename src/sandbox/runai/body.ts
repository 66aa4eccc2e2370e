import { Refusal } from '../emulator.ts';
import { parseFields, type Fields } from '../../model/account.ts';

/** @throws Refusal 400 unless the text is a JSON object; the readers below, when a field is missing or of another type */
export function readBody(text: string): Fields {
  const body = parseFields(text);
  if (body === null) throw new Refusal(400, 'The request body is not a JSON object');
  return body;
}

/** A field that must be a string, not an empty one. */
export function string(body: Fields, name: string): string {
  const value = required(body, name);
  if (typeof value !== 'string' || value === '') throw wrong(name, 'a string');
  return value;
}

/** A field that must be true or false. */
export function boolean(body: Fields, name: string): boolean {
  const value = required(body, name);
  if (typeof value !== 'boolean') throw wrong(name, 'a boolean');
  return value;
}

/** A field that must be an integer. */
export function integer(body: Fields, name: string): number {
  const value = required(body, name);
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrong(name, 'an integer');
  return value;
}

/** A field that must be one of these strings. */
export function oneOf<Item extends string>(body: Fields, name: string, items: readonly Item[]): Item {
  const value = string(body, name);
  const item = items.find((candidate) => candidate === value);
  if (item === undefined) throw wrong(name, `one of ${items.join(', ')}`);
  return item;
}

function required(body: Fields, name: string): unknown {
  const value = body[name];
  if (value === undefined) throw new Refusal(400, `Required parameter is missing: ${name}`);
  return value;
}

function wrong(name: string, what: string): Refusal {
  return new Refusal(400, `Parameter ${name} must be ${what}`);
}
