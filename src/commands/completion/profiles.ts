import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { mappingOf } from '../../config/mapping.ts';
import { parseFile } from '../../config/parse.ts';
import { findCandidates, type FileText } from '../../config/read-file.ts';
import { userFilePlace } from '../../config/user-file-place.ts';
import type { Context } from '../../context.ts';
import { blockNames } from './block-names.ts';

/** A name that no shell takes for anything else; the file may hold others, which are errors elsewhere. */
const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * The names of the profiles in the user's own file, one a line, for a shell that completes `--profile`. Nothing is asked
 * for beyond that file, no credential is read, and a file that is wrong is no reason to say anything at a prompt.
 */
export async function profileNames(ctx: Context): Promise<string> {
  try {
    const { directory, names } = userFilePlace(ctx);
    const [first] = findCandidates(directory, { names, owner: null }).usable;
    if (first === undefined) return '';
    const path = join(directory, first);
    const found = await namesIn({ path, text: readFileSync(path, 'utf8') });
    const usable = found.filter((name) => safeName.test(name));
    return usable.map((name) => `${name}\n`).join('');
  } catch {
    return '';
  }
}

async function namesIn(file: FileText): Promise<readonly string[]> {
  const names = file.path.endsWith('.json') ? null : blockNames(file.text, 'profiles');
  if (names !== null) return names;
  const reading = await parseFile(file);
  if ('problem' in reading) return [];
  const profiles = mappingOf(reading.value)?.get('profiles');
  return [...(mappingOf(profiles)?.keys() ?? [])];
}
