import { openEmulator, type Part } from '../part.ts';
import { createRunaiEmulator } from './app.ts';
import { seedRunai } from './seed.ts';
import { runaiSandboxClients } from './seed-ids.ts';
import { isRunaiState } from './state.ts';

const { clientId, clientSecret } = runaiSandboxClients.administrator;

/** The sandbox's user is a service account that administers the tenant. */
export const runaiPart: Part = {
  name: 'runai',
  clientId,
  secret: clientSecret,
  environment: (endpoint) => [
    ['RUNAI_BASE_URL', endpoint],
    ['RUNAI_CLIENT_ID', clientId],
    ['RUNAI_CLIENT_SECRET', clientSecret],
  ],
  comments: () => [],
  open: (options) =>
    openEmulator(options, {
      name: 'runai',
      seed: seedRunai,
      isState: isRunaiState,
      create: createRunaiEmulator,
    }),
};
