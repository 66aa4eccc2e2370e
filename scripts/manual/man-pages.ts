import type { CommandDoc } from './command-tree.ts';
import { commandPage } from './man-command.ts';
import { pageName, type Edition } from './man-parts.ts';
import { programPage } from './man-program.ts';
import { page } from './roff.ts';

/** Every page of the manual, by its file name: one for the program, and one for each noun or verb directly below it. */
export function manPages(program: CommandDoc, edition: Edition): ReadonlyMap<string, string> {
  const commands = commandsWithPage(program);
  const pages = [
    { name: pageName(program), lines: programPage(program, commands, edition) },
    ...commands.map((command) => ({
      name: pageName(command),
      lines: commandPage(program, command, edition),
    })),
  ];
  return new Map(pages.map(({ name, lines }) => [`${name}.1`, page(lines)]));
}

/** `help` is told of in the program's own page. */
function commandsWithPage({ commands }: CommandDoc): readonly CommandDoc[] {
  return commands.filter(({ path }) => path[0] !== 'help');
}
