import { join } from 'node:path';

import type { Context } from '../context.ts';
import type { ProviderName } from '../model/account.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** The sandbox has a journal, locks and everything else of its own, below the program's state. */
export function sandboxDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'sandbox');
}

/**
 * The emulator of a provider, loaded only here.
 * @throws UsageError for faults that cannot be read
 */
export async function openSandboxOf(
  { env, now, sleep }: Pick<Context, 'env' | 'now' | 'sleep'>,
  stateDirectory: string,
  provider: ProviderName,
): Promise<Sandbox> {
  const { openSandbox } = await import('../sandbox/sandbox.ts');
  const { faultsFromEnvironment } = await import('../sandbox/faults/parse.ts');
  const faults = faultsFromEnvironment(env);
  return openSandbox({ stateDirectory, now, sleep, faults }, provider);
}
