import { errorOf } from '../delivery/ending.ts';
import type { Issuance } from '../delivery/issuance.ts';
import { onTheWay } from '../delivery/life.ts';
import type { IssuedResult } from '../delivery/result.ts';
import { verify } from '../delivery/verify.ts';
import { FailedError, type CliError } from '../errors.ts';
import { isCI } from '../model/run-environment.ts';
import { fingerprintOf } from '../model/fingerprint.ts';
import { recordFact } from '../state/audit-log.ts';
import { failedItem } from './items.ts';
import type { Waiting } from './prepare.ts';
import type { BulkRun } from './run.ts';
import type { Tally } from './tally.ts';

/** A delivered credential that took the place of one whose answer was lost, where readings cannot tell when that was done. */
export interface Doubtful {
  readonly one: Waiting;
  readonly issuance: Issuance;
  readonly result: IssuedResult;
}

/**
 * Tries such credentials once more, now that the run is at its end: one that is refused was ended by a request that was done
 * very late (docs/design.md 6). Nobody has a credential of its account then, which the next run finds in the journal.
 */
export async function tryOnceMore(run: BulkRun, doubtful: readonly Doubtful[], tally: Tally): Promise<void> {
  for (const { one, issuance, result } of doubtful) {
    if (run.ctx.signal.aborted) return;
    // A single refusal may be a fault of the service: it is tried for half a minute, as right after its delivery.
    const { works, why } = await verify(run.ctx, issuance.remote, result, issuance.report);
    if (works !== false) continue;
    const error = refusedAfterwards(run, { one, issuance, result }, why ?? 'it was refused');
    await leaveLost(run, { one, issuance, result }, error);
    const { outcome } = result;
    const told = outcome === undefined ? result : { ...result, outcome: { ...outcome, verified: false } };
    const flags = one.listed.connected.commandFlags;
    tally.revised({ kind: 'failed', item: failedItem(one.account, error, { result: told, flags }) });
    await run.note(`${one.account.name}: ${error.message}`);
  }
}

function refusedAfterwards(run: BulkRun, { one: { account }, issuance }: Doubtful, why: string): CliError {
  const { credentialKind, isSelf } = issuance.plan;
  const subject = { account, operation: 'rotate', entryId: issuance.id, credentialKind, isSelf } as const;
  const rest = { ...onTheWay, request: 'answered', places: 'all', works: false } as const;
  const trouble = `worked, and was refused when it was tried again at the end of the run: ${why}`;
  const told = { rest, troubles: [trouble] };
  const error = errorOf({ ...subject, connection: [], inCI: isCI(run.ctx.env) }, told);
  return error ?? new FailedError('failed', trouble);
}

/** The journal and the audit log say that nobody has the account's credential. Never rejects. */
async function leaveLost(
  run: BulkRun,
  { one: { account }, issuance, result }: Doubtful,
  error: CliError,
): Promise<void> {
  const { ctx, journal, audit } = run;
  const { connection, credentialSource, targets } = issuance;
  const { id, name, clientId, expiresAt } = account;
  const entryId = ctx.uuid();
  try {
    const entry = await journal.begin({
      id: entryId,
      operation: 'rotate',
      connection,
      account: { id, name, clientId, expiresAt },
      targets: targets.map((target) => target.name),
      directory: ctx.cwd,
    });
    await entry.sent();
    await entry.outcome({ outcome: 'unknown', message: error.message });
    await entry.leave();
  } catch {
    await run.note(`${name}: the journal could not record that its credential is lost`);
  }
  await recordFact(ctx, audit, () => ({
    operation: 'rotate',
    exitCode: error.exitCode,
    connection: { ...connection, credentialSource },
    account,
    fingerprint: fingerprintOf(result.credential.value),
    verified: false,
    reissued: true,
    targets: targets.map((target) => ({ target: target.name, ok: true })),
    entry: entryId,
    error: error.message,
  }));
}
