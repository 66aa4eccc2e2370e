import type { AuditFact } from '../state/audit-event.ts';
import { recordFact } from '../state/audit-log.ts';
import type { Context } from '../context.ts';
import { ExitCode, type CliError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { ReceivedCredential } from './request-credential.ts';
import type { StoredDelivery } from './deliver-entry.ts';
import type { Ending } from './handover.ts';
import type { Run } from './issuance.ts';
import { fingerprintOf } from '../model/credential.ts';

interface Facts extends ReceivedCredential {
  /** As it was settled. */
  readonly account: Account;
  readonly ending: Ending;
  /** The worst first. */
  readonly failures: readonly CliError[];
}

/** Writes into the audit log that a credential was issued, and where it went. Never rejects. */
export async function auditIssued(
  ctx: Context,
  run: Run,
  { issued, reissued, account, ending, failures }: Facts,
): Promise<void> {
  const { credential } = issued;
  await recordFact(ctx, run.issuance.audit, () => ({
    ...factOf(run, failures[0] ?? null),
    account,
    expiresAfter: credential.expiresAt ?? account.expiresAt,
    fingerprint: fingerprintOf(credential.value),
    verified: ending.outcome?.verified ?? null,
    reissued,
    targets: ending.places,
  }));
}

/** Writes into the audit log that a credential was asked for, and that there is none. Never rejects. */
export async function auditUnissued(ctx: Context, run: Run, error: CliError): Promise<void> {
  await recordFact(ctx, run.issuance.audit, () => factOf(run, error));
}

/** What came of a kept credential. */
interface Delivered extends Pick<Ending, 'places' | 'failures'> {
  readonly verified: boolean | null;
}

/** Writes into the audit log that a kept credential was delivered, and where it went. Never rejects. */
export async function auditDelivered(
  ctx: Context,
  { entry, issued, audit }: Pick<StoredDelivery, 'entry' | 'issued' | 'audit'>,
  { verified, places, failures }: Delivered,
): Promise<void> {
  const { credential, account } = issued;
  const [worst] = failures;
  await recordFact(ctx, audit, () => ({
    operation: 'deliver',
    exitCode: worst?.exitCode ?? ExitCode.done,
    connection: { ...entry.intent.connection, credentialSource: null },
    account,
    expiresAfter: credential.expiresAt,
    fingerprint: fingerprintOf(credential.value),
    verified,
    targets: places,
    entry: entry.id,
    error: worst?.message ?? null,
  }));
}

function factOf({ issuance, entry }: Run, error: CliError | null): AuditFact {
  const { operation, plan, connection, credentialSource } = issuance;
  const { id, name, organization, expiresAt } = plan.expected;
  return {
    operation,
    exitCode: error?.exitCode ?? ExitCode.done,
    connection: { ...connection, credentialSource },
    account: { id: operation === 'create' ? null : id, name, organization },
    expiresBefore: operation === 'create' ? null : expiresAt,
    entry: entry.id,
    error: error?.message ?? null,
  };
}
