import type { OutputDocument } from '../output/document.ts';
import { safeText } from '../model/safe-text.ts';
import type { PlannedRequest } from '../providers/provider.ts';
import type { Session } from './session.ts';

export interface Planned {
  readonly operation:
    | 'create'
    | 'update'
    | 'rotate'
    | 'delete'
    | 'deliver'
    | 'discard'
    | 'revoke'
    | 'restore';
  readonly requests: readonly PlannedRequest[];
  readonly effects: readonly string[];
}

/** Where a credential would go, and whether it could. */
export interface PlannedTarget {
  readonly target: string;
  readonly ok: boolean;
}

/** What `--dry-run` prints instead of changing anything (DESIGN.md 1); people are shown `most` targets and requests. */
export function dryRunDocument(
  { provider, marker }: { readonly provider: string | null; readonly marker: Session['marker'] },
  plan: Planned,
  targets: readonly PlannedTarget[],
  most = Infinity,
): OutputDocument {
  const { operation, requests, effects } = plan;
  const value = {
    dryRun: true,
    provider,
    operation,
    requests,
    effects,
    targets,
    ...marker,
  };
  return { value, human: () => describe(plan, targets, most) };
}

function describe(
  { operation, requests, effects }: Planned,
  targets: readonly PlannedTarget[],
  most: number,
): string {
  if (effects.length === 0) return `Dry run: ${operation} would change nothing.\n`;
  const lines = [
    `Dry run: nothing was changed. ${operation} would do this:`,
    ...effects.map((effect) => `  - ${safeText(effect)}`),
    ...first(most, targets.map(targetLine), '  - and'),
    ...(requests.length === 0 ? [] : ['with these requests:']),
    ...first(most, requests.map(requestLine), '  and'),
  ];
  return `${lines.join('\n')}\n`;
}

function first(most: number, lines: readonly string[], and: string): readonly string[] {
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

/** JSON in which characters that would steer the terminal are written as escapes. */
function visibleJson(body: unknown): string {
  return JSON.stringify(body, null, 2).replaceAll(
    /(?!\n)[\p{Cc}\p{Cf}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
