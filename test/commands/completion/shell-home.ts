import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Shell } from '../../../src/commands/completion/shells.ts';
import { program } from '../built-program.ts';
import type { ShellHome } from './shell-session.ts';

const configuration = `
profiles:
  prod: { provider: nscale, credential: { command: [touch, called] } }
  staging.eu: { provider: runai, endpoint: "https://runai.example", credential: { env: A } }
`;

/** Fills an empty folder; `sactl` is a script for sh, by default the built program. */
export async function fillHome(
  path: string,
  { shell, script, sactl }: { shell: Shell; script: string; sactl?: string },
): Promise<ShellHome> {
  const bin = join(path, 'bin');
  await mkdir(join(path, '.config/sactl'), { recursive: true });
  await mkdir(join(path, 'folder'));
  await mkdir(bin);
  await writeFile(join(path, '.config/sactl/config.yaml'), configuration);
  for (const name of ['token.txt', 'my file.txt', 'folder/inner.txt']) {
    await writeFile(join(path, name), '');
  }
  await writeFile(join(bin, 'sactl'), `#!/bin/sh\n${sactl ?? `exec "$NODE" "$PROGRAM" "$@"`}\n`);
  await chmod(join(bin, 'sactl'), 0o755);
  // PowerShell loads nothing with another ending.
  const file = join(path, shell === 'powershell' ? 'sactl.ps1' : 'script');
  await writeFile(file, script);
  return {
    path,
    script: file,
    env: {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      HOME: path,
      // Nothing is written when the shell ends, which is while the folder is removed.
      HISTFILE: '',
      SCRIPT: file,
      NODE: process.execPath,
      PROGRAM: program,
    },
  };
}
