import { listOf, quoted } from '../../model/text.ts';
import { isTargetKind, kindsWhere, targetKinds } from './kinds.ts';
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

type Parsed = { readonly spec: TargetSpec } | { readonly problem: string };

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
  const colon = given.indexOf(':');
  const word = colon < 0 ? given : given.slice(0, colon);
  const name = word.replace(/\+json$/, '');
  if (!isTargetKind(name))
    return { problem: `${quoted(word)} is no kind of target; there are ${knownWords.join(', ')}` };
  const { body, slot, jsonMeaning } = targetKinds[name];
  const isJson = word !== name;
  if (isJson && jsonMeaning === undefined)
    return { problem: `${name} does not take +json; only ${listOf(takingJson)} do` };
  const rest = colon < 0 ? '' : given.slice(colon + 1);
  if (body === null && colon >= 0) return { problem: `nothing may follow ${name}` };
  if (body !== null && rest === '') return { problem: `say where to, after ${word}:` };
  const ends = slot === undefined ? { body: rest, slot: null } : slotOf(rest);
  if (ends === null) return { problem: `say under which name, as in ${word}:<where>#<KEY>` };
  return { spec: { given, scheme: name, isJson, ...ends } };
}

const takingJson = kindsWhere(({ jsonMeaning }) => jsonMeaning !== undefined);

const knownWords = kindsWhere(() => true).map((name) => (takingJson.includes(name) ? `${name}[+json]` : name));

function slotOf(rest: string): { body: string; slot: string } | null {
  const hash = rest.lastIndexOf('#');
  if (hash <= 0 || hash === rest.length - 1) return null;
  return { body: rest.slice(0, hash), slot: rest.slice(hash + 1) };
}
