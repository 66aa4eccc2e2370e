import { CliError, FailedError, UnknownOutcomeError } from '../errors.ts';
import { HttpError } from '../http/error.ts';
import type { Account } from '../model/account.ts';
import { sactl, type HintParts } from '../model/hint.ts';
import type { Evidence } from '../providers/issuance.ts';
import { naming } from './ending.ts';
import type { Issuance, IssuanceRun } from './issuance.ts';

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
