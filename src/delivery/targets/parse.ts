import { quoted } from '../../model/text.ts';
import type { Scheme, TargetSpec } from './scheme.ts';
import { schemes } from './schemes.ts';
import { problemOf } from './system-call.ts';
import type { TargetEnvironment } from './target.ts';

export interface ParsedTargets {
  /** Those without problems. */
  readonly specs: readonly TargetSpec[];
  /** One sentence each, beginning with `--to "<given>": `. */
  readonly problems: readonly string[];
}

type Parsed = { readonly spec: TargetSpec; readonly scheme: Scheme } | { readonly problem: string };

/** Takes the values of `--to` apart and checks what can be checked whoever the account is. */
export function parseTargets(values: readonly string[], environment: TargetEnvironment): ParsedTargets {
  const specs: TargetSpec[] = [];
  const problems: string[] = [];
  for (const given of values) {
    const parsed = parse(given);
    const found = 'problem' in parsed ? [parsed.problem] : parsed.scheme.problems(parsed.spec, environment);
    problems.push(...found.map((problem) => problemOf(given, problem)));
    if ('spec' in parsed && found.length === 0) specs.push(parsed.spec);
  }
  return { specs, problems };
}

/** `profile` is the only kind that says it all by its name. */
const alone = 'profile';

function parse(given: string): Parsed {
  const colon = given.indexOf(':');
  const kind = colon < 0 ? given : given.slice(0, colon);
  const name = kind.replace(/\+json$/, '');
  const scheme = schemes.get(name);
  if (scheme === undefined) return { problem: unknownProblem(kind) };
  const isJson = kind !== name;
  if (isJson && !scheme.takesJson) {
    return { problem: `${name} does not take +json; only file and exec do` };
  }
  const rest = colon < 0 ? '' : given.slice(colon + 1);
  if (name === alone && colon >= 0) return { problem: `nothing may follow ${alone}` };
  if (name !== alone && rest === '') return { problem: `say where to, after ${kind}:` };
  const ends = scheme.hasSlot ? slotOf(rest) : { body: rest, slot: null };
  if (ends === null) return { problem: `say under which name, as in ${kind}:<where>#<KEY>` };
  return { spec: { given, scheme: name, isJson, ...ends }, scheme };
}

function slotOf(rest: string): { body: string; slot: string } | null {
  const hash = rest.lastIndexOf('#');
  if (hash <= 0 || hash === rest.length - 1) return null;
  return { body: rest.slice(0, hash), slot: rest.slice(hash + 1) };
}

function unknownProblem(kind: string): string {
  const known = [...schemes].map(([name, { takesJson }]) => (takesJson ? `${name}[+json]` : name));
  return `${quoted(kind)} is no kind of target; there are ${known.join(', ')}`;
}
