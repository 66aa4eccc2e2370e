import type { EnvironmentConnection } from '../../config/environment.ts';

/** The names NVIDIA's field tools use; there is no official standard (docs/contracts/runai.md 14). */
export const runaiEnvironment: EnvironmentConnection = {
  endpoint: {
    variable: { name: 'RUNAI_BASE_URL', meaning: 'the address of the control plane; required' },
    default: null,
  },
  organization: null,
  origin: "a service account, or an access key of your own, from Run:ai's web interface",
  secrets: [
    {
      secret: 'RUNAI_CLIENT_SECRET',
      clientId: 'RUNAI_CLIENT_ID',
      meaning: 'the service account or access key to work with',
    },
    { secret: 'RUNAI_TOKEN', clientId: null, meaning: 'an access token instead of the two' },
  ],
};
