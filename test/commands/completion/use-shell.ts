import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { scriptFile } from '../../../src/commands/completion/shells.ts';
import { dist } from '../built-program.ts';
import { workFolder } from '../support.ts';
import type { RealShell } from './real-shells.ts';
import { fillHome } from './shell-home.ts';
import type { ShellSession } from './shell-session.ts';

export interface ShellOptions {
  /** Default: the script that the build made. */
  readonly script?: string;
  /** A script for sh in place of the program. */
  readonly sactl?: string;
  /** A line that the shell runs after it has loaded the script. */
  readonly more?: string;
}

/** A shell for one test, in a home of its own. */
export async function useShell(
  { name, open }: RealShell,
  { script, sactl, more }: ShellOptions,
): Promise<ShellSession & { readonly home: string }> {
  const home = await workFolder();
  const built = script ?? (await readFile(join(dist, scriptFile(name)), 'utf8'));
  const filled = await fillHome(home, { shell: name, script: built, ...(sactl ? { sactl } : {}) });
  const shell = await open(filled, more);
  onTestFinished(shell.close);
  return { ...shell, home };
}
