import { join } from 'node:path';

import type { ProviderName } from '../model/account.ts';
import type { Emulator } from './in-process.ts';
import { openStore, resetStore, type Store } from './store.ts';

/** One provider's part of the sandbox: its emulator on its state, and who the sandbox's user is there. */
export interface Part {
  readonly name: ProviderName;
  /** Null where the secret alone says who it is. */
  readonly clientId: string | null;
  readonly secret: string;
  /** The variables that point a client at the emulator, in order. */
  readonly environment: (endpoint: string) => readonly (readonly [name: string, value: string])[];
  /** What a client needs to be told besides, one line each. */
  readonly comments: (endpoint: string) => readonly string[];
  readonly open: (options: StateOptions) => Promise<Emulator>;
}

interface EmulatorKind<State extends object> extends StateKind<State> {
  readonly create: (options: {
    readonly state: State;
    readonly save: () => Promise<void>;
    readonly now: () => number;
  }) => Emulator;
}

/**
 * An emulator on its stored state, which every request reads anew and has for itself.
 * @throws FailedError when the state cannot be used
 */
export async function openEmulator<State extends object>(
  options: StateOptions,
  { create, ...kind }: EmulatorKind<State>,
): Promise<Emulator> {
  const store = await openState(options, kind);
  const emulator = create({ state: store.state, save: store.save, now: options.now });
  return { fetch: (request) => store.exclusive(() => emulator.fetch(request)) };
}

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
