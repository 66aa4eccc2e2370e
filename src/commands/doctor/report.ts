import { hintText, type ConnectionFlags, type Hint } from '../../model/hint.ts';
import { safeText } from '../../model/text.ts';
import { listDocument, type OutputDocument } from '../../output/document.ts';
import type { Style, Tone } from '../../output/style.ts';
import { wrap } from '../../output/table.ts';
import type { Finding } from '../../providers/manual.ts';

/** An array with the keys of `Diagnosis`; for people, one section per connection. */
export function report(rows: readonly Diagnosis[]): OutputDocument {
  return {
    ...listDocument<Diagnosis>({
      rows,
      columns: [
        { name: 'provider', value: ({ provider }) => provider },
        { name: 'profile', value: ({ profile }) => profile },
        { name: 'level', value: ({ level }) => level },
        { name: 'check', value: ({ check }) => check },
        { name: 'message', value: ({ message }) => message },
        { name: 'hint', value: ({ hint }) => hint },
      ],
    }),
    isPaged: true,
    human: (style) => [...sectionsOf(rows, style), summary(rows, style)].join('\n'),
  };
}

function sectionsOf(rows: readonly Diagnosis[], style: Style): readonly string[] {
  const sections = new Map<string, string[]>();
  const checkWidth = Math.max('permissions'.length, ...rows.map(({ check }) => check.length));
  for (const row of rows) {
    const title = titleOf(row);
    const lines = sections.get(title) ?? [`${style.paint('heading', safeText(title))}\n`];
    sections.set(title, [...lines, linesOf(row, checkWidth, style)]);
  }
  return [...sections.values()].map((lines) => lines.join(''));
}

function titleOf({ provider, profile }: Diagnosis): string {
  if (provider === null) return 'this machine';
  return profile === null ? provider : `${provider} (profile ${profile})`;
}

const tones = { ok: 'good', warning: 'warning', error: 'bad' } as const satisfies Record<Diagnosis['level'], Tone>;

const levelWidth = 'warning'.length;

/** One result with its hint below it; long lines wrap under their own column. */
function linesOf({ level, check, message, hint }: Diagnosis, checkWidth: number, style: Style): string {
  const margin = ' '.repeat(levelWidth + checkWidth + 6);
  const label = style.paint(tones[level], level.padEnd(levelWidth));
  const width = style.width - margin.length;
  const texts = [safeText(message), ...(hint === null ? [] : [`hint: ${safeText(hint)}`])];
  const [first = '', ...others] = texts.flatMap((text) => wrap(text, width));
  return [`  ${label}  ${check.padEnd(checkWidth)}  ${first}`, ...others.map((line) => margin + line)]
    .map((line) => `${line}\n`)
    .join('');
}

function summary(rows: readonly Diagnosis[], style: Style): string {
  const errors = rows.filter(({ level }) => level === 'error').length;
  const warnings = rows.filter(({ level }) => level === 'warning').length;
  if (errors + warnings === 0) return `${style.paint('good', 'no problems found')}\n`;
  const text = [...counted(errors, 'error'), ...counted(warnings, 'warning')].join(', ');
  return `${style.paint(errors > 0 ? 'bad' : 'warning', text)}\n`;
}

function counted(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`];
}

/** The result of one check. */
export interface CheckResult extends Omit<Finding, 'level'> {
  readonly level: Finding['level'] | 'ok';
}

/** A result with the connection it is about; both null for what concerns the machine. The keys are those of `--json`. */
export interface Diagnosis extends Omit<CheckResult, 'hint'> {
  readonly provider: string | null;
  readonly profile: string | null;
  readonly hint: string | null;
}

/** The results of one connection or of the machine; `flags` go into the commands of their hints. */
export function about(
  { provider, profile }: Pick<Diagnosis, 'provider' | 'profile'>,
  results: readonly CheckResult[],
  flags: ConnectionFlags,
): readonly Diagnosis[] {
  return results.map(({ level, check, message, hint }) => ({
    provider,
    profile,
    level,
    check,
    message,
    hint: hint === null ? null : hintText(hint, flags),
  }));
}

export function ok(check: string, message: string): CheckResult {
  return { check, level: 'ok', message, hint: null };
}

export function warning(check: string, message: string, hint: Hint | null = null): CheckResult {
  return { check, level: 'warning', message, hint };
}

export function failure(check: string, message: string, hint: Hint | null = null): CheckResult {
  return { check, level: 'error', message, hint };
}
