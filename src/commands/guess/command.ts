import { providerNames } from '../../model/account.ts';
import { misspelt } from '../../model/similar.ts';
import { nouns, type Noun } from '../nouns.ts';
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

/** Commands without a noun. */
const single = ['whoami', 'doctor', 'completion', 'help'];

/** The commands that `typed`, words without flags, may mean, the likeliest first. */
export function meantCommands(typed: readonly string[]): readonly MeantCommand[] {
  const skipped = typed.findIndex((word) => !noise.includes(word));
  const words = typed.slice(Math.max(skipped, 0));
  const found = [...ofPhrase(words), ...nounAndVerb(words), ...verbAndNoun(words), ...verbAlone(words)];
  return [...found, ...ofCompound(words)].map(({ words: meant, taken, why, operands }) => ({
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

function ofPhrase(words: readonly string[]): readonly MeantCommand[] {
  return [3, 2, 1].flatMap((count) => {
    const text = words.slice(0, count).map(shortNoun).join(' ').toLowerCase();
    const found = words.length < count ? undefined : phrases.find(({ typed }) => typed.includes(text));
    return found === undefined
      ? []
      : [{ words: found.meant.split(' '), taken: count, why: found.why, operands: found.operands }];
  });
}

/** Phrases say `sa` for what has several names. */
function shortNoun(word: string): string {
  return nounOf(word) === 'serviceaccounts' ? 'sa' : word;
}

function nounAndVerb([first = '', second]: readonly string[]): readonly MeantCommand[] {
  const noun = nounOf(first);
  if (noun === null) return [];
  if (single.includes(noun)) return [{ words: [noun], taken: 1 }];
  const name = isTyped(first) ? first : shortName(noun);
  const verbs = second === undefined ? [] : verbsOf(noun, second);
  const whole = verbs.map((verb) => ({ words: [name, verb], taken: 2 }));
  const isListed = 'list' in (nouns[noun]?.verbs ?? {});
  return name === first || !isListed ? whole : [...whole, { words: [name, 'list'], taken: 1 }];
}

/** As kubectl has them; `get` without a name is a list there. */
function verbAndNoun([first = '', second = '', third]: readonly string[]): readonly MeantCommand[] {
  const noun = nounOf(second);
  if (noun === null || nounOf(first) !== null) return [];
  const name = isTyped(second) ? second : shortName(noun);
  const verbs = verbsOf(noun, first);
  const meant =
    first === 'get' && third === undefined ? ['list', ...verbs] : [...verbs, ...(first === 'get' ? ['list'] : [])];
  return meant.map((verb) => ({ words: [name, verb], taken: 2 }));
}

/** Accounts are what most verbs are about. */
function verbAlone([first = '']: readonly string[]): readonly MeantCommand[] {
  if (nounOf(first) !== null) return [];
  const ofAccounts = verbsOf('serviceaccounts', first).map((verb) => ['sa', verb]);
  const others = Object.entries(nouns).filter(([, { verbs }]) => Object.hasOwn(verbs, first));
  return [...ofAccounts, ...others.map(([noun]) => [noun, first])].map((words) => ({ words, taken: 1 }));
}

/** e.g. `create-service-account` */
function ofCompound([first = '']: readonly string[]): readonly MeantCommand[] {
  const [start = '', ...others] = first.split(/[-_:.]/);
  const rest = others.join('-');
  if (rest === '') return [];
  const meant = [...nounAndVerb([start, rest]), ...verbAndNoun([start, rest])];
  return meant.filter(({ taken }) => taken === 2).map(({ words }) => ({ words, taken: 1 }));
}

function shortName(noun: string): string {
  return noun === 'serviceaccounts' ? 'sa' : noun;
}

function isTyped(word: string): boolean {
  return Object.entries(nouns).some(([name, { aliases = [] }]) => name === word || aliases.includes(word));
}

/** The name of the noun that a word is, means or misspells. */
function nounOf(word: string): string | null {
  const lower = word.toLowerCase();
  const exact = Object.entries(nouns).find(([name, { aliases = [] }]) => name === lower || aliases.includes(lower));
  const known = exact?.[0] ?? meantBy(lower, nounWords)[0] ?? single.find((name) => name === lower);
  const isVerb = Object.values(nouns).some(({ verbs }) => Object.hasOwn(verbs, lower));
  return known ?? (isVerb ? null : misspelt(lower, [...Object.keys(nouns), ...single]));
}

/** The verbs of a noun that a word is, means or misspells. */
function verbsOf(noun: string, word: string): readonly string[] {
  const verbs: Noun['verbs'] = nouns[noun]?.verbs ?? {};
  const lower = word.toLowerCase();
  if (Object.hasOwn(verbs, lower)) return [lower];
  const meant = meantBy(lower, verbWords).filter((verb) => Object.hasOwn(verbs, verb));
  const near = misspelt(lower, Object.keys(verbs));
  return meant.length > 0 || near === null ? meant : [near];
}

function meantBy(word: string, table: readonly Synonym[]): readonly string[] {
  return table.filter(({ typed }) => typed.includes(word)).map(({ meant }) => meant);
}
