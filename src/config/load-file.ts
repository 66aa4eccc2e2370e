import { join } from 'node:path';

import { parseFile } from './parse.ts';
import { errorCode, readFirst } from './read-file.ts';
import type { Reading } from './section.ts';

/** A file's path with its value, or with a whole line saying what is wrong. */
export interface LoadedFile {
  readonly path: string;
  readonly content: Reading<unknown>;
}

/** Reads and parses the first of `names` in `directory`; they were all seen to exist. */
export async function loadFile(directory: string, names: readonly string[]): Promise<LoadedFile> {
  const expected = join(directory, names[0] ?? '');
  try {
    const file = await readFirst(directory, names);
    if (file === null) {
      return { path: expected, content: { problem: `${expected}: was removed meanwhile` } };
    }
    return { path: file.path, content: await parseFile(file) };
  } catch (error) {
    return {
      path: expected,
      content: { problem: `${expected}: cannot be read (${errorCode(error)})` },
    };
  }
}
