import { wholeSeconds } from '../../model/account.ts';
import { ExitCode } from '../../errors.ts';
import { durationForms, parseDuration } from '../../model/duration.ts';
import { quoted } from '../../model/text.ts';
import type { Column } from '../../output/columns.ts';
import { listDocument } from '../../output/document.ts';
import type { Tone } from '../../output/style.ts';
import type { Check } from '../../session/check.ts';
import type { Invocation } from '../../session/invocation.ts';
import { openStateWork } from '../../session/state-work.ts';

import { openState, statePlaceOf } from '../../session/state.ts';
import type { AuditEvent, LogGap } from '../../state/audit-read.ts';

/** The events that are listed. */
interface EventFlags {
  readonly id?: string | undefined;
  readonly since?: string | undefined;
  readonly limit?: string | undefined;
}

/** What `audit list` does. */
export async function listEvents({ ctx, common }: Invocation, { id, since, limit }: EventFlags): Promise<ExitCode> {
  const from = readSince(since, ctx.now());
  const most = readLimit(limit);
  const problems = id?.trim() === '' ? ['--id is empty'] : [];
  const work = await openStateWork(ctx, common, [...problems, ...from.problems, ...most.problems]);
  const rows: AuditEvent[] = [];
  const reference = id?.trim();
  const { history } = await openState(ctx, common, statePlaceOf(work.configuration, work.configuration.profile.value));
  const { unreadable, gaps } = await history().events((event) => {
    const isMeant = reference === undefined || event.id === reference || event.name === reference;
    if (!isMeant || Date.parse(event.at) < from.value) return;
    rows.push(shown(event));
    // The log may be large: no more of it is held than is printed.
    if (rows.length > most.value) rows.shift();
  });
  await work.emit(listDocument({ rows, columns }));
  const lines = unreadable === 1 ? '1 line' : `${unreadable} lines`;
  const isAll = id === undefined && since === undefined;
  if (unreadable > 0) await work.note(`${lines} of the audit log cannot be read`);
  else if (rows.length === 0) {
    await work.note(isAll ? 'nothing was changed from this machine yet' : 'the audit log has no such event');
  }
  for (const gap of gaps.slice(0, mostGaps)) await work.note(gapText(gap));
  if (gaps.length > mostGaps) await work.note(`${gaps.length - mostGaps} more are missing or were changed`);
  return ExitCode.done;
}

/** An event's times, as every other time is printed. */
function shown(event: AuditEvent): AuditEvent {
  const { at, expiresBefore, expiresAfter } = event;
  return {
    ...event,
    at: wholeSeconds(Date.parse(at)) ?? at,
    expiresBefore: wholeSeconds(expiresBefore),
    expiresAfter: wholeSeconds(expiresAfter),
  };
}

const mostGaps = 5;

function gapText({ at, account }: LogGap): string {
  const which = at === null ? 'the last one' : `the one before ${wholeSeconds(at)}`;
  return `the audit log is not complete: of the events of ${account}, ${which} is missing or was changed`;
}

const columns: readonly Column<AuditEvent>[] = [
  { name: 'at', value: ({ at }) => at, isTime: true },
  { name: 'operation', value: ({ operation }) => operation },
  { name: 'name', header: 'ACCOUNT', value: ({ name, id }) => name ?? id },
  { name: 'outcome', value: ({ outcome }) => outcome, tone: ({ outcome }) => tones.get(outcome) ?? 'bad' },
  { name: 'user', value: ({ user, ci }) => ci?.actor ?? user, spare: 1, shrink: 2 },
  { name: 'provider', value: ({ provider }) => provider, spare: 2 },
  {
    name: 'targets',
    value: ({ targets }) => targets.map(({ target, ok }) => (ok ? target : `${target} (failed)`)),
    shrink: 3,
    spare: 3,
    hideEmpty: true,
  },
  { name: 'fingerprint', value: ({ fingerprint }) => fingerprint, spare: 4, hideEmpty: true },
  { name: 'id', value: ({ id }) => id, spare: 5 },
];

const tones: ReadonlyMap<string, Tone> = new Map([
  ['done', 'good'],
  ['partial', 'warning'],
  ['action-required', 'warning'],
]);

/** How many of the latest events are listed. */
function readLimit(text: string | undefined): Check<number> {
  if (text === undefined) return { value: Infinity, problems: [] };
  if (/^[1-9]\d{0,8}$/.test(text)) return { value: Number(text), problems: [] };
  return { value: 0, problems: [`--limit ${quoted(text)} must be a whole number from 1`] };
}

const date = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** `--since` in milliseconds since the epoch: a duration before `now`, a day that begins in UTC, or a time in ISO 8601. */
function readSince(text: string | undefined, now: number): Check<number> {
  if (text === undefined) return { value: -Infinity, problems: [] };
  const duration = parseDuration(text);
  if (duration !== null) return { value: now - duration, problems: [] };
  const time = date.test(text) && isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return { value: time, problems: [] };
  const forms = `${durationForms}, or be a day such as 2026-11-01, or a time such as 2026-11-01T08:00:00Z`;
  return { value: 0, problems: [`--since ${quoted(text)} must have the form ${forms}`] };
}

/** Date.parse takes 2026-02-30 for the 2nd of March. */
function isDay(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
