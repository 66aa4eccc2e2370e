import type { EnvironmentConnection } from '../../config/environment.ts';
import { analyticsEndpoint } from './endpoint.ts';

/** contracts/augment.md 3.2; the session is JSON, pretty-printed or not. */
export const augmentEnvironment: EnvironmentConnection = {
  endpoint: { variable: null, default: analyticsEndpoint },
  organization: null,
  secrets: [{ secret: 'AUGMENT_SESSION_AUTH', clientId: null }],
  file: '.augment/session.json',
  isDocument: true,
};
