import { deliverEntry, type StoredDelivery } from '../../delivery/deliver-entry.ts';
import { errorAt, naming } from '../../delivery/ending.ts';
import { answerIn } from '../../delivery/life.ts';
import { accountIdOf, flagsOf, recoverCommand } from '../../delivery/recover.ts';
import type { IssuedResult } from '../../delivery/result.ts';
import { CliError, ExitCode, InterruptedError, NotFoundError, UsageError } from '../../errors.ts';
import { endOfRun, overallCode, printReport, summary } from '../../fleet/end-of-run.ts';
import { hopedDelivery, tryReport } from '../../fleet/hoped.ts';
import {
  deliveredItem,
  failedItem,
  leftItem,
  skippedItem,
  sorted,
  type BulkResult,
  type Item,
} from '../../fleet/items.ts';
import { keptOne } from '../../fleet/known.ts';
import { createProgress } from '../../fleet/progress.ts';
import { deliveryDocument } from '../../fleet/report-document.ts';
import { barelyKnown, type Account } from '../../model/account.ts';
import { hintText } from '../../model/hint.ts';
import { atMostOne, noneOf } from '../../session/check.ts';
import { confirmChange, confirmationProblems } from '../../session/confirm.ts';
import { dryRunDocument, type PlannedTarget } from '../../session/dry-run.ts';
import type { Invocation } from '../../session/invocation.ts';
import { tellingWhoWaits } from '../../session/reminders.ts';
import { prepareDelivery } from '../../session/stored-delivery.ts';
import { keepsSecret } from '../../state/record.ts';
import { isOpen, type ReadableEntry, type StoredEntry } from '../../state/stored-entry.ts';
import { openRecovery, type Recovery } from './pick.ts';

interface DeliverAllFlags {
  readonly id?: string | undefined;
  readonly to?: readonly string[] | undefined;
}

/** What `recover deliver --all` does: one report of every entry that keeps a credential. */
export async function deliverAll({ ctx, common }: Invocation, { id, to }: DeliverAllFlags): Promise<ExitCode> {
  const recovery = await openRecovery(ctx, common, [
    ...atMostOne({ '--all': true, '--id': id }),
    ...noneOf({ '--to': to, '--raw': common.raw }, 'goes with one entry only'),
    ...confirmationProblems(ctx, common),
  ]);
  // Those that take another's place come first.
  const all = await recovery.journal.list();
  const entries = all.filter(isKept).toReversed();
  const others = all.filter((entry) => isOpen(entry) && !isKept(entry)).length;
  const prepared = await Promise.all(entries.map((entry) => prepare(recovery, entry)));
  const ready = prepared.filter((one) => one.isReady);
  const known = resultOf(prepared.flatMap((one) => (one.isReady ? [] : [one.item])));
  const problems = await filterProblems(recovery, ready);
  if (problems.length > 0) throw new UsageError(problems);
  if (common.dryRun) return preview(recovery, ready, known);
  if (ready.length > 0) await agree(recovery, ready);
  const items: Item[] = prepared.flatMap((one) => (one.isReady ? [] : [one.item]));
  return ctx.mutating(
    async () => {
      const progress = createProgress({ ctx, common, total: ready.length, marker: recovery.marker });
      await progress.begin();
      try {
        await tellingWhoWaits(ctx, progress.note, async () => {
          for (const one of ready) {
            const item = await deliver(recovery, one, progress.note);
            items.push(item);
            await progress.done(item);
          }
        });
      } finally {
        await progress.end();
      }
      return finish(recovery, resultOf(items), others);
    },
    () => overallCode([...items.map(({ item }) => item.exitCode), ExitCode.undelivered]),
  );
}

/** Whether a credential is in it, and nobody is at work on it. */
function isKept(entry: StoredEntry): entry is ReadableEntry {
  if (entry.intent === null || entry.isNewer || !isOpen(entry)) return false;
  const answer = answerIn(entry);
  return answer !== null && keepsSecret(answer);
}

interface Ready {
  readonly isReady: true;
  readonly entry: ReadableEntry;
  readonly account: Account;
  readonly delivery: StoredDelivery;
  readonly targets: readonly PlannedTarget[];
  readonly effects: readonly string[];
  readonly result: () => IssuedResult | null;
}

type Prepared = Ready | { readonly isReady: false; readonly item: Item };

/** Nothing is sent here. */
async function prepare(recovery: Recovery, entry: ReadableEntry): Promise<Prepared> {
  const account = accountOf(entry);
  if (entry.intent.targets.length === 0) {
    const detail = `it was meant for stdout: ${hintText(recoverCommand('deliver', entry))}`;
    return {
      isReady: false,
      item: { kind: 'skipped', item: skippedItem({ account, reason: 'no target', detail }, ExitCode.done) },
    };
  }
  let result: IssuedResult | null = null;
  try {
    const { delivery, found, plannedTargets, effects } = await prepareDelivery(recovery, entry, {
      announce: (announced) => {
        result = announced;
        return Promise.resolve(null);
      },
    });
    if (found.problems.length > 0) throw new UsageError(found.problems, { hint: found.hint });
    for (const warning of found.warnings) await recovery.note(warning);
    const { account: known } = delivery.issued;
    return { isReady: true, entry, account: known, delivery, targets: plannedTargets, effects, result: () => result };
  } catch (error) {
    recovery.ctx.signal.throwIfAborted();
    if (!(error instanceof CliError)) throw error;
    return { isReady: false, item: failure(entry, account, undeliverable(entry, account, error)) };
  }
}

/** A place that cannot be used is no mistake in this command: the credential waits still. */
function undeliverable(entry: ReadableEntry, account: Account, error: CliError): CliError {
  if (!(error instanceof UsageError)) return error;
  const message = `the credential that entry ${entry.id} keeps for ${naming(account)} cannot be delivered: ${error.message}`;
  return errorAt(keptOne, message, { provider: account.provider, hint: error.hint, cause: error });
}

function failure(entry: ReadableEntry, account: Account, error: CliError, result: IssuedResult | null = null): Item {
  const item = failedItem(account, error, { result, flags: flagsOf(entry.intent.connection) });
  // After a create whose answer cannot be read here, the account's id is not known.
  const id = account.id === '' ? null : account.id;
  return { kind: 'failed', item: { ...item, id, recoverId: entry.id } };
}

/** What the entry says of its account. */
function accountOf(entry: ReadableEntry): Account {
  const { connection, account } = entry.intent;
  const { provider, profile, organization } = connection;
  return barelyKnown({ provider, profile, organization, id: accountIdOf(entry) ?? '', name: account.name });
}

async function agree({ ctx, common }: Recovery, ready: readonly Ready[]): Promise<void> {
  const what = ready.length === 1 ? 'kept credential' : `${ready.length} kept credentials`;
  await confirmChange({ ctx, common }, { action: `Deliver the ${what}`, effects: effectsOf(ready) });
}

function effectsOf(ready: readonly Ready[]): readonly string[] {
  return ready.flatMap(({ account, targets, effects }) => [
    ...targets.map(({ target }) => `${account.name}: the credential goes to ${target}`),
    ...effects.map((effect) => `${account.name}: ${effect}`),
  ]);
}

async function preview(recovery: Recovery, ready: readonly Ready[], known: BulkResult): Promise<ExitCode> {
  const { marker, emit, note } = recovery;
  const plan = { operation: 'deliver', requests: [], effects: effectsOf(ready) } as const;
  const document = dryRunDocument(
    { provider: null, marker },
    plan,
    ready.flatMap(({ targets }) => targets),
  );
  await emit(document);
  for (const { name, detail } of known.skipped) await note(`${name}: ${detail ?? ''}`);
  for (const { error } of known.failed) await note(error.message);
  return overallCode(known.failed.map(({ exitCode }) => exitCode));
}

function filterProblems({ renderer, marker }: Recovery, ready: readonly Ready[]): Promise<readonly string[]> {
  const delivered = ready.map(({ account, delivery }) => hopedDelivery(account, delivery));
  return tryReport(renderer, () => deliveryDocument({ ...resultOf([]), delivered }, marker));
}

/** As `recover deliver --id` does it. Never rejects for what `deliverEntry` throws. */
async function deliver(recovery: Recovery, one: Ready, note: (text: string) => Promise<void>): Promise<Item> {
  const { entry, account, delivery, result } = one;
  const { ctx } = recovery;
  try {
    ctx.signal.throwIfAborted();
    await deliverEntry(ctx, { ...delivery, report: (text) => note(`${account.name}: ${text}`) });
  } catch (error) {
    if (error instanceof InterruptedError) return leftItem(account, 'interrupted', error);
    if (error instanceof NotFoundError) return superseded(account);
    if (!(error instanceof CliError)) throw error;
    return failure(entry, account, error, result());
  }
  const announced = result();
  if (announced === null) throw new Error('a delivery announces its result');
  return { kind: 'delivered', item: deliveredItem(announced) };
}

/** The delivery of a newer one erased it, or another run did. */
function superseded(account: Account): Item {
  const detail = 'a newer one was delivered, or another run finished it';
  return { kind: 'skipped', item: skippedItem({ account, reason: 'superseded', detail }, ExitCode.done) };
}

function resultOf(items: readonly Item[]): BulkResult {
  return sorted({
    rotated: [],
    delivered: items.flatMap((one) => (one.kind === 'delivered' ? [one.item] : [])),
    skipped: items.flatMap((one) => (one.kind === 'skipped' ? [one.item] : [])),
    failed: items.flatMap((one) => (one.kind === 'failed' ? [one.item] : [])),
  });
}

/** @param others how many entries are open and keep nothing that this version can deliver */
async function finish(recovery: Recovery, result: BulkResult, others: number): Promise<ExitCode> {
  const { delivered, skipped, failed } = result;
  const untold = await printReport(recovery, deliveryDocument(result, recovery.marker));
  const total = delivered.length + skipped.length + failed.length;
  if (total > 0) await recovery.note(summary(result).replace(/^0 rotated, /, ''));
  if (total === 0 && others === 0) await recovery.note('no entries');
  if (others > 0)
    await recovery.note(
      `${others === 1 ? 'an entry keeps' : `${others} entries keep`} nothing that can be delivered: sactl recover list`,
    );
  const sentence = `${delivered.length} of ${total} kept credentials were delivered; ${failed.length} failed`;
  return endOfRun(result, untold, { sentence, done: 'the credentials were delivered' });
}
