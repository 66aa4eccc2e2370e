import type { Environment } from '../../../context.ts';
import type { ProgramOutcome } from '../../../programs/secret-program.ts';
import { expand, expandName, fixedNameProblems, nameProblems, type NameRule } from '../expand.ts';
import type { Scheme, TargetSpec } from '../scheme.ts';
import type { StoredValue, Subject, TargetPayload, TargetPlace } from '../target.ts';
import { programTarget, type CheckResult, type ProgramRun, type Tool } from './program-target.ts';

/** What a name in such a target must be like. */
export interface ProgramName {
  readonly rule: NameRule;
  /** Whether no account may change it: it decides whose place the credential goes to. */
  readonly isFixed?: true;
  /** Whether it may be left out, with what leads to it; it is an empty text then. */
  readonly isOptional?: true;
}

/** The names of one target, expanded; one that was left out is empty. */
export type Names<Name extends string> = Readonly<Record<Name, string>>;

/** Reads, without its value, what is stored there. */
export interface StoredReading {
  readonly run: ProgramRun;
  /** What the program says where nothing is there. */
  readonly absence: RegExp;
  /** What its output says of it; null where that is nothing. */
  readonly read: (stdout: string) => StoredValue | null;
}

/** A target that holds nothing. */
export const nothingThere: StoredValue = { isThere: false, version: null, updatedAt: null };

/** A target that holds something. What is neither a text nor a number is left out. */
export function valueThere({ version, updatedAt }: { version?: unknown; updatedAt?: unknown }): StoredValue {
  return { isThere: true, version: textOrNull(version), updatedAt: textOrNull(updatedAt) };
}

function textOrNull(value: unknown): string | null {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  return text === '' ? null : text;
}

/** One kind of target that a program of the user's serves: an entry of data for each, in a file of its own. */
export interface ProgramKind<Name extends string> {
  /** The program's name in `PATH`. */
  readonly program: string;
  /** How the body splits into names: each is a named group, and all are missing where it does not match. */
  readonly body: RegExp;
  /** The same for what follows the `#`; without it, all of that is the name `slot`. */
  readonly slot?: RegExp;
  /** Those of the body, the slot and the options. */
  readonly names: Readonly<Record<Name, ProgramName>>;
  /** Where the slot's case does not count: how it is compared. */
  readonly slotOf?: (slot: string) => string;
  /** Added to the user's environment. */
  readonly variables?: (env: Environment) => Environment;
  /** Tries, without the secret, what the program can say beforehand: signed in, there, and the right to write. */
  readonly check: (tool: Tool, names: Names<Name>, env: Environment) => Promise<CheckResult>;
  /** Writes the credential, which is on stdin only. */
  readonly deliver: (
    tool: Tool,
    names: Names<Name>,
    payload: TargetPayload,
    env: Environment,
  ) => Promise<ProgramOutcome>;
  readonly stored?: (names: Names<Name>) => StoredReading;
  /** What the program says of a refusal that another try would meet, too. */
  readonly isFinal?: RegExp;
}

/** The scheme of a kind of target that a program serves. */
export function programScheme<Name extends string>(kind: ProgramKind<Name>): Scheme {
  return {
    problems: (spec) => {
      const names = namesIn(kind, spec);
      return Object.entries<ProgramName>(kind.names).flatMap(([name, form]) => problemsOf(names[name], form));
    },
    create: (spec, subject, environment) => {
      const names = expandNames(kind, spec, subject);
      const { check, deliver, stored, isFinal, variables } = kind;
      const { env } = environment.ctx;
      return programTarget({
        given: spec.given,
        ...addressOf(kind, spec, subject),
        program: kind.program,
        environment,
        ...(variables && { variables: variables(env) }),
        ...(isFinal && { isFinal }),
        check: (tool) => check(tool, names, env),
        ...(stored && { stored: (tool: Tool) => readStored(tool, stored(names)) }),
        deliver: (tool, payload) => deliver(tool, names, payload, env),
      });
    },
  };
}

/** The names as they are written; one that is left out is missing. */
function namesIn<Name extends string>(
  kind: ProgramKind<Name>,
  { body, slot, options }: TargetSpec,
): Partial<Record<string, string>> {
  const behind = kind.slot === undefined ? { ...(slot !== null && { slot }) } : kind.slot.exec(slot ?? '')?.groups;
  return { ...kind.body.exec(body)?.groups, ...behind, ...options };
}

function problemsOf(text: string | undefined, { rule, isFixed, isOptional }: ProgramName): readonly string[] {
  if (isOptional === true && text === undefined) return [];
  return isFixed === true ? fixedNameProblems(text ?? '', rule) : nameProblems(text ?? '', rule);
}

function expandNames<Name extends string>(kind: ProgramKind<Name>, spec: TargetSpec, subject: Subject): Names<Name> {
  const names = namesIn(kind, spec);
  const expanded = Object.entries<ProgramName>(kind.names).map(([name, { rule }]) => {
    const text = names[name];
    return [name, text === undefined ? '' : expandName(text, rule, subject)];
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys are those of the kind's names
  return Object.fromEntries(expanded) as Names<Name>;
}

function addressOf<Name extends string>(
  { slotOf }: ProgramKind<Name>,
  { scheme, body, slot, options }: TargetSpec,
  subject: Subject,
): { readonly name: string; readonly place: TargetPlace } {
  const tail = Object.entries(options).map(([name, value]) => `?${name}=${value}`);
  const where = `${scheme}:${expand(body, subject)}`;
  const key = slot === null ? null : expand(slot, subject);
  return {
    name: `${where}${key === null ? '' : `#${key}`}${tail.join('')}`,
    place: { place: `${where}${tail.join('')}`, slot: key === null || slotOf === undefined ? key : slotOf(key) },
  };
}

async function readStored(tool: Tool, { run, absence, read }: StoredReading): Promise<StoredValue | null> {
  const { problem, stdout, stderr } = await tool({ keepsStdout: 64 * 1024, ...run });
  if (problem !== null) return absence.test(stderr) ? nothingThere : null;
  return read(stdout);
}

/** Runs what shows, without the secret, whether a target would take it, up to the first that fails. */
export async function passAll(
  tool: Tool,
  checks: readonly (ProgramRun & { /** What helps when it fails: a command or sentence. */ readonly hint: string })[],
): Promise<CheckResult> {
  for (const { hint, ...run } of checks) {
    const { problem } = await tool(run);
    if (problem !== null) return { problem, hint };
  }
  return { warnings: [] };
}

/** A name of which each account may have its own. */
export function free(rule: NameRule): ProgramName {
  return { rule };
}

/** A name that is the same for all accounts. */
export function fixed(rule: NameRule): ProgramName {
  return { rule, isFixed: true };
}

/** One that is, and may be left out. */
export function optional(rule: NameRule): ProgramName {
  return { rule, isFixed: true, isOptional: true };
}
