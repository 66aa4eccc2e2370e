import { Help } from '@commander-js/extra-typings';

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

/** The kinds of targets that `--to` takes, and what each of them is. */
export const targetForms = {
  'file:<path>': 'a file with the token or secret, and no line break',
  'file+json:<path>': 'a file with the whole credential object',
  'dotenv:<path>#<KEY>': 'one key of a .env file; every other line stays as it is',
  'session:<path>': 'a session of Augment, as one line of JSON',
  profile: "the file that the profile's own credential comes from",
  'github-env:<NAME>': 'a variable for the later steps of a GitHub Actions job',
  'github-output:<name>': 'an output of this step of a GitHub Actions job',
  'exec:<program and arguments>': 'a program that reads it from standard input, run without a shell',
  'exec+json:<program and arguments>': 'the same with the whole credential object',
  'gh-secret:<owner/repo>[@env]#<NAME>': 'a secret of a repository or environment, by your gh',
  'kubernetes:<namespace>/<secret>#<key>': 'a key of a Secret, by your kubectl',
  'vault:<path>#<field>': 'a field of a KV secret, by your vault',
} as const;

const targets: Topic = {
  title: 'Targets (--to)',
  parts: [
    {
      rows: targetForms,
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
