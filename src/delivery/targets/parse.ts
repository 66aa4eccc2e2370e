import { misspelt } from '../../model/similar.ts';
import { listOf, quoted } from '../../model/text.ts';
import { fieldProblem, isCredentialField, splitField } from './field.ts';
import { isTargetKind, kindsWhere, targetKinds, type TargetKind, type TargetKindName } from './kinds.ts';
import type { TargetSpec } from './scheme.ts';
import { schemes } from './schemes.ts';
import { problemOf } from './system-call.ts';
import type { TargetEnvironment } from './target.ts';

export interface ParsedTargets {
  /** Those without problems. */
  readonly specs: readonly TargetSpec[];
  /** One sentence each, beginning with `--to "<given>": `. */
  readonly problems: readonly string[];
}

/** What is wrong with targets of which none takes the credential itself: it would be nowhere. */
export function valueProblems({ specs, problems }: ParsedTargets): readonly string[] {
  if (problems.length > 0 || specs.length === 0 || specs.some(({ field }) => field === 'value')) return [];
  return ['no target takes the credential itself: add one without ?field='];
}

type Parsed = { readonly spec: TargetSpec } | Problem;

/** Takes the values of `--to` apart and checks what can be checked for all accounts alike. */
export function parseTargets(values: readonly string[], environment: TargetEnvironment): ParsedTargets {
  const specs: TargetSpec[] = [];
  const problems: string[] = [];
  for (const given of values) {
    const parsed = parse(given);
    const found =
      'problem' in parsed ? [parsed.problem] : schemes[parsed.spec.scheme].problems(parsed.spec, environment);
    problems.push(...found.map((problem) => problemOf(given, problem)));
    if ('spec' in parsed && found.length === 0) specs.push(parsed.spec);
  }
  return { specs, problems };
}

function parse(given: string): Parsed {
  const { rest: address, field } = splitField(given);
  const colon = address.indexOf(':');
  const word = colon < 0 ? address : address.slice(0, colon);
  const scheme = word.replace(/\+json$/, '');
  if (!isTargetKind(scheme)) return unknownKind(word, colon < 0 ? null : given.slice(colon));
  const isJson = word !== scheme;
  const part = fieldOf(field, { word, scheme, isJson });
  if ('problem' in part) return part;
  const ends = endsOf(colon < 0 ? null : address.slice(colon + 1), word, targetKinds[scheme]);
  return 'problem' in ends ? ends : { spec: { given, scheme, isJson, ...part, ...ends } };
}

type Problem = { readonly problem: string };

/** @param rest what follows the word, from the colon on; null where there is none, so that it may be a file */
function unknownKind(word: string, rest: string | null): Problem {
  const kind = misspelt(word, Object.keys(targetKinds));
  const isFile = rest === null && /[./]/.test(word);
  const meant = isFile ? `file:${word}` : `${kind ?? ''}${rest ?? ''}`;
  const advice = isFile || kind !== null ? `did you mean ${quoted(meant)}?` : `the kinds are ${knownWords.join(', ')}`;
  return { problem: `${quoted(word)} is not a kind of target; ${advice}` };
}

/** The part of the credential, where it goes as a whole or in part. */
function fieldOf(
  field: string | null,
  { word, scheme, isJson }: { readonly word: string; readonly scheme: TargetKindName; readonly isJson: boolean },
): Pick<TargetSpec, 'field'> | Problem {
  if (isJson && targetKinds[scheme].jsonMeaning === undefined)
    return { problem: `${scheme} does not take +json; only ${listOf(takingJson)} do` };
  if (field === null) return { field: 'value' };
  if (!isCredentialField(field)) return { problem: fieldProblem(field) };
  if (field !== 'value' && targetKinds[scheme].isWhole === true)
    return { problem: `${word} takes the credential itself: leave out ?field=${field}` };
  if (isJson && field !== 'value')
    return { problem: `${word} takes the whole credential: leave out +json or ?field=${field}` };
  return { field };
}

/** @param text what follows the colon; null where there is none */
function endsOf(
  text: string | null,
  word: string,
  kind: TargetKind,
): Pick<TargetSpec, 'body' | 'slot' | 'options'> | Problem {
  if (kind.body === null) {
    return text === null ? { body: '', slot: null, options: {} } : { problem: `nothing may follow ${word}` };
  }
  if (text === null || text === '') return { problem: `a place must follow ${word}:` };
  const { rest, options } = splitOptions(text, kind);
  const ends = kind.slot === undefined ? { body: rest, slot: null } : slotOf(rest, kind);
  if (ends === null) return { problem: `a name must follow, as in ${word}:<where>#${kind.slot ?? ''}` };
  return { ...ends, options };
}

const takingJson = kindsWhere(({ jsonMeaning }) => jsonMeaning !== undefined);

const knownWords = kindsWhere(() => true).map((name) => (takingJson.includes(name) ? `${name}[+json]` : name));

/** Takes the options of the kind off the end, in any order. */
function splitOptions(
  text: string,
  { options: known = [] }: Pick<TargetKind, 'options'>,
): { readonly rest: string; readonly options: TargetSpec['options'] } {
  for (const name of known) {
    const [, rest, value] = new RegExp(`^(.*)\\?${name}=([^?#]*)$`, 's').exec(text) ?? [];
    if (rest === undefined || value === undefined) continue;
    const before = splitOptions(rest, { options: known.filter((other) => other !== name) });
    return { rest: before.rest, options: { ...before.options, [name]: value } };
  }
  return { rest: text, options: {} };
}

function slotOf(rest: string, { isSlotOptional }: TargetKind): { body: string; slot: string | null } | null {
  const hash = rest.lastIndexOf('#');
  if (hash < 0 && isSlotOptional === true) return { body: rest, slot: null };
  if (hash <= 0 || hash === rest.length - 1) return null;
  return { body: rest.slice(0, hash), slot: rest.slice(hash + 1) };
}
