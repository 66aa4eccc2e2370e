import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Hint } from '../../model/hint.ts';
import { UsageError } from '../../errors.ts';
import { listOf, quoted } from '../../model/text.ts';
import { findSubcommand, type Choose } from '../tree.ts';
import { isTopic, topicNames } from './topic-names.ts';

/**
 * `help`, `help <command…>` and the help topics, in place of commander's own help command. `hintFor` says what helps where
 * there is no help on these words.
 */
export function addHelp(
  root: CommandUnknownOpts,
  choose: Choose,
  hintFor: (argv: readonly string[]) => Promise<Hint | null>,
): void {
  root.helpCommand(false);
  root
    .command('help')
    .summary(`Show help on a command, or on ${listOf(topicNames, 'or')}`)
    .description(`Shows help on a command, or one of the topics ${listOf(topicNames)}.`)
    .argument('[words...]', 'a command such as "serviceaccounts list", or a topic')
    .action(async (words) => {
      const name = words.join(' ');
      if (isTopic(name)) {
        choose(async (invocation) => (await import('./print-topic.ts')).printTopic(invocation, name));
        return;
      }
      const command = findCommand(root, words);
      if (command === null) {
        const hint = await hintFor(['help', ...words]);
        throw new UsageError(`there is no help on ${quoted(name)}`, { hint });
      }
      command.help();
    });
}

function findCommand(root: CommandUnknownOpts, words: readonly string[]): CommandUnknownOpts | null {
  let command = root;
  for (const word of words) {
    const next = findSubcommand(command, word);
    if (next === undefined) return null;
    command = next;
  }
  return command;
}
