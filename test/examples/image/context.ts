import { cp, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import picomatch from 'picomatch';

interface Rule {
  readonly matches: (path: string) => boolean;
  readonly keeps: boolean;
}

/** What a `.dockerignore` leaves of a folder: https://docs.docker.com/build/concepts/context/#dockerignore-files */
export async function copyContext(from: string, ignore: string, to: string): Promise<void> {
  const rules = ignore
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(readRule);
  for (const path of await keptIn(from, rules)) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await cp(join(from, path), join(to, path));
  }
}

function readRule(line: string): Rule {
  const keeps = line.startsWith('!');
  return { matches: picomatch(keeps ? line.slice(1) : line, { dot: true }), keeps };
}

/** The files in a folder that no rule takes away; the last rule that fits a path, or a folder above it, decides. */
async function keptIn(root: string, rules: readonly Rule[], folder = ''): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const above = path.split('/').map((_, index, names) => names.slice(0, index + 1).join('/'));
    const last = rules.findLast(({ matches }) => above.some(matches));
    if (last?.keeps === false) continue;
    found.push(...(entry.isDirectory() ? await keptIn(root, rules, path) : [path]));
  }
  return found;
}
