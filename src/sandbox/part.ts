import type { ProviderName } from '../model/account.ts';
import type { Emulator } from './emulator.ts';
import { openState, type StateKind, type StateOptions } from './state.ts';

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
