import { defaultControlPlane } from '../../src/sandbox/runai/versions.ts';
import { seedRunai } from '../../src/sandbox/runai/seed.ts';
import { runaiSandboxClients } from '../../src/sandbox/runai/seed-ids.ts';
import type { RunaiState } from '../../src/sandbox/runai/state.ts';
import { useProblems, withAnswersChecked } from './checked.ts';
import { testNow } from './context.ts';
import { useEmulator, type Deployment, type DeploymentOptions } from './deployment.ts';
import { requestProblems, runaiDocuments } from './runai-conformance.ts';
import { createRunaiVariant, type RunaiVariant } from './runai-variants.ts';

export const runaiEndpoint = 'https://runai.example.com';

/** Who signs in: the value of RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET. */
export interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface RunaiOptions extends Omit<Partial<RunaiVariant>, 'save'>, DeploymentOptions {
  /** Default: the administrator. */
  readonly client?: Client;
}

export type RunaiDeployment = Deployment<RunaiState>;

/** Whether a request asks for an access token, which changes nothing. */
export function isTokenRequest({ url }: Request): boolean {
  return new URL(url).pathname.endsWith('/token');
}

/** Every request and every answer of the emulator is held against Run:ai's documents; what they do not allow fails the test. */
export function useRunai(): (options?: RunaiOptions) => RunaiDeployment {
  const report = useProblems();
  const deploy = useEmulator({
    endpoint: runaiEndpoint,
    isTokenRequest,
    logsQueries: true,
    start: ({ client = runaiSandboxClients.administrator, ...options }: RunaiOptions) => {
      const state = options.state ?? seedRunai(testNow);
      const { controlPlane = defaultControlPlane } = options;
      const emulator = createRunaiVariant({ now: () => testNow, ...options, state });
      const checked = withAnswersChecked(emulator, runaiDocuments(controlPlane), report);
      async function fetch(request: Request): Promise<Response> {
        report(await requestProblems(request, controlPlane));
        return checked.fetch(request);
      }
      const { clientId, clientSecret } = client;
      return {
        state,
        fetch,
        env: { RUNAI_BASE_URL: runaiEndpoint, RUNAI_CLIENT_ID: clientId, RUNAI_CLIENT_SECRET: clientSecret },
      };
    },
  });
  return (options = {}) => deploy(options);
}

export { runaiSandboxClients };
