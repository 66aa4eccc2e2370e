import type { Context } from '../context.ts';
import { CliError, FailedError } from '../errors.ts';
import type { Described } from '../session/connect.ts';
import type { Fleet, FleetAnswer } from './connections.ts';
import { noteLine } from '../session/note.ts';

/** A connection that could not be asked, and why. */
export interface Unanswered {
  readonly member: Described;
  readonly error: CliError;
}

/** Those of a fleet that gave no answer. */
export function unanswered(
  { members }: Pick<Fleet, 'members'>,
  answers: readonly FleetAnswer<unknown>[],
): readonly Unanswered[] {
  return members.flatMap((member, index) => {
    const error = answers[index]?.error ?? null;
    return error === null ? [] : [{ member, error }];
  });
}

/** Says on stderr whose accounts are missing, even with `--quiet`. */
export async function tellUnanswered(
  { stderr }: Pick<Context, 'stderr'>,
  silent: readonly Unanswered[],
): Promise<void> {
  for (const one of silent) await stderr.write(noteLine(unansweredText(one)));
}

/** e.g. `no accounts of nscale (profile prod): nscale answered 401 …` */
export function unansweredText({ member, error }: Unanswered): string {
  return `no accounts of ${memberName(member)}: ${error.message}`;
}

/**
 * For a fleet of which nobody answered.
 * @throws the one error that there is; of several, one CliError with what each of them says
 */
export function throwUnanswered(silent: readonly Unanswered[]): void {
  const [only, ...others] = silent;
  if (only === undefined) return;
  if (others.length === 0) throw only.error;
  const message = silent.map(unansweredText).join('; ');
  const { code, exitCode, hint } = only.error;
  const isShared = others.every(({ error }) => error.exitCode === exitCode);
  throw isShared ? new CliError(code, exitCode, message, { hint }) : new FailedError('failed', message);
}

/** e.g. `nscale (profile prod)` */
function memberName({ definition, connection: { profile } }: Described): string {
  return profile === null ? definition.name : `${definition.name} (profile ${profile})`;
}
