import type { CommanderError, CommandUnknownOpts } from '@commander-js/extra-typings';

import { quoted } from '../model/text.ts';
import { longName } from '../session/flag.ts';
import { rootOf } from './tree.ts';

/** What the parser refuses, in the words of all other errors: it tells them only in a sentence of its own. */
const sentences: readonly { readonly of: RegExp; readonly say: (...parts: readonly string[]) => string }[] = [
  {
    of: /^option '([^']*)' argument '([^]*)' is invalid\. ([^]*)$/,
    say: (flags = '', value = '', reason = '') => `${longName(flags)} ${quoted(value)} ${demand(reason)}`,
  },
  {
    of: /^command-argument value '([^]*)' is invalid for argument '([^']*)'\. ([^]*)$/,
    say: (value = '', name = '', reason = '') => `${name} ${quoted(value)} ${demand(reason)}`,
  },
  { of: /^option '([^']*)' argument missing$/, say: (flags = '') => `${longName(flags)} needs a value` },
  { of: /^missing required argument '([^']*)'$/, say: (name = '') => `<${name}> is missing` },
];

/**
 * What is wrong with a command line that the parser refused; of `command`, as far as that could be told. Without what was
 * typed as the value of a flag that is none, which may be a secret.
 */
export function misuseText({ code, message }: CommanderError, command: CommandUnknownOpts): string {
  if (code === 'commander.excessArguments') {
    return `${quoted(command.args[command.registeredArguments.length] ?? '')} is no flag`;
  }
  const text = message.replace(/^error: /, '');
  if (code === 'commander.unknownOption') return unknownFlag(text.split('\n')[0] ?? '', command);
  for (const { of, say } of sentences) {
    const parts = of.exec(text);
    if (parts !== null) return say(...parts.slice(1));
  }
  return text.split('\n')[0] ?? '';
}

function unknownFlag(line: string, command: CommandUnknownOpts): string {
  const flag = /'(--[^=']*)=/.exec(line)?.[1];
  const isKnown = [...command.options, ...rootOf(command).options].some(({ long }) => long === flag);
  if (flag !== undefined && isKnown) return `${flag} takes no value`;
  return line.replace(/'(--[^=:\s]*|-[^-]).*'$/s, "'$1'");
}

function demand(reason: string): string {
  return reason.replace(/^Allowed choices are /, 'must be one of ').replace(/\.$/, '');
}
