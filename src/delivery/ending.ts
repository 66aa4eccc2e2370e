import {
  CliError,
  ExitCode,
  FailedError,
  InterruptedError,
  PartialError,
  UndeliveredError,
  UnknownOutcomeError,
  type ErrorDetails,
} from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { Credential } from '../model/credential.ts';
import { sactl, withConnection, type CommandLine, type ConnectionFlags, type HintParts } from '../model/hint.ts';
import type { Operation } from '../state/record.ts';
import { endingOf, type Ending, type Help, type Rest } from './life.ts';

/** What an ending is about. */
export interface Subject {
  readonly account: Account;
  readonly operation: Operation;
  readonly entryId: string;
  readonly credentialKind: Credential['kind'];
  /** Whether the caller signs in with this account; null where that cannot be told. */
  readonly isSelf: boolean | null;
  /** What commands need to mean the account's connection; those of the command line are added anyway. */
  readonly connection: ConnectionFlags;
  /** The folder of the journal usually goes with the job. */
  readonly inCI: boolean;
}

/** What is known at the end. */
export interface Findings {
  readonly rest: Rest;
  /** What is wrong with the credential; each reads after its name. */
  readonly troubles?: readonly string[];
  /** Whether each target that does not have it refused it, and will again until something is mended. */
  readonly needsMending?: boolean;
  /** What else was not done. */
  readonly shortcomings?: readonly CliError[];
  /** Accounts that the request made, or may have made. */
  readonly candidates?: readonly Account[];
  readonly cause?: unknown;
}

/** The error that tells how it ended (`endings`); null where all was done. */
export function errorOf(subject: Subject, findings: Findings): CliError | null {
  const ending = endingOf(findings.rest);
  if (ending.code === ExitCode.done) return null;
  if (ending.code === null) return prevented(ending, subject, findings.cause);
  const { shortcomings = [], cause } = findings;
  const parts = [
    beginning(subject, findings),
    toldIn(ending.says ?? '', toldOf(subject, findings)),
    ...shortcomings.map(({ message }) => message),
  ];
  const known = [cause, ...shortcomings].find((error) => error instanceof CliError);
  const hint =
    ending.help === undefined
      ? shortcomings.find((one) => one.hint !== null)?.hint
      : helps[ending.help](subject, findings);
  return errorAt(findings.rest, parts.filter((part) => part !== '').join('; '), {
    provider: subject.account.provider,
    status: known?.status ?? null,
    traceId: known?.traceId ?? null,
    superseded: findings.rest.isSuperseded,
    hint: hint ?? null,
    cause: cause ?? known,
  });
}

/** An error with the code of the ending of `rest`, which is one of 6, 7 and 8. */
export function errorAt(rest: Rest, message: string, details: ErrorDetails): CliError {
  const { code } = endingOf(rest);
  if (code === ExitCode.partial) return new PartialError(message, details);
  return code === ExitCode.undelivered
    ? new UndeliveredError(message, details)
    : new UnknownOutcomeError(message, details);
}

/** Nothing was changed: the error says itself what came in between. */
function prevented({ says }: Ending, { account }: Subject, cause: unknown): CliError {
  const nothing = 'nothing was changed';
  if (!(cause instanceof CliError)) return new FailedError('failed', `${naming(account)}: ${nothing}`, { cause });
  if (says === undefined) return cause;
  const details = { ...cause.details(), hint: null, cause };
  return new CliError(cause.code, cause.exitCode, `${cause.message}; ${nothing}`, details);
}

/** How the message begins: with what is wrong with the credential or, where none came, with what ended the request. */
function beginning({ account, operation, entryId }: Subject, { rest, troubles = [], cause }: Findings): string {
  if (rest.request !== 'answered') {
    return cause instanceof CliError ? cause.message : `cannot ${operation} service account ${account.name}`;
  }
  if (troubles.length === 0) return '';
  const credential = rest.isStored
    ? `the credential that entry ${entryId} keeps for ${naming(account)}`
    : `the new credential of ${naming(account)}`;
  return `${credential} ${troubles.join('; and it ')}`;
}

/** What a sentence may name, by the slot that it fills. */
export interface Told {
  /** Ids of the accounts that the request made. */
  readonly ids: string;
  /** `token` or `client secret`. */
  readonly what: string;
  /** The accounts that the request may have made. */
  readonly seen: string;
}

/** A sentence of the page with its slots filled, e.g. `{ids}`. */
export function toldIn(sentence: string, told: Told): string {
  return sentence.replaceAll(/\{(ids|what|seen)\}/g, (_, slot: keyof Told) => told[slot]);
}

function toldOf({ credentialKind }: Subject, { candidates = [] }: Findings): Told {
  const seen = candidates.map(({ id, createdAt, createdBy }) =>
    [id, createdAt, createdBy].filter((part) => part !== null).join(', '),
  );
  return {
    ids: candidates.map(({ id }) => id).join(),
    what: credentialKind === 'client-secret' ? 'client secret' : 'token',
    seen: seen.join('; '),
  };
}

const helps: Readonly<Record<Help, (subject: Subject, findings: Findings) => HintParts>> = {
  'look at the answer': (subject, { candidates = [] }) => [
    'look at it: ',
    sactl`${recover('show', subject)} --reveal`,
    ...(subject.operation === 'rotate' || candidates.length > 0
      ? ['; or issue another: ', rotate(subject, candidates.length === 0 ? undefined : candidates.map(({ id }) => id))]
      : []),
  ],
  'rotate again': (subject) => [
    'rotate again: ',
    rotate(subject),
    ...(subject.isSelf === false ? [] : ['; if this credential is dead, only an administrator can do that']),
  ],
  'issue another': (subject) => ['issue another: ', rotate(subject)],
  'issue another, then discard': (subject, { candidates = [] }) => [
    'issue another: ',
    rotate(subject, candidates.length === 0 ? undefined : candidates.map(({ id }) => id)),
    ...thenDiscard(subject),
  ],
  'choose yours, then discard': (subject, { candidates = [] }) => [
    'if it is yours, issue another: ',
    rotate(
      subject,
      candidates.flatMap(({ id }, index) => (index === 0 ? [id] : ['or', id])),
    ),
    ...thenDiscard(subject),
  ],
  'look for it, then discard': (subject) => [
    'look for it, then rotate or delete it: ',
    withConnection(sactl`serviceaccounts list --search ${subject.account.name}`, subject.connection),
    ...thenDiscard(subject),
  ],
  'discard, or issue another': (subject) => [
    'if a newer one is in use: ',
    recover('discard', subject),
    '; else issue another: ',
    rotate(subject),
  ],
  deliver: (subject, { needsMending = false }) =>
    needsMending
      ? ['fix what it reports, then: ', ...deliver(subject), '; or add --to <target> for another place']
      : deliver(subject),
  'deliver later, or issue another': (subject) => [
    'try it again later: ',
    ...deliver(subject),
    '; or issue another: ',
    rotate(subject),
  ],
  'copy it, or issue another': (subject) => ['copy it from there, or issue another: ', rotate(subject)],
};

function rotate({ account, connection }: Subject, ids: readonly string[] = [account.id]): CommandLine {
  return withConnection(sactl`serviceaccounts rotate --id ${ids}`, connection);
}

function recover(verb: 'show' | 'deliver' | 'discard', { entryId, connection }: Subject): CommandLine {
  return withConnection(sactl`recover ${verb} --id ${entryId}`, connection);
}

function thenDiscard(subject: Subject): HintParts {
  return ['; then: ', recover('discard', subject)];
}

function deliver(subject: Subject): HintParts {
  return [recover('deliver', subject), ...(subject.inCI ? [' (in this same job, or rotate again)'] : [])];
}

/** What was not done of a change of which the rest was; an error that says so itself stays as it is. */
export function shortcoming(problem: unknown, operation: Operation, account: Account): CliError {
  if (problem instanceof PartialError) return problem;
  return new PartialError(
    `${doneTo(account, operation)}, but not all could be done or checked afterwards: ${reasonOf(problem)}`,
    { provider: account.provider, hint: sactl`serviceaccounts get --id ${account.id}`, cause: problem },
  );
}

/** The result of a change, without the credential, that nobody was told. */
export function unprinted(
  { why, cause }: { why: string; cause: unknown },
  operation: Operation,
  account: Account,
): CliError {
  const { provider } = account;
  return new PartialError(`${doneTo(account, operation)}, but the result was not printed: ${why}`, { provider, cause });
}

/** e.g. `nscale service account ci-deploy (c1f0…) was created` */
function doneTo(account: Account, operation: Operation): string {
  return `${naming(account)} was ${operation === 'create' ? 'created' : 'rotated'}`;
}

/** The message of an unexpected error may hold anything, so it is not repeated. */
export function reasonOf(problem: unknown): string {
  const isInterrupt =
    problem instanceof InterruptedError || (problem instanceof Error && problem.name === 'AbortError');
  if (isInterrupt) return 'interrupted';
  return problem instanceof CliError ? problem.message : 'an unexpected error, a bug in sactl';
}

/** e.g. `nscale service account ci-deploy (c1f0…)` */
export function naming({ provider, name, id }: Account): string {
  return `${provider} service account ${name} (${id})`;
}
