/**
 * The keys of a YAML mapping under `key`, where they stand one a line below it, as almost everybody writes them; null
 * where it takes all of YAML to read them. Its library takes as long as Node to start, and somebody waits at a Tab.
 */
export function blockNames(text: string, key: string): readonly string[] | null {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(?:#|$)/.test(line));
  const start = lines.findIndex((line) => new RegExp(`^${key}:\\s*(?:#.*)?$`).test(line));
  if (start < 0) return null;
  const below = lines.slice(start + 1);
  const end = below.findIndex((line) => !line.startsWith(' '));
  return keysOf(end < 0 ? below : below.slice(0, end));
}

const simpleKey = /^ +([A-Za-z0-9][A-Za-z0-9._-]*):(?: |$)/;

/** The keys of the lines that are indented as the first one is; the rest is what they hold. */
function keysOf(lines: readonly string[]): readonly string[] | null {
  const indent = indentOf(lines[0] ?? '');
  const keys: string[] = [];
  for (const line of lines.filter((each) => indentOf(each) <= indent)) {
    const [, key] = simpleKey.exec(line) ?? [];
    if (key === undefined || indentOf(line) < indent) return null;
    keys.push(key);
  }
  return keys;
}

function indentOf(line: string): number {
  return line.search(/\S|$/);
}
