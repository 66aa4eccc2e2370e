import type { EnvironmentConnection } from '../../config/environment.ts';

/** Where the Analytics API is for every tenant; it is not a tenant's own host (docs/contracts/augment.md 4). */
export const analyticsEndpoint = 'https://api.augmentcode.com';

/** docs/contracts/augment.md 3.2; the session is JSON, pretty-printed or not. */
export const augmentEnvironment: EnvironmentConnection = {
  endpoint: { variable: null, default: analyticsEndpoint },
  organization: null,
  origin: 'auggie login, or a token from https://app.augmentcode.com/settings/service-accounts',
  secrets: [
    {
      secret: 'AUGMENT_SESSION_AUTH',
      clientId: null,
      meaning: 'the session as JSON; without it, ~/.augment/session.json is read',
    },
  ],
  file: '.augment/session.json',
  isDocument: true,
};
