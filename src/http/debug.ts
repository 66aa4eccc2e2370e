import { headOf, type Outcome } from './attempt.ts';
import { traceIdOf } from './text.ts';

export interface Exchanged {
  readonly method: string;
  readonly url: URL;
  readonly sent: Readonly<Record<string, string>>;
  readonly outcome: Outcome;
  readonly elapsedMs: number;
}

/** One line on an exchange: names of headers only, and nothing of queries and bodies, for all of them hold secrets. */
export function debugLine({ method, url, sent, outcome, elapsedMs }: Exchanged): string {
  const head = headOf(outcome);
  const trace = head === null ? null : traceIdOf(head.headers);
  return [
    `${method} ${url.origin} ${url.pathname}: ${resultOf(outcome)} in ${String(elapsedMs)} ms`,
    ...(trace === null ? [] : [`trace ${trace}`]),
    `sent headers ${namesOf(Object.keys(sent))}`,
    ...(head === null ? [] : [`received headers ${namesOf(head.headers.keys())}`]),
  ].join('; ');
}

function resultOf(outcome: Outcome): string {
  if (outcome.kind === 'answer') return String(outcome.answer.status);
  if (outcome.kind === 'stopped') return 'interrupted';
  const { head, failure } = outcome;
  return head === null ? failure.code : `${String(head.status)}, ${failure.code}`;
}

function namesOf(names: Iterable<string>): string {
  return Array.from(names).toSorted().join(' ');
}
