import type { CommandDoc } from './command-tree.ts';
import { marksOf } from './marks.ts';
import { findReference } from './references.ts';

/** The nouns and lone verbs that the help of a command speaks of, besides its own. */
export function mentions(program: CommandDoc, command: CommandDoc): readonly string[] {
  const names = new Set(textsOf(command).flatMap((text) => namesIn(program, text)));
  return [...names].filter((name) => name !== command.path[0]).toSorted();
}

function textsOf({ description, flags, commands }: CommandDoc): readonly string[] {
  return [description, ...flags.map((flag) => flag.description), ...commands.flatMap(textsOf)];
}

function namesIn(program: CommandDoc, text: string): readonly string[] {
  return marksOf(text)
    .filter(({ kind }) => kind === 'quoted')
    .map((mark) => findReference(program, mark.text))
    .flatMap((reference) => (reference?.kind === 'command' ? reference.path.slice(0, 1) : []));
}
