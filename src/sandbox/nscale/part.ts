import { openEmulator, type Part } from '../part.ts';
import { createNscaleEmulator } from './app.ts';
import { seedNscale } from './seed.ts';
import { organizationId, sandboxTokens } from './seed-ids.ts';
import { isNscaleState } from './state.ts';

/** The sandbox's user is an administrator of one organization. */
export const nscalePart: Part = {
  name: 'nscale',
  clientId: null,
  secret: sandboxTokens.administrator,
  environment: (endpoint) => [
    ['NSCALE_IDENTITY_SERVICE_API_ENDPOINT', endpoint],
    ['NSCALE_SERVICE_TOKEN', sandboxTokens.administrator],
    ['NSCALE_ORGANIZATION_ID', organizationId],
  ],
  comments: () => [],
  open: (options) =>
    openEmulator(options, {
      name: 'nscale',
      seed: seedNscale,
      isState: isNscaleState,
      create: createNscaleEmulator,
    }),
};
