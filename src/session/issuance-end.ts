import { errorAt, naming } from '../delivery/ending.ts';
import { onTheWay } from '../delivery/life.ts';
import { credentialDocument, issuanceResult, type IssuedResult } from '../delivery/result.ts';
import type { AccountTarget } from '../delivery/targets/distinct.ts';
import { CliError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import { errorObject } from '../output/error.ts';
import { writeSummary } from './job-summary.ts';
import { doneHeader, doneRow, failedHeader, failedRow, markdownText, section } from './markdown.ts';
import type { Session } from './session.ts';

/** What came of one create or rotate. */
export interface IssuanceEnd {
  /** Null where no credential came, or none that could be handed over. */
  readonly result: IssuedResult | null;
  readonly error: CliError | null;
}

/** A report besides stdout that the user asked for. */
export interface EndReport {
  /** What keeps it from being written, once the targets were tried. */
  readonly problems: (targets: readonly AccountTarget[]) => Promise<readonly string[]>;
  /** @returns why it could not be written, or null */
  readonly write: (end: IssuanceEnd) => Promise<CliError | null>;
}

interface Told {
  /** As it reads in a question, e.g. `Rotate the credential of ci-deploy (c1f0…)`. */
  readonly action: string;
  readonly account: Account;
  readonly report: EndReport | null;
}

/**
 * Does the work, and tells the page of the job's run and the report how it ended. A summary that nobody asked for never
 * changes the exit code.
 * @throws what `work` throws, with what else went wrong; with exit code 6 where only the report could not be written
 */
export async function tellingEnd(
  session: Session,
  { action, account, report }: Told,
  work: (told: (result: IssuedResult) => void) => Promise<void>,
): Promise<void> {
  let result: IssuedResult | null = null;
  const error = await work((issued) => {
    result = issued;
  }).then(
    () => null,
    (thrown: unknown) => {
      if (thrown instanceof CliError) return thrown;
      throw thrown;
    },
  );
  const end: IssuanceEnd = { result, error };
  const failure = await writeSummary(session.ctx, () => endMarkdown(session, { action, account }, end), session.note);
  if (failure !== null) await session.note(failure.message);
  const unwritten = (await report?.write(end)) ?? null;
  if (error !== null) throw unwritten === null ? error : withMessages(error, [unwritten.message]);
  if (unwritten === null) return;
  const rest = { ...onTheWay, request: 'answered', places: 'all', isWhole: false } as const;
  const message = `the credential of ${naming(account)} was issued, but ${unwritten.message}`;
  throw errorAt(rest, message, { provider: account.provider, hint: unwritten.hint, cause: unwritten });
}

function endMarkdown(
  { marker, commandFlags }: Session,
  { action, account }: Pick<Told, 'action' | 'account'>,
  { result, error }: IssuanceEnd,
): string {
  const heading = `## ${markdownText(action)}${marker.sandbox === true ? ' (sandbox)' : ''}`;
  const rest =
    error === null
      ? section('Done', doneHeader, result === null ? [] : [doneRow(resultOf(result))])
      : section('Failed', failedHeader, [
          failedRow({ ...account, error: errorObject(error, { connection: commandFlags }) }),
        ]);
  return `${[heading, ...rest].join('\n\n')}\n`;
}

/** Without the credential's value. */
function resultOf({ account, credential, outcome }: IssuedResult): ReturnType<typeof issuanceResult> {
  return issuanceResult(account, credentialDocument(credential, null), outcome);
}

/** The error with more in its message. */
export function withMessages(error: CliError, more: readonly string[]): CliError {
  if (more.length === 0) return error;
  const message = [error.message, ...more].join('; ');
  return new CliError(error.code, error.exitCode, message, error);
}
