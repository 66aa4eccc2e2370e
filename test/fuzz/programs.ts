import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { connectionVariables } from './connections.ts';
import { secrets } from './secrets.ts';

const scripts: Readonly<Record<string, string>> = {
  take: 'cat > /dev/null',
  // Repeats all that it was given, as programs with a trace do.
  blab: `cat >&2; env | grep -E "^(${connectionVariables.join('|')})=" >&2; exit 3`,
  token: `echo ${secrets.nscale}`,
  traced: `echo ${secrets.nscale}; echo "+ echo ${secrets.nscale}" >&2; exit 1`,
  gh: 'cat > /dev/null',
  kubectl: 'cat >&2; exit 1',
  vault: 'cat > /dev/null; echo "Code: 404. Errors:" >&2; [ "$2" != patch ]',
};

/** The only programs that are started, in a folder of their own. */
export function writePrograms(folder: string): void {
  mkdirSync(folder);
  for (const [name, script] of Object.entries(scripts)) {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }
}
