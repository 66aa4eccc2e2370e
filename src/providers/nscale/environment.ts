import type { EnvironmentConnection } from '../../config/environment.ts';

/** docs/contracts/nscale.md 1; the documented one of nscale's two hosts. */
export const nscaleEnvironment: EnvironmentConnection = {
  endpoint: {
    variable: { name: 'NSCALE_IDENTITY_SERVICE_API_ENDPOINT', meaning: 'the address of the identity service' },
    default: 'https://identity.nks.europe-west4.nscale.com',
  },
  organization: {
    name: 'NSCALE_ORGANIZATION_ID',
    meaning: 'the organization, by its id or its name, when --org does not name one',
  },
  origin: "a service token from nscale's console: Settings, Service Tokens",
  secrets: [{ secret: 'NSCALE_SERVICE_TOKEN', clientId: null, meaning: 'the token to work with' }],
};
