import { CliError, InterruptedError, PartialError } from '../errors.ts';
import type { Account } from '../model/account.ts';

/** What the work throws; null when it comes to its end. */
export async function failureOf(work: () => Promise<void> | undefined): Promise<unknown> {
  try {
    await work();
    return null;
  } catch (error) {
    return error;
  }
}

/** Whatever stopped it, the account was changed: no error that says otherwise may leave here. */
export function partial(
  problem: unknown,
  { operation, account }: { operation: 'create' | 'rotate'; account: Account },
): CliError {
  if (problem instanceof PartialError) return problem;
  const { provider, name, id } = account;
  const done = operation === 'create' ? 'created' : 'rotated';
  const why =
    problem instanceof CliError && !(problem instanceof InterruptedError)
      ? problem.message
      : 'interrupted';
  return new PartialError(
    `${provider} service account ${name} (${id}) was ${done}, but not all could be done or checked afterwards: ${why}`,
    { provider, hint: `sactl serviceaccounts get --id ${id}`, cause: problem },
  );
}

/** Throws the first failure, the worst, with what the others say; null is no failure. */
export function throwAll(failures: readonly unknown[]): void {
  const [worst, ...others] = failures.filter((failure) => failure !== null);
  if (worst === undefined) return;
  if (others.length === 0 || !(worst instanceof CliError)) throw worst;
  const messages = [worst, ...others].map((error) => (error instanceof Error ? error.message : ''));
  throw new CliError(worst.code, worst.exitCode, messages.join('; '), worst);
}
