import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { memory } from '../harness/memory.ts';

/** The folders of one simulation: a working directory, and one of state for each name. */
export interface Disk {
  readonly work: string;
  readonly stateOf: (name: string) => string;
  /** Takes the name of the temporary file that would be made in a folder with this id: EEXIST, which may pass. */
  readonly take: (folder: string, id: string) => void;
  readonly remove: () => void;
}

/** @param folders in the working directory */
export function createDisk(folders: readonly string[]): Disk {
  const root = mkdtempSync(join(memory, 'sactl-simulator-'));
  const work = join(root, 'work');
  mkdirSync(work);
  for (const folder of folders) mkdirSync(join(work, folder));
  return {
    work,
    stateOf: (name) => join(root, `state-${name}`),
    take: (folder, id) => writeFileSync(join(work, folder, `.sactl-${id}.tmp`), ''),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

export function textAt(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** The path of a journal's entry. */
export function entryPath(stateDirectory: string, id: string): string {
  return join(stateDirectory, 'journal', `${id}.jsonl`);
}

/** Everything that a journal keeps, with what is in base64 decoded. */
export function journalText(stateDirectory: string): string {
  const folder = join(stateDirectory, 'journal');
  if (!existsSync(folder)) return '';
  return decoded(
    readdirSync(folder)
      .map((name) => textAt(join(folder, name)) ?? '')
      .join('\n'),
  );
}

/** Records of a journal with what is in base64 decoded. */
export function decoded(text: string): string {
  return text.replaceAll(/"base64":"([^"]*)"/g, (_, base64: string) => Buffer.from(base64, 'base64').toString());
}
