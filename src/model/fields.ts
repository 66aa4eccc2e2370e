/** A JSON object somebody else may have written. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object that `json` says; null when it is anything else. */
export function parseFields(json: string): Fields | null {
  try {
    return asFields(JSON.parse(json));
  } catch {
    return null;
  }
}

/** `value` when it is an object; else one without fields. */
export function fieldsOf(value: unknown): Fields {
  return asFields(value) ?? {};
}

/** A string; null when it is anything else. */
export function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** One of `known`; null when it is anything else. */
export function oneOf<Known>(value: unknown, known: readonly Known[]): Known | null {
  return known.find((candidate) => candidate === value) ?? null;
}

function asFields(value: unknown): Fields | null {
  return isObject(value) ? value : null;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
