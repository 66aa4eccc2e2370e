import { ciSystems, type CiSummary, type CiSystem } from './ci-systems.ts';

type Variables = Readonly<Record<string, string | undefined>>;

type Streams = Readonly<Record<'stdin' | 'stdout' | 'stderr', { readonly isTTY: boolean }>>;

/** Whether a person can answer: all three streams are terminals, and this is not CI (docs/design.md 1). */
export function isTerminal({ stdin, stdout, stderr, env }: Streams & { readonly env: Variables }): boolean {
  return stdin.isTTY && stdout.isTTY && stderr.isTTY && !isCI(env);
}

/** Whether nobody is there: `CI` says so or, where that is not set, a CI system's own variable does. */
export function isCI(env: Variables): boolean {
  return valueOf(env, 'CI') === '' ? ciSystem(env) !== null : isOn(env, 'CI');
}

/** The CI system whose job this is, whatever `CI` says; null where it is none that sactl knows. */
export function ciSystem(env: Variables): CiSystem | null {
  return ciSystems.find(({ mark }) => isOn(env, mark)) ?? null;
}

/** How this job shows Markdown on its run's page; null where it cannot. A file that a variable names is one in any system. */
export function summaryOf(env: Variables): CiSummary | null {
  const own = ciSystem(env);
  const { summary } = own ?? ciSystems.find((system) => system.summary?.kind === 'file') ?? { summary: null };
  if (summary === null || summary.kind === 'program') return summary;
  return valueOf(env, summary.variable) === '' ? null : summary;
}

/** Whether a runner that reads commands reads what is written there: not where it goes to a file, or nowhere. */
export function isReadByRunner({
  isFile,
  discards,
}: {
  readonly isFile: boolean;
  readonly discards: boolean;
}): boolean {
  return !isFile && !discards;
}

/** The page of the CI run that this process is part of; null where none is named. */
export function runAddress(env: Variables): string | null {
  const own = ciSystem(env);
  const pages = (own === null ? ciSystems : [own]).map(({ page }) => filled(page, env));
  return pages.find((page) => page !== null)?.replaceAll(' ', '%20') ?? null;
}

/** The text with the values of its variables, without user and password of an address; null where one of them is not set. */
export function filled(template: string | null, env: Variables): string | null {
  if (template === null) return null;
  const names = Array.from(template.matchAll(variable), ([, name = '']) => name);
  if (names.some((name) => valueOf(env, name) === '')) return null;
  return template.replaceAll(variable, (_, name: string) => valueOf(env, name)).replace(/(?<=\/\/)[^/]*@/, '');
}

const variable = /\{(\w+)\}/g;

function valueOf(env: Variables, name: string): string {
  return (env[name] ?? '').trim();
}

function isOn(env: Variables, name: string): boolean {
  return !['', '0', 'false'].includes(valueOf(env, name).toLowerCase());
}

/** Whether the environment asks for the sandbox, as `--sandbox` does. */
export function isSandboxOn(env: Variables): boolean {
  return /^\s*(?:1|true)\s*$/.test(env['SACTL_SANDBOX'] ?? '');
}
