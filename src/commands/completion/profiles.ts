import { readFileSync } from 'node:fs';

import { findCandidates } from '../../config/candidates.ts';
import { userFileLocation } from '../../config/directories.ts';
import type { Context } from '../../context.ts';

/** A name that no shell takes for anything else; the file may hold others, which are errors elsewhere. */
const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * The names of the profiles in the user's own file, one a line, for a shell that completes `--profile`. No other file
 * and no credential is read, and a file that is wrong gives no error, because this runs at a prompt.
 */
export async function profileNames(ctx: Context): Promise<string> {
  try {
    const { directory, names } = userFileLocation(ctx);
    if (directory === null) return '';
    const [path] = findCandidates(directory, names, null).usable;
    if (path === undefined) return '';
    const found = await namesIn(path, readFileSync(path, 'utf8'));
    return found.flatMap((name) => (safeName.test(name) ? [`${name}\n`] : [])).join('');
  } catch {
    return '';
  }
}

async function namesIn(path: string, text: string): Promise<readonly string[]> {
  const names = path.endsWith('.json') ? null : blockNames(text, 'profiles');
  if (names !== null) return names;
  const [{ parseFile }, { mappingOf }] = await Promise.all([
    import('../../config/parse.ts'),
    import('../../config/section.ts'),
  ]);
  const parsed = await parseFile(path, text);
  if ('problem' in parsed) return [];
  const profiles = mappingOf(parsed.value)?.get('profiles');
  return [...(mappingOf(profiles)?.keys() ?? [])];
}

/**
 * The keys of a YAML mapping under `key`, where each is on a line of its own below it, as in nearly every file; null where
 * a YAML parser is needed. To load one takes as long as Node takes to start, and a person waits at a Tab.
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
