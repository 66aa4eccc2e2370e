import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { isShell, scriptFile } from './commands/completion/shells.ts';
import type { Context } from './context.ts';
import { version } from './version.ts';

export interface AtOnceOptions {
  /** Where the build put the program, and the completion scripts beside it. */
  readonly folder: string;
  readonly context: () => Context;
}

/**
 * The answer to what is asked for with every new shell, at every Tab or by many scripts, found without loading the rest of
 * the program; null for everything else.
 */
export async function answerAtOnce(
  argv: readonly string[],
  { folder, context }: AtOnceOptions,
): Promise<string | null> {
  const [first, second, ...others] = argv;
  if (argv.length === 1 && first === '--version') return `${version}\n`;
  if (argv.length === 1 && first === '__profiles') {
    const { profileNames } = await import('./commands/completion/profiles.ts');
    return profileNames(context());
  }
  if (first !== 'completion' || !isShell(second) || others.length > 0) return null;
  return builtFile(folder, scriptFile(second));
}

/**
 * The text of a file that the build wrote beside the program; null while the program is being built, which is when it is
 * written. The executable has its files inside, and another module in place of this one (`scripts/sea`).
 */
function builtFile(folder: string, name: string): string | null {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return null;
  }
}
