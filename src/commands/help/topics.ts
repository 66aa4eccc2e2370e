import { Help } from '@commander-js/extra-typings';

import { targetForms } from '../../delivery/targets/kinds.ts';
import { exitCodeMeanings } from '../../errors.ts';
import { environmentParts } from './environment.ts';

/** A text of `sactl help`. */
export interface Topic {
  readonly title: string;
  readonly parts: readonly TopicPart[];
}

export interface TopicPart {
  readonly title?: string;
  /** Terms and their meanings. */
  readonly rows?: Readonly<Record<string, string>>;
  readonly text?: string;
}

const exitCodes: Topic = { title: 'Exit codes', parts: [{ rows: exitCodeMeanings }] };

const targets: Topic = {
  title: 'Targets (--to)',
  parts: [
    {
      rows: Object.fromEntries(targetForms().map(({ form, meaning }) => [form, meaning])),
    },
    {
      text:
        "{provider}, {profile}, {org}, {id} and {name} stand for the account's own, but not in the name of a program, " +
        'repository, namespace or mount. A path may begin with ~/. New files are readable by you alone; a file that is ' +
        'there keeps its owner and mode. Links and special files are refused, and a file is replaced as a whole or not at all.',
    },
    {
      text:
        'Every target is tried before anything is sent. With --to nothing secret is printed. What cannot be delivered ' +
        'within a minute stays in the journal: see "sactl recover list".',
    },
  ],
};

/** The texts of `sactl help`, by the words that ask for them. */
export const topics = {
  'exit-codes': exitCodes,
  targets,
  environment: { title: 'Environment variables', parts: environmentParts() },
} as const satisfies Readonly<Record<string, Topic>>;

/** Lines that are longer are hard to read. */
const widest = 100;

/** A topic in the layout of all other help, in lines of at most `width` characters. */
export function topicText({ title, parts }: Topic, width: number): string {
  const help = new Help();
  help.minWidthToWrap = 30;
  help.prepareContext({ helpWidth: Math.min(width, widest) });
  return `${[title, ...parts.map((part) => partText(part, help))].join('\n\n')}\n`;
}

function partText({ title, rows = {}, text }: TopicPart, help: Help): string {
  const entries = Object.entries(rows);
  const termWidth = Math.max(0, ...entries.map(([term]) => term.length));
  return [
    ...(title === undefined ? [] : [title]),
    ...entries.map(([term, meaning]) => help.formatItem(term, termWidth, meaning, help)),
    ...(text === undefined ? [] : [help.boxWrap(text, help.helpWidth ?? widest)]),
  ].join('\n');
}
