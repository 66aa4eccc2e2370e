import {
  CliError,
  FailedError,
  InterruptedError,
  PartialError,
  UndeliveredError,
  UnknownOutcomeError,
} from '../errors.ts';
import { HttpError } from '../http/error.ts';
import type { Account } from '../model/account.ts';
import { sactl, type HintParts } from '../model/hint.ts';
import type { Evidence } from '../providers/issuance.ts';
import type { Operation } from '../state/record.ts';
import type { Issuance, IssuanceRun } from './issuance.ts';

/** The error that `work` throws; null when there is none. */
export async function failureOf(work: () => Promise<void> | undefined): Promise<unknown> {
  try {
    await work();
    return null;
  } catch (error) {
    return error;
  }
}

/** Throws the first failure, the worst, with what the others say; null is no failure. */
export function throwAll(failures: readonly unknown[]): void {
  const [worst, ...others] = failures.filter((failure) => failure !== null);
  if (worst === undefined) return;
  if (others.length === 0 || !(worst instanceof CliError)) throw worst;
  const messages = [worst, ...others].map((error) => (error instanceof Error ? error.message : ''));
  const message = messages.join('; ');
  if (worst instanceof UndeliveredError) throw new UndeliveredError(message, worst);
  if (worst instanceof UnknownOutcomeError) throw new UnknownOutcomeError(message, worst);
  throw new CliError(worst.code, worst.exitCode, message, worst);
}

/** A failure after the account was changed: no error that says otherwise may leave here. */
export function partial(problem: unknown, operation: Operation, account: Account): CliError {
  if (problem instanceof PartialError) return problem;
  return new PartialError(
    `${doneTo(account, operation)}, but not all could be done or checked afterwards: ${reasonOf(problem)}`,
    { provider: account.provider, hint: sactl`serviceaccounts get --id ${account.id}`, cause: problem },
  );
}

/** e.g. `nscale service account ci-deploy (c1f0…) was created` */
export function doneTo(account: Account, operation: Operation): string {
  return `${naming(account)} was ${operation === 'create' ? 'created' : 'rotated'}`;
}

/** The message of an unexpected error may hold anything, so it is not repeated. */
export function reasonOf(problem: unknown): string {
  const isInterrupt =
    problem instanceof InterruptedError || (problem instanceof Error && problem.name === 'AbortError');
  if (isInterrupt) return 'interrupted';
  return problem instanceof CliError ? problem.message : 'an unexpected error, a bug in sactl';
}

/** The answer was lost, and readings prove that the request did nothing. */
export function nothingChanged({ plan }: Issuance, cause: unknown): CliError {
  if (cause instanceof HttpError) {
    const details = { ...cause.details(), hint: null, cause };
    return new CliError(cause.code, cause.exitCode, `${cause.message}; nothing was changed`, details);
  }
  return new FailedError('failed', `${naming(plan.expected)}: nothing was changed`, { cause });
}

/** The answer was lost: what is known of the request, and what to do. */
export function unknownOutcome(
  { issuance, entry }: IssuanceRun,
  { cause, evidence }: { cause: unknown; evidence: Evidence | null },
): UnknownOutcomeError {
  const { operation, plan } = issuance;
  const known = cause instanceof CliError ? cause : null;
  const what = known?.message ?? `cannot ${operation} service account ${plan.expected.name}`;
  const { consequence, hint } =
    operation === 'rotate' ? rotationLost(issuance, evidence) : creationLost(issuance, evidence);
  const forget = operation === 'create' ? ['; then: ', sactl`recover discard --id ${entry.id}`] : [];
  return new UnknownOutcomeError(`${what}; ${consequence}`, {
    provider: plan.expected.provider,
    status: known?.status ?? null,
    traceId: known?.traceId ?? null,
    hint: [...hint, ...forget],
    cause,
  });
}

interface Loss {
  readonly consequence: string;
  readonly hint: HintParts;
}

function rotationLost({ plan }: Issuance, evidence: Evidence | null): Loss {
  const again = ['rotate again: ', sactl`serviceaccounts rotate --id ${plan.expected.id}`];
  return {
    consequence:
      evidence?.kind === 'changed'
        ? 'it was rotated: the old credential is dead, and no new one was received'
        : 'the old credential may be dead, and no new one was received',
    hint: plan.isSelf === false ? again : [...again, '; if this credential is dead, only an administrator can do that'],
  };
}

function creationLost({ plan }: Issuance, evidence: Evidence | null): Loss {
  const { name } = plan.expected;
  const what = plan.credentialKind === 'client-secret' ? 'client secret' : 'token';
  const accounts = evidence === null ? [] : accountsOf(evidence);
  const ids = accounts.map(({ id }) => id);
  if (evidence?.kind === 'changed') {
    return {
      consequence: `the account was created (${ids.join()}), with a ${what} nobody has`,
      hint: ['issue another: ', sactl`serviceaccounts rotate --id ${ids}`],
    };
  }
  const alternatives = ids.flatMap((id, index) => (index === 0 ? [id] : ['or', id]));
  const seen = accounts.map(({ id, createdAt, createdBy }) =>
    [id, createdAt, createdBy].filter((part) => part !== null).join(', '),
  );
  return {
    consequence: `the account may have been created, with a ${what} nobody has${
      seen.length === 0 ? '' : `; there is one of that name: ${seen.join('; ')}`
    }`,
    hint:
      seen.length === 0
        ? ['look for it, then rotate or delete it: ', sactl`serviceaccounts list --search ${name}`]
        : ['if it is yours, issue another: ', sactl`serviceaccounts rotate --id ${alternatives}`],
  };
}

function accountsOf(evidence: Evidence): readonly Account[] {
  if (evidence.kind === 'changed') return [evidence.account];
  return evidence.kind === 'unclear' ? evidence.candidates : [];
}

/** e.g. `nscale service account ci-deploy (c1f0…)` */
export function naming({ provider, name, id }: Account): string {
  return `${provider} service account ${name} (${id})`;
}
