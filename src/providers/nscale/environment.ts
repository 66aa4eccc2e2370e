import type { EnvironmentConnection } from '../../config/environment.ts';

/** contracts/nscale.md 1; the documented one of nscale's two hosts. */
export const nscaleEnvironment: EnvironmentConnection = {
  endpoint: {
    variable: 'NSCALE_IDENTITY_SERVICE_API_ENDPOINT',
    default: 'https://identity.nks.europe-west4.nscale.com',
  },
  organization: 'NSCALE_ORGANIZATION_ID',
  secrets: [{ secret: 'NSCALE_SERVICE_TOKEN', clientId: null }],
};
