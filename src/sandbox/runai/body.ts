import { Refusal } from './answers.ts';

/** A JSON object. The readers below throw Refusal 400 when a field is missing or of another type. */
export type Body = Readonly<Record<string, unknown>>;

/** @throws Refusal 400 unless the text is a JSON object */
export function readBody(text: string): Body {
  try {
    const body: unknown = JSON.parse(text);
    if (isRecord(body)) return body;
  } catch {
    // Answered below, like every other body that is not an object.
  }
  throw new Refusal(400, 'The request body is not a JSON object');
}

/** A field that must be an object. */
export function object(body: Body, name: string): Body {
  const value = required(body, name);
  if (!isRecord(value)) throw wrong(name, 'an object');
  return value;
}

/** A field that must be an array of objects; it may be empty. */
export function objects(body: Body, name: string): Body[] {
  const value = required(body, name);
  if (!Array.isArray(value) || !value.every(isRecord)) throw wrong(name, 'an array of objects');
  return value;
}

/** A field that must be a string, not an empty one. */
export function string(body: Body, name: string): string {
  const value = required(body, name);
  if (typeof value !== 'string' || value === '') throw wrong(name, 'a string');
  return value;
}

/** A field that must be true or false. */
export function boolean(body: Body, name: string): boolean {
  const value = required(body, name);
  if (typeof value !== 'boolean') throw wrong(name, 'a boolean');
  return value;
}

/** A field that must be an integer. */
export function integer(body: Body, name: string): number {
  const value = required(body, name);
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrong(name, 'an integer');
  return value;
}

/** A field that must be one of these strings. */
export function oneOf<Item extends string>(body: Body, name: string, items: readonly Item[]): Item {
  const value = string(body, name);
  const item = items.find((candidate) => candidate === value);
  if (item === undefined) throw wrong(name, `one of ${items.join(', ')}`);
  return item;
}

function required(body: Body, name: string): unknown {
  const value = body[name];
  if (value === undefined) throw new Refusal(400, `Required parameter is missing: ${name}`);
  return value;
}

function wrong(name: string, what: string): Refusal {
  return new Refusal(400, `Parameter ${name} must be ${what}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
