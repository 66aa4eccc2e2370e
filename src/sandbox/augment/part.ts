import { openEmulator, type Part, type StateKind } from '../part.ts';
import { createAugmentEmulator } from './app.ts';
import { augmentSandbox, seedAugment } from './seed.ts';
import { sessionFile } from './console.ts';
import { isAugmentState, type AugmentState } from './state.ts';

/** What the emulator and the web console work on. */
export const augmentState: StateKind<AugmentState> = {
  name: 'augment',
  seed: seedAugment,
  isState: isAugmentState,
};

const session = JSON.stringify(sessionFile(augmentSandbox, augmentSandbox.reviewer.value));

/** The sandbox's user has the session of a service account. */
export const augmentPart: Part = {
  name: 'augment',
  clientId: null,
  secret: session,
  environment: () => [['AUGMENT_SESSION_AUTH', session]],
  // No variable of Augment's names the host of its Analytics API (contracts/augment.md 4).
  comments: (endpoint) => [`augment: add --endpoint ${endpoint}`],
  open: (options) => openEmulator(options, { ...augmentState, create: createAugmentEmulator }),
};
