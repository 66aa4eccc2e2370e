import type { EnvironmentConnection } from '../../config/environment.ts';

/** The names NVIDIA's field tools use; there is no official standard (contracts/runai.md 14). */
export const runaiEnvironment: EnvironmentConnection = {
  endpoint: { variable: 'RUNAI_BASE_URL', default: null },
  organization: null,
  secrets: [
    { secret: 'RUNAI_CLIENT_SECRET', clientId: 'RUNAI_CLIENT_ID' },
    { secret: 'RUNAI_TOKEN', clientId: null },
  ],
};
