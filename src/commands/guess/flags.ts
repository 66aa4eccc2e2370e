import { misspelt } from '../../model/similar.ts';
import { isFlag, splitFlag } from '../command-line.ts';
import { flagNamed, takenFlags, type CommandShape, type FlagShape } from '../shape.ts';
import { providerOf } from './command.ts';
import { flagWords, operandFlags, secretFlags, type FlagGuess } from './flag-words.ts';
import { meantValue, withoutTable, withValue } from './values.ts';

/** What the words behind a command mean for it. */
export interface MeantWords {
  readonly words: readonly string[];
  readonly why: string | null;
  /** A command that helps instead of the one that was typed; empty is the help of that. */
  readonly instead: readonly string[] | null;
}

/** Which flags the words without one belong to, in order; the last for all that follow. */
export type OperandFlags = readonly string[];

/** The state of one reading, from the left to the right. */
interface Reading {
  readonly command: CommandShape;
  readonly options: readonly FlagShape[];
  readonly words: string[];
  readonly notes: string[];
  readonly operands: string[];
  readonly belong: OperandFlags;
}

/** Puts what `command` has into the place of flags that it does not have, and a flag before words that have none. */
export function meantWords(
  command: CommandShape,
  program: CommandShape,
  { rest, belong }: { readonly rest: readonly string[]; readonly belong: OperandFlags },
): MeantWords {
  const options = takenFlags(command, program);
  const reading: Reading = { command, options, words: [], notes: [], operands: [], belong };
  let index = 0;
  while (index < rest.length) {
    const word = rest[index] ?? '';
    if (word === '--') {
      reading.words.push(...rest.slice(index));
      break;
    }
    if (!isFlag(word)) {
      readOperand(reading, word);
      index += 1;
      continue;
    }
    const { flag, value } = flagParts(word, options);
    const next = rest[index + 1];
    const guess = hasOption(options, flag) ? null : guessOf(flag, options, command);
    if (guess !== null && 'why' in guess) {
      return { words: reading.words, why: guess.why, instead: guess.instead?.split(' ') ?? [] };
    }
    const isTaken = value === null && takesValue(flag, guess, options) && next !== undefined;
    readFlag(reading, { typed: word, flag, value: isTaken ? next : value, isJoined: value !== null, guess });
    index += isTaken ? 2 : 1;
  }
  return { words: withoutTable(reading.words), why: reading.notes[0] ?? null, instead: null };
}

/** The parts of a flag. Other programs have flags with one dash and several letters, and `-f=value`. */
function flagParts(
  word: string,
  options: readonly FlagShape[],
): { readonly flag: string; readonly value: string | null } {
  if (isGuessed(word)) return { flag: word, value: null };
  const { name, value } = splitFlag(word);
  if (word.startsWith('--')) return { flag: name, value };
  const long = splitFlag(`-${word}`);
  if (isGuessed(long.name) && !hasOption(options, name)) {
    const mayHideSecret = secretFlags.includes(long.name) && hasOption(options, long.name);
    return mayHideSecret ? { flag: word, value: null } : { flag: long.name, value: long.value };
  }
  return { flag: name, value: value?.replace(/^=/, '') ?? null };
}

function isGuessed(flag: string): boolean {
  return flagWords.some(({ typed }) => typed.includes(flag));
}

/** Whether a flag, known or guessed, takes the word behind it. */
export function takesValue(flag: string, guess: FlagGuess | null, options: readonly FlagShape[]): boolean {
  const known = flagNamed(options, flag);
  if (known !== undefined) return known.kind !== 'switch';
  return guess !== null && 'takes' in guess && guess.takes === 'value';
}

/** What the table says of a flag, or of the option that it misspells. */
export function guessOf(
  flag: string,
  options: readonly FlagShape[],
  command: CommandShape | null = null,
): FlagGuess | null {
  const path = command?.path.join(' ') ?? '';
  const all = flagWords.filter(({ typed, of }) => typed.includes(flag) && (of?.includes(path) ?? true));
  const fitting = all.find(
    (guess) => 'why' in guess || guess.note !== undefined || guess.meant.some((each) => hasOption(options, each.flag)),
  );
  if (fitting !== undefined) return fitting;
  const near = flag.startsWith('--')
    ? misspelt(
        flag,
        options.map(({ long }) => long),
      )
    : null;
  const option = near === null ? undefined : flagNamed(options, near);
  // What was meant may be a secret, which no hint may repeat: `--token` is the name of one in few commands.
  if (near === null || option === undefined || secretFlags.includes(near)) return null;
  return { typed: [flag], takes: option.kind !== 'switch' ? 'value' : 'nothing', meant: [{ flag: near }] };
}

function hasOption(options: readonly FlagShape[], flag: string): boolean {
  return flagNamed(options, flag) !== undefined;
}

interface TypedFlag {
  readonly typed: string;
  readonly flag: string;
  readonly value: string | null;
  readonly isJoined: boolean;
  readonly guess: FlagGuess | null;
}

function readFlag(reading: Reading, typed: TypedFlag): void {
  reading.words.push(...(typed.guess === null ? knownFlag(reading, typed) : guessedFlag(reading, typed, typed.guess)));
}

function knownFlag({ options }: Reading, { typed, flag, value, isJoined }: TypedFlag): readonly string[] {
  const option = flagNamed(options, flag);
  if (value === null) return [flag];
  if (option?.kind === 'switch') return switchOf(options, flag, value);
  const meant = withValue(option, flag, value);
  return meant.join('=') === typed && isJoined ? [typed] : meant;
}

/** A flag without a value, which was given one: `--yes=false` is no `--yes`. */
function switchOf(options: readonly FlagShape[], flag: string, value: string | null): readonly string[] {
  if (value === null || !/^(false|0|no|off|none)$/i.test(value)) return [flag];
  const opposite = flag.replace(/^--/, '--no-');
  return hasOption(options, opposite) ? [opposite] : [];
}

function guessedFlag(
  { options, words, notes }: Reading,
  { typed, value }: TypedFlag,
  guess: FlagGuess,
): readonly string[] {
  if ('why' in guess) return [typed];
  const given = value ?? '';
  function isFree(flag: string, { isRepeatable }: FlagShape): boolean {
    return isRepeatable || !words.includes(flag);
  }
  for (const { flag, if: form, as, note } of guess.meant) {
    const option = flagNamed(options, flag);
    const found = form === undefined ? [given] : form.exec(given);
    if (option === undefined || found === null) continue;
    if (note !== undefined) notes.push(note);
    if (!isFree(flag, option)) {
      if (note === undefined) continue;
      return [];
    }
    const meant = as?.replace('{}', () => found[1] ?? given) ?? value;
    return option.kind !== 'switch' && meant !== null ? withValue(option, flag, meant) : switchOf(options, flag, value);
  }
  if (guess.note === undefined) return [typed];
  notes.push(guess.note);
  return [];
}

/** A word without a flag: one that the command takes so, a provider, fields as gh's `--json` has them, or a name. */
function readOperand(reading: Reading, word: string): void {
  const { command, options, words, operands } = reading;
  operands.push(word);
  const belongs = reading.belong[operands.length - 1] ?? reading.belong.at(-1);
  if (belongs !== undefined && hasOption(options, belongs)) {
    words.push(...behind(options, belongs, word));
    return;
  }
  const isOwn = command.arguments.some(({ name }) => name.includes('...'));
  if (isOwn || operands.length <= command.arguments.length) {
    words.push(meantValue(command.arguments[operands.length - 1], word));
    return;
  }
  const provider = providerOf(word);
  if (provider !== null && hasOption(options, '--provider') && !words.includes('--provider')) {
    words.push('--provider', provider);
  } else if (words.at(-1) === '--json' && areFields(reading, word)) {
    const fields = `{${word.replaceAll(',', ', ')}}`;
    words.splice(-1, 1, '-q', command.path.at(-1) === 'list' ? `.[] | ${fields}` : fields);
  } else if (words.at(-2) === '--arg' && words.at(-1)?.includes('=') === false) {
    words.splice(-1, 1, `${words.at(-1)}=${word}`);
  } else readName(reading, word);
}

/** `team-` as kubectl removes a label. */
function behind(options: readonly FlagShape[], flag: string, word: string): readonly string[] {
  const [, key] = /^([^=]+)-$/.exec(word) ?? [];
  if (flag === '--tag' && key !== undefined) return ['--remove-tag', key];
  return withValue(flagNamed(options, flag), flag, word);
}

function areFields({ command, words }: Reading, word: string): boolean {
  const isPlace = command.path.at(-1) === 'list' || (command.path.at(-1) === 'get' && words.includes('--id'));
  return isPlace && /^[A-Za-z]+(,[A-Za-z]+)*$/.test(word);
}

function readName({ options, words, notes }: Reading, word: string): void {
  if (/[*?]/.test(word) && hasOption(options, '--match') && !words.includes('--match')) {
    words.push('--match', word);
    return;
  }
  const flag = operandFlags.find((each) => hasOption(options, each));
  const option = flagNamed(options, flag);
  if (flag === undefined || option === undefined) words.push(word);
  else if (!words.includes(flag) || option.isRepeatable) words.push(...withValue(option, flag, word));
  else notes.push('it takes one account at a time');
}
