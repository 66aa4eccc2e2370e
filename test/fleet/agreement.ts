import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { IssuingProvider } from '../harness/providers.ts';
import { Secret } from '../../src/model/credential.ts';
import { fingerprintOf } from '../../src/model/fingerprint.ts';
import type { Outcome } from '../harness/run.ts';
import { entriesIn } from '../outcomes/observe.ts';
import type { Server, ServerAccount } from './servers.ts';

/** Where to look for the truth. */
export interface Scene {
  readonly servers: Readonly<Partial<Record<IssuingProvider, Server>>>;
  /** The working directory; targets are in `tokens` in it. */
  readonly folder: string;
  readonly stateDirectory: string;
}

/** What the report says of one account. */
export interface ReportItem {
  readonly kind: 'rotated' | 'delivered' | 'skipped' | 'failed';
  readonly provider: string;
  readonly profile: string | null;
  readonly id: string | null;
  readonly name: string | null;
  readonly exitCode: number;
  readonly reason?: string;
  readonly reissued?: boolean;
  readonly superseded?: boolean;
  readonly recoverId?: string | null;
  readonly credential?: { readonly value: null; readonly fingerprint: string } | null;
  readonly deliveredTo?: readonly { readonly ok: boolean }[];
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string | null };
}

/** The report that a run printed as JSON, item by item. */
export function itemsOf({ stdout }: Pick<Outcome, 'stdout'>): readonly ReportItem[] {
  const report = JSON.parse(stdout) as Record<ReportItem['kind'], readonly ReportItem[]>;
  return (['rotated', 'delivered', 'skipped', 'failed'] as const).flatMap((kind) =>
    report[kind].map((item) => Object.assign(item, { kind })),
  );
}

/** What is true of one account after a run. */
interface Truth {
  readonly item: ReportItem;
  /** How many credentials the server issued in all. */
  readonly issues: number;
  /** Whether one of them works, and where it is. */
  readonly isInTarget: boolean;
  readonly isInJournal: boolean;
  /** Whether the target's file is as it was before the first run. */
  readonly isTargetOld: boolean;
  /** Ids of the entries that are open. */
  readonly entries: readonly string[];
  readonly lastEvent: AuditLine | null;
  readonly fingerprint: string | null;
}

interface AuditLine {
  readonly outcome: string;
  readonly provider: string;
  readonly id: string;
  readonly fingerprint: string | null;
}

/**
 * What report, servers, targets, journal and audit log say differently of the same account, one sentence each. `earlier` is
 * what an earlier run in the same world reported.
 */
export function disagreements(world: Scene, run: Outcome, earlier: readonly ReportItem[] = []): readonly string[] {
  const items = itemsOf(run);
  const lines = auditLines(world);
  const wrong = Object.values(world.servers).flatMap((server) =>
    server.accounts().flatMap((account) => {
      const [item, ...others] = items.filter(isAbout(server, account));
      if (item === undefined || others.length > 0) return [`${account.name}: not one item`];
      const before = earlier.find(isAbout(server, account));
      const truth = truthOf(world, { server, account, item, lines });
      const broken = [...promises(truth, before ?? null), ...secretPromises(world, truth, run)]
        .filter(({ holds }) => !holds)
        .map(({ promise }) => `${server.name} ${account.name} (${item.kind} ${item.exitCode}): ${promise}`);
      return broken;
    }),
  );
  return [...wrong, ...locksLeft(world)];
}

function isAbout({ name }: Server, { id }: ServerAccount): (item: ReportItem) => boolean {
  return (item) => item.provider === name && item.id === id;
}

interface Subject {
  readonly server: Server;
  readonly account: ServerAccount;
  readonly item: ReportItem;
  readonly lines: readonly AuditLine[];
}

function truthOf(world: Scene, { server, account, item, lines }: Subject): Truth {
  const issued = server.issuedTo(account.id);
  const live = issued.find((secret) => server.hash(secret) === account.liveHash) ?? null;
  const target = readFileSync(join(world.folder, 'tokens', `${server.name}-${account.name}`), 'utf8');
  const entries = entriesIn(world.stateDirectory).filter(
    ({ text }) => text.includes(`"id":"${account.id}"`) && text.includes(`"${server.name}"`),
  );
  return {
    item,
    issues: issued.length,
    isInTarget: live !== null && target === live,
    isTargetOld: target === 'old',
    isInJournal: live !== null && entries.some(({ text }) => keeps(text, live)),
    entries: entries.map(({ name }) => name.replace(/\..*$/, '')),
    lastEvent: lines.findLast(({ provider, id }) => provider === server.name && id === account.id) ?? null,
    fingerprint: live === null ? null : fingerprintOf(new Secret(live)),
  };
}

/** Whether the last answer in an entry holds this secret. */
function keeps(text: string, secret: string): boolean {
  const base64 = /"base64":"([^"]*)"/.exec(text.split('"type":"answer"').at(-1) ?? '')?.[1] ?? '';
  return Buffer.from(base64, 'base64').toString().includes(secret);
}

interface Held {
  readonly holds: boolean;
  readonly promise: string;
}

/** What the item's kind and exit code promise. */
function promises(truth: Truth, before: ReportItem | null): readonly Held[] {
  const { item } = truth;
  if (item.kind === 'rotated') return rotatedPromises(truth, before);
  if (item.kind === 'delivered') return deliveredPromises(truth);
  if (isUnreadable(item)) return unreadablePromises(truth);
  if (item.exitCode === 8) return keptPromises(truth);
  if (item.exitCode === 7) return unknownPromises(truth);
  return untouchedPromises(truth, before);
}

function rotatedPromises({ item, ...truth }: Truth, before: ReportItem | null): readonly Held[] {
  const { fingerprint, entries, lastEvent } = truth;
  return [
    { holds: item.exitCode === 0, promise: 'a rotated account has exit code 0' },
    { holds: truth.isInTarget, promise: 'the target has the credential that works' },
    { holds: entries.length === 0, promise: 'nothing of it is left in the journal' },
    { holds: item.credential?.fingerprint === fingerprint, promise: 'the fingerprint is its own' },
    { holds: item.recoverId === null, promise: 'there is nothing to recover' },
    {
      holds: before !== null || truth.issues <= (item.reissued === true ? 2 : 1),
      promise: 'it was issued once, or once more and that is said',
    },
    {
      holds: lastEvent?.outcome === 'done' && lastEvent.fingerprint === fingerprint,
      promise: 'the audit log has the same',
    },
  ];
}

/** What an earlier run kept is where it was to go, and nothing was issued for that. */
function deliveredPromises({ item, ...truth }: Truth): readonly Held[] {
  const { fingerprint, entries, lastEvent } = truth;
  return [
    { holds: item.exitCode === 0, promise: 'a delivered credential has exit code 0' },
    { holds: truth.isInTarget, promise: 'the target has the credential that works' },
    { holds: entries.length === 0, promise: 'nothing of it is left in the journal' },
    { holds: item.credential?.fingerprint === fingerprint, promise: 'the fingerprint is its own' },
    { holds: item.recoverId === null, promise: 'there is nothing to recover' },
    {
      holds: lastEvent?.outcome === 'done' && lastEvent.fingerprint === fingerprint,
      promise: 'the audit log has the same',
    },
  ];
}

function keptPromises({ item, isInJournal, isInTarget, entries, lastEvent }: Truth): readonly Held[] {
  return [
    { holds: item.kind === 'failed', promise: 'what is undelivered has failed' },
    { holds: isInJournal || isInTarget, promise: 'the credential that works is kept' },
    { holds: entries.includes(item.recoverId ?? ''), promise: 'the entry is there to recover' },
    {
      holds: lastEvent?.outcome === (item.superseded === true ? 'superseded' : 'undelivered'),
      promise: 'the audit log says whether it was undelivered or superseded, too',
    },
  ];
}

/** An answer came that cannot be read, and is kept: what it may hold is not known. */
function isUnreadable({ exitCode, error }: ReportItem): boolean {
  return exitCode === 8 && (error?.message.includes('; the answer is kept') ?? false);
}

function unreadablePromises({ item, entries, isTargetOld }: Truth): readonly Held[] {
  return [
    { holds: item.kind === 'failed', promise: 'an answer that cannot be read has failed' },
    { holds: isTargetOld, promise: 'the target is as it was' },
    { holds: entries.length === 1, promise: 'the journal keeps the answer' },
  ];
}

function unknownPromises({ item, entries, lastEvent, isTargetOld }: Truth): readonly Held[] {
  return [
    { holds: item.kind === 'failed', promise: 'an unknown outcome has failed' },
    { holds: isTargetOld, promise: 'the target is as it was' },
    { holds: entries.length === 1, promise: 'the journal notes that no answer came' },
    { holds: lastEvent?.outcome === 'unknown', promise: 'the audit log says unknown' },
  ];
}

/** Of an account that an earlier run rotated, the credential is where that run brought it. */
function untouchedPromises(truth: Truth, before: ReportItem | null): readonly Held[] {
  const wasRotated = before?.kind === 'rotated' || before?.kind === 'delivered';
  const { item } = truth;
  return [
    { holds: wasRotated ? truth.isInTarget : truth.isTargetOld, promise: 'the target is as it was' },
    { holds: truth.entries.length === 0, promise: 'nothing of it is in the journal' },
    { holds: wasRotated || truth.issues === 0, promise: 'the server has not touched it' },
    { holds: item.kind === 'failed' ? item.exitCode !== 0 : item.reason !== undefined, promise: 'why is said' },
  ];
}

/** Secrets are in targets and journal only. */
function secretPromises(world: Scene, { item }: Truth, run: Outcome): readonly Held[] {
  const server = Object.values(world.servers).find(({ name }) => name === item.provider);
  const issued = server?.issuedTo(item.id ?? '') ?? [];
  const said = `${run.stdout}${run.stderr}${auditText(world)}`;
  return [
    { holds: !issued.some((secret) => said.includes(secret)), promise: 'no secret is said' },
    { holds: (item.credential?.value ?? null) === null, promise: 'no secret is in the report' },
  ];
}

function auditText({ stateDirectory }: Scene): string {
  const path = join(stateDirectory, 'audit.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function auditLines(world: Scene): readonly AuditLine[] {
  return auditText(world)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditLine);
}

function locksLeft({ stateDirectory }: Scene): readonly string[] {
  const folder = join(stateDirectory, 'locks');
  return existsSync(folder) ? readdirSync(folder).map((name) => `the lock ${name} is left`) : [];
}

/**
 * What another run of what is due should say of an account, by what the run before said: only the rest is rotated, and what
 * is in the journal is delivered.
 */
function verdictAfter(item: ReportItem): string {
  const { kind, exitCode, reason } = item;
  if (isUnreadable(item)) return 'rotated';
  if (reason === 'own account') return 'skipped: own account';
  if (kind === 'rotated' || kind === 'delivered') return 'skipped: not due';
  return exitCode === 8 ? 'delivered' : 'rotated';
}

/** The same of what it said. */
export function verdictOf({ kind, exitCode, reason }: ReportItem): string {
  if (kind === 'rotated' || kind === 'delivered') return kind;
  return kind === 'skipped' ? `skipped: ${reason}` : `failed: ${exitCode}`;
}

/** What the run after `before` should have said otherwise, one sentence for each account. */
export function astray(before: readonly ReportItem[], after: readonly ReportItem[]): readonly string[] {
  return before.flatMap((item) => {
    const next = after.find(({ provider, id }) => provider === item.provider && id === item.id);
    const said = next === undefined ? 'nothing' : verdictOf(next);
    const due = verdictAfter(item);
    return said === due ? [] : [`${item.provider} ${item.name}: ${said} instead of ${due}`];
  });
}
