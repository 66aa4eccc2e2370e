import { providerNames } from '../../model/account.ts';
import { misspelt } from '../../model/similar.ts';
import { commandBelow, type CommandShape } from '../shape.ts';
import { noise, nounWords, phrases, providerWords, verbWords, type Synonym } from './synonyms.ts';

/** What the first words of a command line may mean. */
export interface MeantCommand {
  /** e.g. `['sa', 'list']` */
  readonly words: readonly string[];
  /** How many of the typed words it stands for. */
  readonly taken: number;
  readonly why?: string | undefined;
  /** Which flags the words behind it belong to, in order. */
  readonly operands?: readonly string[] | undefined;
}

/** The commands that `typed`, words without flags, may mean, the likeliest first. */
export function meantCommands(typed: readonly string[], program: CommandShape): readonly MeantCommand[] {
  const skipped = typed.findIndex((word) => !noise.includes(word));
  const words = typed.slice(Math.max(skipped, 0));
  const found = [ofPhrase, nounAndVerb, verbAndNoun, verbAlone, ofCompound].flatMap((read) => read(words, program));
  return found.map(({ words: meant, taken, why, operands }) => ({
    words: meant,
    taken: taken + Math.max(skipped, 0),
    why,
    operands,
  }));
}

/** The provider that a word names. */
export function providerOf(word: string): string | null {
  const known = [...providerNames, 'all'].find((name) => name === word.toLowerCase());
  return known ?? providerWords[word.toLowerCase()] ?? null;
}

function ofPhrase(words: readonly string[], program: CommandShape): readonly MeantCommand[] {
  return [3, 2, 1].flatMap((count) => {
    const text = words
      .slice(0, count)
      .map((word) => shortNoun(word, program))
      .join(' ')
      .toLowerCase();
    const found = words.length < count ? undefined : phrases.find(({ typed }) => typed.includes(text));
    return found === undefined
      ? []
      : [{ words: found.meant.split(' '), taken: count, why: found.why, operands: found.operands }];
  });
}

/** Phrases say `sa` for what has several names. */
function shortNoun(word: string, program: CommandShape): string {
  return nounOf(word, program)?.path[0] === 'serviceaccounts' ? 'sa' : word;
}

function nounAndVerb([first = '', second]: readonly string[], program: CommandShape): readonly MeantCommand[] {
  const noun = nounOf(first, program);
  if (noun === null) return [];
  if (noun.commands.length === 0) return [{ words: noun.path, taken: 1 }];
  const isTyped = commandBelow(program, first) === noun;
  const name = isTyped ? first : shortName(noun);
  const verbs = second === undefined ? [] : verbsOf(noun, second);
  const whole = verbs.map((verb) => ({ words: [name, verb], taken: 2 }));
  const isListed = commandBelow(noun, 'list') !== undefined;
  return isTyped || !isListed ? whole : [...whole, { words: [name, 'list'], taken: 1 }];
}

/** As kubectl has them; `get` without a name is a list there. */
function verbAndNoun(
  [first = '', second = '', third]: readonly string[],
  program: CommandShape,
): readonly MeantCommand[] {
  const noun = nounOf(second, program);
  if (noun === null || nounOf(first, program) !== null) return [];
  const name = commandBelow(program, second) === noun ? second : shortName(noun);
  const verbs = verbsOf(noun, first);
  const meant =
    first === 'get' && third === undefined ? ['list', ...verbs] : [...verbs, ...(first === 'get' ? ['list'] : [])];
  return meant.map((verb) => ({ words: [name, verb], taken: 2 }));
}

/** Accounts are what most verbs are about. */
function verbAlone([first = '']: readonly string[], program: CommandShape): readonly MeantCommand[] {
  if (nounOf(first, program) !== null) return [];
  const accounts = commandBelow(program, 'sa');
  const ofAccounts = accounts === undefined ? [] : verbsOf(accounts, first).map((verb) => ['sa', verb]);
  const others = program.commands.filter((noun) => hasVerb(noun, first));
  return [...ofAccounts, ...others.map(({ path }) => path.concat(first))].map((words) => ({ words, taken: 1 }));
}

/** e.g. `create-service-account` */
function ofCompound([first = '']: readonly string[], program: CommandShape): readonly MeantCommand[] {
  const [start = '', ...others] = first.split(/[-_:.]/);
  const rest = others.join('-');
  if (rest === '') return [];
  const meant = [...nounAndVerb([start, rest], program), ...verbAndNoun([start, rest], program)];
  return meant.filter(({ taken }) => taken === 2).map(({ words }) => ({ words, taken: 1 }));
}

function shortName({ path: [name = ''] }: CommandShape): string {
  return name === 'serviceaccounts' ? 'sa' : name;
}

/** The noun, or the command without one, that a word is, means or misspells. */
function nounOf(word: string, program: CommandShape): CommandShape | null {
  const lower = word.toLowerCase();
  const known = commandBelow(program, lower) ?? commandBelow(program, meantBy(lower, nounWords)[0] ?? '');
  if (known !== undefined) return known;
  if (program.commands.some((noun) => hasVerb(noun, lower))) return null;
  const near = misspelt(lower, namesOf(program));
  return near === null ? null : (commandBelow(program, near) ?? null);
}

/** The verbs of a noun that a word is, means or misspells. */
function verbsOf(noun: CommandShape, word: string): readonly string[] {
  const lower = word.toLowerCase();
  if (hasVerb(noun, lower)) return [lower];
  const meant = meantBy(lower, verbWords).filter((verb) => hasVerb(noun, verb));
  const near = misspelt(lower, namesOf(noun));
  return meant.length > 0 || near === null ? meant : [near];
}

function hasVerb(noun: CommandShape, word: string): boolean {
  return namesOf(noun).includes(word);
}

function namesOf({ commands }: CommandShape): readonly string[] {
  return commands.map(({ path }) => path.at(-1) ?? '');
}

function meantBy(word: string, table: readonly Synonym[]): readonly string[] {
  return table.filter(({ typed }) => typed.includes(word)).map(({ meant }) => meant);
}
