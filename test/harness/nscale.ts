import { seedNscale } from '../../src/sandbox/nscale/seed.ts';
import { organizationId, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import type { NscaleState } from '../../src/sandbox/nscale/state.ts';
import { useProblems, withAnswersChecked } from './checked.ts';
import { testNow } from './context.ts';
import { useEmulator, type Deployment, type DeploymentOptions } from './deployment.ts';
import { nscaleDocuments } from './nscale-conformance.ts';
import { createNscaleVariant, type NscaleVariant } from './nscale-variants.ts';

/** The endpoint that the program uses when nobody names another. */
export const nscaleEndpoint = 'https://identity.nks.europe-west4.nscale.com';

export interface NscaleOptions extends Omit<Partial<NscaleVariant>, 'save'>, DeploymentOptions {
  /** Default: the administrator's. */
  readonly token?: string;
}

export type NscaleDeployment = Deployment<NscaleState>;

/** Every request and every answer of the emulator is held against our contract; what it does not allow fails the test. */
export function useNscale(): (options?: NscaleOptions) => NscaleDeployment {
  const report = useProblems();
  const deploy = useEmulator({
    endpoint: nscaleEndpoint,
    start: ({ token = sandboxTokens.administrator, ...options }: NscaleOptions) => {
      const state = options.state ?? seedNscale(testNow);
      const emulator = createNscaleVariant({ now: () => testNow, ...options, state });
      const checked = withAnswersChecked(emulator, nscaleDocuments, report);
      async function fetch(request: Request): Promise<Response> {
        report(await nscaleDocuments.requestProblems(request));
        return checked.fetch(request);
      }
      return { state, fetch, env: { NSCALE_SERVICE_TOKEN: token } };
    },
  });
  return (options = {}) => deploy(options);
}

export { organizationId, sandboxTokens };
