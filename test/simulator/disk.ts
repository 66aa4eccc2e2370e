import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the names of temporary files are made of while a target refuses: those that are there already. */
export const takenName = '99999999-0000-4000-8000-000000000000';

/** The folders of one simulation: a working directory, and one of state for each name. */
export interface Disk {
  readonly work: string;
  readonly stateOf: (name: string) => string;
  readonly remove: () => void;
}

/** In the folders `refusing` no file can be made whose name has `takenName` in it: EEXIST, which may pass. */
export function createDisk(refusing: readonly string[]): Disk {
  const root = mkdtempSync(join(tmpdir(), 'sactl-simulator-'));
  const work = join(root, 'work');
  mkdirSync(work);
  for (const folder of refusing) {
    mkdirSync(join(work, folder));
    writeFileSync(join(work, folder, `.sactl-${takenName}.tmp`), '');
  }
  return {
    work,
    stateOf: (name) => join(root, `state-${name}`),
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
  return readdirSync(folder)
    .map((name) => textAt(join(folder, name)) ?? '')
    .join('\n')
    .replaceAll(/"base64":"([^"]*)"/g, (_, base64: string) => Buffer.from(base64, 'base64').toString());
}
