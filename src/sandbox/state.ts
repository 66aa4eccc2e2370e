import { join } from 'node:path';

import type { ProviderName } from '../model/account.ts';
import { openStore, resetStore, type Store } from './store.ts';

/** Where the emulators' state is, and the time there. */
export interface StateOptions {
  /** The program's; the sandbox has a folder of its own in it. */
  readonly stateDirectory: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** What one provider's state looks like. */
export interface StateKind<State extends object> {
  readonly name: ProviderName;
  /** The state of the first day, which is `now`, in milliseconds since the epoch. */
  readonly seed: (now: number) => State;
  /** Whether parsed JSON is such a state; a rough check is enough to tell a foreign file. */
  readonly isState: (value: unknown) => value is State;
}

/** Opens the state of one provider. @throws FailedError when it cannot be used */
export async function openState<State extends object>(
  { stateDirectory, now, sleep }: StateOptions,
  { name, seed, isState }: StateKind<State>,
): Promise<Store<State>> {
  return openStore({
    directory: directoryIn(stateDirectory),
    name,
    version: 1,
    seed: () => seed(now()),
    isState,
    sleep,
  });
}

/** Puts the state of one provider back to its first day. @throws FailedError when it cannot be used */
export async function resetState(
  { stateDirectory, sleep }: Pick<StateOptions, 'stateDirectory' | 'sleep'>,
  name: ProviderName,
): Promise<void> {
  await resetStore({ directory: directoryIn(stateDirectory), name, sleep });
}

function directoryIn(stateDirectory: string): string {
  return join(stateDirectory, 'sandbox');
}
