import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { organizationId, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import type { NscaleState } from '../../src/sandbox/nscale/state.ts';
import { testNow } from './context.ts';
import { useEmulator, type Deployment, type DeploymentOptions } from './deployment.ts';
import { createNscaleVariant, type NscaleVariant } from './nscale-variants.ts';

/** The endpoint that the program uses when nobody names another. */
export const nscaleEndpoint = 'https://identity.nks.europe-west4.nscale.com';

export interface NscaleOptions extends Omit<Partial<NscaleVariant>, 'save'>, DeploymentOptions {
  /** Default: the administrator's. */
  readonly token?: string;
}

export type NscaleDeployment = Deployment<NscaleState>;

export function useNscale(): (options?: NscaleOptions) => NscaleDeployment {
  const deploy = useEmulator({
    endpoint: nscaleEndpoint,
    start: ({ token = sandboxTokens.administrator, ...options }: NscaleOptions) => {
      const state = options.state ?? seedNscale(testNow);
      const { fetch } = createNscaleVariant({ now: () => testNow, ...options, state });
      return { state, fetch, env: { NSCALE_SERVICE_TOKEN: token } };
    },
  });
  return (options = {}) => deploy(options);
}

export { organizationId, sandboxTokens };
