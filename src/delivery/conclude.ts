import type { Context } from '../context.ts';
import { ExitCode, type CliError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { fingerprintOf } from '../model/fingerprint.ts';
import { hintText } from '../model/hint.ts';
import { isCI } from '../model/run-environment.ts';
import type { Issued } from '../providers/issuance.ts';
import type { AuditFact } from '../state/audit-event.ts';
import { recordFact } from '../state/audit-log.ts';
import { supersede } from './earlier-entries.ts';
import { errorOf, shortcoming, type Findings } from './ending.ts';
import { handOver, restOf, tried, type HandoverInput } from './handover.ts';
import type { Run } from './issuance.ts';
import { endingOf, staysOpen, type Rest } from './life.ts';

export interface ConcludeInput extends Omit<HandoverInput, 'account'> {
  /** Whether it was seen to work by now. */
  readonly isVerified: boolean;
}

/**
 * What is done with every credential that is there: the account is read again and mended, the credential delivered,
 * verified and printed, and then it ends as the page has it (`endings`).
 * @throws the error of that ending
 */
export async function conclude(ctx: Context, run: Run, { isVerified, ...input }: ConcludeInput): Promise<void> {
  const { issuance } = run;
  const { issued, signal } = input;
  const { plan, operation, report } = issuance;
  // A credential in hand is delivered whatever happens to the account's other properties.
  const reconciled = await tried(issued.account, () => plan.reconcile?.(issued, { verified: isVerified }));
  const account = reconciled.value;
  const handed = await handOver(ctx, run, { account, ...input });
  const finished = await tried(undefined, () => plan.finish?.(account, { signal, report }));
  const unmet = [finished.problem, reconciled.problem].filter((problem) => problem !== null);
  const shortcomings = [...handed.shortcomings, ...unmet.map((problem) => shortcoming(problem, operation, account))];
  const { places, works, isSuperseded } = handed;
  const rest = restOf(run, { places, works, isSuperseded, isWhole: shortcomings.length === 0 });
  const error = await end(ctx, run, { rest, ...handed, shortcomings, account }, () => ({
    verified: handed.works,
    targets: handed.targets,
    ...factsOf(issued, account),
    ...(isSuperseded ? { outcome: 'superseded' as const } : {}),
    ...(run.isStored ? {} : { reissued: input.reissued }),
  }));
  for (const { goal, url, command } of handed.actions) {
    await report(`to be done by a person: ${goal}, at ${url}; then: ${hintText(command)}`);
  }
  if (error !== null) throw error;
}

/** What the audit log records of a credential. */
export function factsOf({ credential }: Issued, account: Account): Partial<AuditFact> {
  const expiresAfter = credential.expiresAt ?? account.expiresAt;
  return { account, expiresAfter, fingerprint: fingerprintOf(credential.value) };
}

/**
 * The end of every run: records it in the audit log, and erases its entry or leaves it for `sactl recover`. Never rejects: no
 * failure here may hide where the credential is.
 * @returns the error that tells how it ended; null where all was done
 */
export async function end(
  ctx: Context,
  run: Run,
  { account, ...found }: Findings & { readonly account: Account },
  more: () => Partial<AuditFact> = () => ({}),
): Promise<CliError | null> {
  const { issuance, entry, subject } = run;
  const { operation } = issuance;
  const findings = { ...found, rest: await stillKept(run, found.rest) };
  const error = errorOf({ account, operation, entryId: entry.id, inCI: isCI(ctx.env), ...subject }, findings);
  // A run that is killed in between leaves an entry to recover; the other way round nothing would tell of the change.
  await recordFact(ctx, issuance.audit, () => {
    return { exitCode: error?.exitCode ?? ExitCode.done, error: error?.message ?? null, ...run.fact, ...more() };
  });
  await endEntry(run, account, findings, error);
  return error;
}

/** What was kept may be gone: another run that took this one for dead has erased the entry. */
async function stillKept({ entry }: Run, rest: Rest): Promise<Rest> {
  const isAsked = rest.isKept && staysOpen(endingOf(rest));
  return isAsked && !(await entry.isThere()) ? { ...rest, isKept: false } : rest;
}

async function endEntry(run: Run, account: Account, { rest }: Findings, error: CliError | null): Promise<void> {
  const { issuance, entry, startedAt } = run;
  try {
    if (staysOpen(endingOf(rest))) {
      const outcome = rest.request === 'answered' ? 'undelivered' : 'unknown';
      await entry.outcome({ outcome, message: error?.message ?? '' });
      await entry.leave();
      return;
    }
    await entry.close();
    // A supplied credential leaves the one before it alive.
    const endsEarlier = rest.request === 'answered' && issuance.plan.manual === undefined;
    if (endsEarlier) await supersede(issuance, { account, startedAt });
  } catch {
    await issuance.report(`entry ${entry.id} of the journal could not be brought up to date`);
  }
}
