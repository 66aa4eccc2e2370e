/** Strings and the marks of JSON; what is between them is of no interest. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/**
 * Which of `keys` the object has more than once. Parsers keep the last one and say nothing (contracts/augment.md 3.1).
 * @param json an object in valid JSON
 */
export function repeatedKeys<Key extends string>(json: string, keys: readonly Key[]): Key[] {
  const counts = new Map<unknown, number>();
  let depth = 0;
  let text = '';
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (token !== ':') text = token;
    else if (depth === 1) {
      // Parsed, because a key can be written in several ways.
      const key: unknown = JSON.parse(text);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return keys.filter((key) => (counts.get(key) ?? 0) > 1);
}
