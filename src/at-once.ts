import { builtFile } from './built-file.ts';
import { isShell, scriptFile } from './commands/completion/shells.ts';
import type { Context } from './context.ts';
import { version } from './version.ts';

/**
 * Answers what shells and scripts ask often (`--version`, completion) without loading the rest of the program; null for
 * everything else. `folder` is where the build put the program, with the completion scripts beside it.
 */
export async function answerAtOnce(
  argv: readonly string[],
  { folder, context }: { readonly folder: string; readonly context: () => Context },
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
