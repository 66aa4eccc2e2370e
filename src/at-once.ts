import { builtFile } from './built-file.ts';
import { isShell, scriptFile } from './commands/completion/shells.ts';
import { findPage, helpWords, pageOf, pagesFile, type HelpPage } from './commands/help/pages.ts';
import { readBuilt, shapeText } from './commands/shape.ts';
import { fitted } from './commands/help/fit.ts';
import type { Context } from './context.ts';
import { version } from './version.ts';

/**
 * Answers what shells and scripts ask often (`--version`, completion), and what people do (help), without loading the rest of
 * the program; null for everything else. `folder` is where the build put the program, with what it wrote beside it; `columns`
 * is the width of the terminal.
 */
export async function answerAtOnce(
  argv: readonly string[],
  options: { readonly folder: string; readonly context: () => Context; readonly columns: () => number | undefined },
): Promise<string | null> {
  const { folder, context, columns } = options;
  const [first, second, ...others] = argv;
  if (argv.length === 1 && first === '--version') return `${version}\n`;
  if (argv.length === 1 && first === '__profiles') {
    const { profileNames } = await import('./commands/completion/profiles.ts');
    return profileNames(context());
  }
  if (argv.length === 1 && first === '__help') return helpPages();
  if (argv.length === 1 && first === '__commands') return commandShapes();
  const words = helpWords(argv);
  if (words !== null) return builtHelp(folder, words, columns);
  if (first !== 'completion' || !isShell(second) || others.length > 0) return null;
  return builtFile(folder, scriptFile(second));
}

/** The help of every command, for the file that `builtHelp` reads. */
async function helpPages(): Promise<string> {
  const { wholeTree } = await import('./program.ts');
  return JSON.stringify(pageOf(await wholeTree()));
}

/** Every command and flag, for the file that `main` reads. */
async function commandShapes(): Promise<string> {
  const { programShape } = await import('./program.ts');
  return shapeText(await programShape(() => null));
}

async function builtHelp(
  folder: string,
  words: readonly string[],
  columns: () => number | undefined,
): Promise<string | null> {
  const text = builtFile(folder, pagesFile);
  const program = text === null ? null : readBuilt<HelpPage>(text);
  const page = program === null ? null : findPage(program, words);
  return page === null ? null : fitted(page.text, columns());
}
