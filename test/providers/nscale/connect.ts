import { freshLocalState } from '../../harness/local.ts';
import { createHttpClient, type HttpClient } from '../../../src/http/client.ts';
import { createPause } from '../../../src/http/pause.ts';
import type { HttpCredential } from '../../../src/http/request.ts';
import { Secret } from '../../../src/model/credential.ts';
import { nscale } from '../../../src/providers/nscale/index.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import type { TestContext } from '../../harness/context.ts';
import { nscaleEndpoint, organizationId, sandboxTokens } from '../../harness/nscale.ts';

/** Makes clients for the deployment that a context belongs to. */
export function clients({ ctx }: TestContext): (credential: HttpCredential) => HttpClient {
  return (credential) =>
    createHttpClient({
      ...ctx,
      credential,
      endpoint: nscaleEndpoint,
      endpointSource: 'default',
      pause: createPause({ now: ctx.now, provider: 'nscale', note: () => Promise.resolve() }),
      provider: 'nscale',
      readProblem: nscale.readProblem,
      timeoutMs: 30_000,
      userAgent: 'test',
    });
}

/** The provider itself in the seed's organization, for what no command shows. */
export function connectNscale(context: TestContext, token: string = sandboxTokens.administrator): Provider {
  return nscale.connect({
    createHttp: clients(context),
    credential: { source: 'the test', clientId: null, read: () => Promise.resolve(new Secret(token)) },
    endpoint: nscaleEndpoint,
    profile: null,
    organization: organizationId,
    chooseOrganization: () => Promise.reject(new Error('this test names its organization')),
    note: () => Promise.resolve(),
    now: context.ctx.now,
    sleep: (milliseconds) => context.ctx.sleep(milliseconds),
    local: freshLocalState(),
  });
}
