import pLimit from 'p-limit';

import type { Preflight, TriedTarget } from '../delivery/preflight.ts';
import type { StoredValue, Target } from '../delivery/targets/target.ts';
import { trialOf, untriedPart, type Trial } from '../delivery/targets/kinds.ts';
import { ExitCode, UsageError } from '../errors.ts';
import type { OutputDocument } from '../output/document.ts';
import { jsonText } from '../model/exact-number.ts';
import { safeJson, safeText } from '../model/text.ts';
import type { PlannedRequest } from '../providers/plan.ts';
import type { CommandOutput } from './output.ts';

export interface Planned {
  readonly operation:
    | 'create'
    | 'update'
    | 'rotate'
    | 'delete'
    | 'deliver'
    | 'discard'
    | 'revoke'
    | 'restore'
    | 'unlock'
    | 'migrate';
  readonly requests: readonly PlannedRequest[];
  readonly effects: readonly string[];
}

/** Where a credential would go, and whether it could. */
export interface PlannedTarget {
  readonly target: string;
  readonly ok: boolean;
  /** Only where not all of the delivery can be tried: `ok` says no more than that. */
  readonly tried?: Exclude<Trial, 'write'>;
  /** What its service says is there now, null being nothing; only where that is told. */
  readonly stored?: Pick<StoredValue, 'version' | 'updatedAt'> | null;
}

export function plannedTarget({ target, problems }: Pick<TriedTarget, 'target' | 'problems'>): PlannedTarget {
  const tried = trialOf({ name: target });
  return { target, ok: problems.length === 0, ...(tried !== 'write' && { tried }) };
}

/** Adds what is stored in the targets now, which is read for a dry run alone. */
export function withStored(
  planned: readonly PlannedTarget[],
  targets: readonly Target[],
): Promise<readonly PlannedTarget[]> {
  const limit = pLimit(8);
  const byName = new Map(targets.map((target) => [target.name, target]));
  return Promise.all(
    planned.map((one) =>
      limit(async () => {
        const found = one.ok ? await byName.get(one.target)?.stored?.() : undefined;
        if (found === undefined || found === null) return one;
        const { isThere, version, updatedAt } = found;
        return { ...one, stored: isThere ? { version, updatedAt } : null };
      }),
    ),
  );
}

/** What `--dry-run` prints (docs/design.md 1); at most `most` targets and requests for people. */
export function dryRunDocument(
  { provider, marker }: { readonly provider: string | null; readonly marker: CommandOutput['marker'] },
  plan: Planned,
  targets: readonly PlannedTarget[] = [],
  most = Infinity,
): OutputDocument {
  const { operation, requests, effects } = plan;
  const value = { dryRun: true, provider, operation, requests, effects, targets, ...marker };
  return { value, human: () => describe(plan, targets, most) };
}

/**
 * Ends a dry run once the plan is printed: what would keep the change from working is an error here too.
 * @throws UsageError
 */
export async function endDryRun(
  { renderer, note }: CommandOutput,
  { problems, others, hint }: Preflight,
): Promise<ExitCode> {
  if (others.length > 0) throw new UsageError(others, { hint });
  // The filter of this run is for the preview, and another one may be used on the result.
  for (const problem of renderer.format === 'query' ? [] : problems) await note(problem);
  return ExitCode.done;
}

function describe({ operation, requests, effects }: Planned, targets: readonly PlannedTarget[], most: number): string {
  if (effects.length === 0) return `Dry run: ${operation} would change nothing.\n`;
  const lines = [
    `Dry run: nothing was changed. ${operation} would do this:`,
    ...effects.map((effect) => `  - ${safeText(effect)}`),
    ...fewLines(
      targets.map((target) => `  - ${targetLine(target)}`),
      most,
      '  - and',
    ),
    ...(requests.length === 0 ? [] : ['with these requests:']),
    ...fewLines(requests.map(requestLine), most, '  and'),
  ];
  return `${lines.join('\n')}\n`;
}

function targetLine({ target, ok, tried, stored }: PlannedTarget): string {
  if (!ok) return `the credential cannot go to ${safeText(target)}`;
  return `the credential goes to ${safeText(target)}${storedPart(stored)}${untriedPart[tried ?? 'write']}`;
}

/** e.g. ` (now: version 7 of 2026-11-01T02:03:04Z)` */
function storedPart(stored: PlannedTarget['stored']): string {
  if (stored === undefined) return '';
  if (stored === null) return ' (now: nothing)';
  const { version, updatedAt } = stored;
  const parts = [
    version === null ? 'a value' : `version ${version}`,
    ...(updatedAt === null ? [] : [`of ${updatedAt}`]),
  ];
  return ` (now: ${safeText(parts.join(' '), 120)})`;
}

/** At most `most` of the lines, and how many more there are. */
export function fewLines(lines: readonly string[], most: number, and: string): readonly string[] {
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most), `${and} ${lines.length - most} more like these`];
}

function requestLine({ method, url, body }: PlannedRequest): string {
  const start = `  ${method} ${safeText(url)}`;
  if (body === null) return start;
  return `${start}\n${safeJson(jsonText(body, 2)).replaceAll(/^/gm, '  ')}`;
}
