/** The entries of a JSON or YAML mapping, null for anything else. */
export function mappingOf(raw: unknown): ReadonlyMap<string, unknown> | null {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return null;
  return new Map<string, unknown>(Object.entries(raw));
}
