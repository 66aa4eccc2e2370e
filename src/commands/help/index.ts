import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { sactl } from '../../model/hint.ts';
import { UsageError } from '../../errors.ts';
import { findSubcommand } from '../tree.ts';

/** `help`, `help <command…>` and the help topics, in place of commander's own help command. */
export function addHelp(root: CommandUnknownOpts): void {
  root.helpCommand(false);
  root
    .command('help')
    .summary('Show help on a command, or on exit-codes, targets or environment')
    .description('Shows help on a command, or one of the topics exit-codes, targets and environment.')
    .argument('[words...]', 'a command such as "serviceaccounts list", or a topic')
    .action(async (words) => {
      const { topics, topicText } = await import('./topics.ts');
      const topic = new Map(Object.entries(topics)).get(words.join(' '));
      const output = root.configureOutput();
      if (topic === undefined) findCommand(root, words).outputHelp();
      else output.writeOut?.(topicText(topic, output.getOutHelpWidth?.() ?? 80));
    });
}

function findCommand(root: CommandUnknownOpts, words: readonly string[]): CommandUnknownOpts {
  let command = root;
  for (const word of words) {
    const next = findSubcommand(command, word);
    if (next === undefined) throw new UsageError(`there is no help on "${words.join(' ')}"`, { hint: sactl`--help` });
    command = next;
  }
  return command;
}
