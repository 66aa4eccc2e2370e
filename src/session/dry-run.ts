import type { Preflight } from '../delivery/preflight.ts';
import { ExitCode, UsageError } from '../errors.ts';
import type { OutputDocument } from '../output/document.ts';
import { safeText } from '../model/text.ts';
import type { PlannedRequest } from '../providers/plan.ts';
import type { Session } from './session.ts';

export interface Planned {
  readonly operation: 'create' | 'update' | 'rotate' | 'delete' | 'deliver' | 'discard' | 'revoke' | 'restore';
  readonly requests: readonly PlannedRequest[];
  readonly effects: readonly string[];
}

/** Where a credential would go, and whether it could. */
export interface PlannedTarget {
  readonly target: string;
  readonly ok: boolean;
}

/** What `--dry-run` prints (docs/design.md 1); at most `most` targets and requests for people. */
export function dryRunDocument(
  { provider, marker }: { readonly provider: string | null; readonly marker: Session['marker'] },
  plan: Planned,
  targets: readonly PlannedTarget[],
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
export async function endDryRun({
  found,
  renderer,
  note,
}: {
  readonly found: Pick<Preflight, 'problems' | 'others' | 'hint'>;
  readonly renderer: Pick<Session['renderer'], 'format'>;
  readonly note: Session['note'];
}): Promise<ExitCode> {
  const { problems, others, hint } = found;
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
    ...fewLines(targets.map(targetLine), most, '  - and'),
    ...(requests.length === 0 ? [] : ['with these requests:']),
    ...fewLines(requests.map(requestLine), most, '  and'),
  ];
  return `${lines.join('\n')}\n`;
}

/** At most `most` of the lines, and how many more there are. */
export function fewLines(lines: readonly string[], most: number, and: string): readonly string[] {
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most), `${and} ${lines.length - most} more like these`];
}

function targetLine({ target, ok }: PlannedTarget): string {
  return `  - the credential ${ok ? 'goes' : 'cannot go'} to ${safeText(target)}`;
}

function requestLine({ method, url, body }: PlannedRequest): string {
  const json = body === null ? '' : `\n${indent(visibleJson(body))}`;
  return `  ${method} ${safeText(url)}${json}`;
}

/** JSON whose control characters are escaped, because a terminal would obey them. */
function visibleJson(body: unknown): string {
  return JSON.stringify(body, null, 2).replaceAll(
    /(?!\n)[\p{Cc}\p{Cf}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
