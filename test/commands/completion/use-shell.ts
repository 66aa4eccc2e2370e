import { onTestFinished } from 'vitest';

import { workFolder } from '../support.ts';
import { builtScript } from './built-script.ts';
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
  const built = script ?? (await builtScript(name));
  const filled = await fillHome(home, { shell: name, script: built, ...(sactl ? { sactl } : {}) });
  const shell = await open(filled, more);
  onTestFinished(shell.close);
  return { ...shell, home };
}
