import { join } from 'node:path';

import type { ProviderName } from '../model/account.ts';
import { augmentService, createAugmentEmulator } from './augment/app.ts';
import { sessionFile } from './augment/console.ts';
import { augmentSandbox, seedAugment } from './augment/seed.ts';
import { isAugmentState, type AugmentState } from './augment/state.ts';
import { faultSubjectOf, type Emulator, type EmulatorOptions } from './emulator.ts';
import type { FaultSubject } from './faults/fault.ts';
import { createNscaleEmulator, nscaleService } from './nscale/app.ts';
import { organizationId, sandboxTokens } from './nscale/seed-ids.ts';
import { seedNscale } from './nscale/seed.ts';
import { isNscaleState } from './nscale/state.ts';
import { createRunaiEmulator, runaiService } from './runai/app.ts';
import { runaiSandboxClients } from './runai/seed-ids.ts';
import { seedRunai } from './runai/seed.ts';
import { isRunaiState } from './runai/state.ts';
import { defaultControlPlane, type ControlPlane } from './runai/versions.ts';
import { openStore, type Store } from './store.ts';

/** One provider in the sandbox: its emulator, and who the sandbox's user is there. */
export interface SandboxProvider {
  /** Null where the secret alone says who it is. */
  readonly clientId: string | null;
  readonly secret: string;
  /** The variables that point a client at the emulator, in order. */
  readonly environment: (endpoint: string) => readonly (readonly [name: string, value: string])[];
  /** What else a client needs to know, one line each. */
  readonly comments: (endpoint: string) => readonly string[];
  /** What faults can be armed for it, whatever its version. */
  readonly faults: FaultSubject;
  /** The emulator on its stored state. @throws FailedError when the state cannot be used */
  readonly open: (options: StateOptions) => Promise<OpenedEmulator>;
}

interface OpenedEmulator extends Emulator {
  /** What its faults act on. */
  readonly faults: FaultSubject;
}

/** Where the emulators' state is, and the time there. */
export interface StateOptions {
  /** The program's; the sandbox has a folder of its own in it. */
  readonly stateDirectory: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Run:ai's version. Default: the sandbox's. */
  readonly controlPlane?: ControlPlane | undefined;
}

const { administrator } = runaiSandboxClients;
const session = JSON.stringify(sessionFile(augmentSandbox, augmentSandbox.reviewer.value));

export const sandboxProviders: Readonly<Record<ProviderName, SandboxProvider>> = {
  /** An administrator of one organization. */
  nscale: {
    clientId: null,
    secret: sandboxTokens.administrator,
    environment: (endpoint) => [
      ['NSCALE_IDENTITY_SERVICE_API_ENDPOINT', endpoint],
      ['NSCALE_SERVICE_TOKEN', sandboxTokens.administrator],
      ['NSCALE_ORGANIZATION_ID', organizationId],
    ],
    comments: () => [],
    faults: faultSubjectOf(nscaleService),
    open: async (options) => {
      const store = await openState('nscale', options, seedNscale, isNscaleState);
      return { ...openEmulator(createNscaleEmulator, options, store), faults: faultSubjectOf(nscaleService) };
    },
  },
  /** A service account that administers the tenant. */
  runai: {
    clientId: administrator.clientId,
    secret: administrator.clientSecret,
    environment: (endpoint) => [
      ['RUNAI_BASE_URL', endpoint],
      ['RUNAI_CLIENT_ID', administrator.clientId],
      ['RUNAI_CLIENT_SECRET', administrator.clientSecret],
    ],
    comments: () => [],
    faults: faultSubjectOf(runaiService(defaultControlPlane)),
    open: async ({ controlPlane = defaultControlPlane, ...options }) => {
      const store = await openState('runai', options, seedRunai, isRunaiState);
      const emulator = openEmulator((given) => createRunaiEmulator({ ...given, controlPlane }), options, store);
      return { ...emulator, faults: faultSubjectOf(runaiService(controlPlane)) };
    },
  },
  /** Has the session of a service account. */
  augment: {
    clientId: null,
    secret: session,
    environment: () => [['AUGMENT_SESSION_AUTH', session]],
    // No variable of Augment's names the host of its Analytics API (docs/contracts/augment.md 4).
    comments: (endpoint) => [`augment: add --endpoint ${endpoint}`],
    faults: faultSubjectOf(augmentService),
    open: async (options) => {
      const store = await openAugmentState(options);
      return { ...openEmulator(createAugmentEmulator, options, store), faults: faultSubjectOf(augmentService) };
    },
  },
};

/** What the emulator and the web console work on. @throws FailedError when it cannot be used */
export async function openAugmentState(options: StateOptions): Promise<Store<AugmentState>> {
  return openState('augment', options, seedAugment, isAugmentState);
}

/** Each request reads the stored state anew, and has it for itself. */
function openEmulator<State extends object>(
  create: (options: EmulatorOptions<State>) => Emulator,
  { now }: StateOptions,
  { state, save, exclusive }: Store<State>,
): Emulator {
  const emulator = create({ state, save, now });
  return { fetch: (request) => exclusive(() => emulator.fetch(request)) };
}

async function openState<State extends object>(
  name: ProviderName,
  { stateDirectory, now, sleep }: StateOptions,
  seed: (now: number) => State,
  isState: (value: unknown) => value is State,
): Promise<Store<State>> {
  const directory = sandboxStateDirectory(stateDirectory);
  return openStore({ directory, name, version: 1, seed: () => seed(now()), isState, sleep });
}

export function sandboxStateDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'sandbox');
}
