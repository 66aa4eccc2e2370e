import { shellWord } from './text.ts';

/** A command of this program, for people to paste into a shell. */
export interface CommandLine {
  /** What follows `sactl`, each word as a shell takes it. */
  readonly words: readonly string[];
}

/** What helps: a sentence, a command, or parts of both. */
export type Hint = string | CommandLine | HintParts;

/** Text and commands that are printed one after the other, with no space added. */
export type HintParts = readonly (string | CommandLine)[];

/**
 * A command, e.g. ``sactl`serviceaccounts get --id ${id}` ``. A string becomes one word, an array several, all quoted
 * for a shell; the words of a command are put in as they are.
 */
export function sactl(
  literals: TemplateStringsArray,
  ...values: readonly (string | readonly string[] | CommandLine)[]
): CommandLine {
  const words = literals.flatMap((literal, index) => [
    ...literal.split(' ').filter((word) => word !== ''),
    ...wordsOf(values[index] ?? []),
  ]);
  return { words };
}

function wordsOf(value: string | readonly string[] | CommandLine): readonly string[] {
  if (typeof value === 'string') return [shellWord(value)];
  return 'words' in value ? value.words : value.map(shellWord);
}

/** Flags that say which connection is meant, with their values, e.g. `[['--profile', 'prod'], ['--sandbox']]`. */
export type ConnectionFlags = readonly (readonly [flag: string, value?: string])[];

/** The flags that say this connection; `org` and `endpoint` are what `--org` and `--endpoint` said. */
export function connectionFlags({
  provider,
  profile,
  org,
  endpoint,
  isSandbox,
}: {
  readonly provider: string;
  readonly profile: string | null;
  readonly org?: string | null | undefined;
  readonly endpoint?: string | null | undefined;
  readonly isSandbox: boolean;
}): ConnectionFlags {
  if (isSandbox) return [['--provider', provider], ['--sandbox']];
  return [
    profile === null ? ['--provider', provider] : ['--profile', profile],
    ...(org ? [['--org', org] as const] : []),
    ...(endpoint ? [['--endpoint', endpoint] as const] : []),
  ];
}

/** The hint as it is printed; its commands have the flags that they lack to mean this connection. */
export function hintText(hint: Hint, connection: ConnectionFlags = []): string {
  if (typeof hint === 'string') return hint;
  if ('words' in hint) return ['sactl', ...withConnection(hint, connection).words].join(' ');
  return hint.map((part) => hintText(part, connection)).join('');
}

/** The command with those of the flags that it takes and does not have. */
export function withConnection({ words }: CommandLine, connection: ConnectionFlags): CommandLine {
  const lacking = connection.filter((flag) => takes(words, flag) && !has(words, flag[0]));
  return sactl`${{ words }} ${lacking.flat().filter((word) => word !== undefined)}`;
}

function has(words: readonly string[], flag: string): boolean {
  return words.some((word) => word === flag || word.startsWith(`${flag}=`) || word.startsWith(`'${flag}=`));
}

/** The nouns whose commands ask a provider. */
const connecting = new Set(['serviceaccounts', 'tokens', 'accessrules', 'groups', 'roles', 'orgs', 'scopes']);

function takes(words: readonly string[], [flag, value]: ConnectionFlags[number]): boolean {
  const [noun = '', verb] = words;
  if (words.at(-1) === '--help') return false;
  // Entries of the journal know their own connection.
  if (noun === 'recover') return flag === '--sandbox';
  if (flag === '--provider' && value === 'all') return noun === 'serviceaccounts' && verb === 'list';
  return connecting.has(noun);
}

/** A step that is left to a person, as it is printed. */
export interface PrintedAction {
  readonly goal: string;
  readonly url: string;
  readonly command: string;
}

export function printedAction(
  { goal, url, command }: { readonly goal: string; readonly url: string; readonly command: CommandLine },
  connection: ConnectionFlags = [],
): PrintedAction {
  return { goal, url, command: hintText(command, connection) };
}

/** What helps where the address space of a process is limited. */
export const addressSpaceHint = 'raise the limit (ulimit -v), or set NODE_OPTIONS=--disable-wasm-trap-handler';
