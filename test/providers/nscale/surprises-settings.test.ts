import { describe, expect, test } from 'vitest';

import type { TestContextOptions } from '../../harness/context.ts';
import { nscaleEndpoint, organizationId, useNscale } from '../../harness/nscale.ts';
import { list } from './paths.ts';

/** Surprises 19 and 20 of docs/contracts/nscale.md 9, each by its number. */
const deploy = useNscale();
const otherHost = 'https://identity.unikorn.nscale.com';

/** Runs with a network in which the deployment has every name, and says which were used. */
async function runAnywhere(
  argv: readonly string[],
  env: TestContextOptions['env'] = {},
): Promise<{ code: number; origins: string[] }> {
  const origins = new Set<string>();
  const { code } = await deploy().run(argv, {
    env,
    fetch: (input, init) => {
      const { origin, href } = new URL(input instanceof Request ? input.url : input);
      origins.add(origin);
      return globalThis.fetch(href.replace(origin, nscaleEndpoint), init);
    },
  });
  return { code, origins: [...origins] };
}

describe('19: there are two hosts, and a token goes to the one that was named', () => {
  const variable = 'NSCALE_IDENTITY_SERVICE_API_ENDPOINT';
  test.each([
    ['nothing', [], {}, nscaleEndpoint],
    ['the variable', [], { [variable]: otherHost }, otherHost],
    ['the flag', ['--endpoint', otherHost], {}, otherHost],
  ])('by %s', async (_, flags, env, origin) => {
    expect(await runAnywhere(['sa', 'list', ...flags], env)).toEqual({ code: 0, origins: [origin] });
  });
});

describe('20: a flag wins over the environment, and that over the default', () => {
  const env = { NSCALE_IDENTITY_SERVICE_API_ENDPOINT: 'https://elsewhere.example' };

  test('for the endpoint', async () => {
    const { origins } = await runAnywhere(['sa', 'list', '--endpoint', otherHost], env);
    expect(origins).toEqual([otherHost]);
  });

  test('for the organization', async () => {
    const deployment = deploy();
    const argv = ['sa', 'list', '--org', organizationId, '-q', 'length'];
    const wrong = { NSCALE_ORGANIZATION_ID: 'aaaaaaaa-0000-4000-8000-000000000000' };
    expect((await deployment.run(argv, { env: wrong })).stdout).toBe('13\n');
    expect(deployment.requests).toEqual([list]);
  });

  test.each(['', ' '])('and a variable of "%s" says nothing', async (empty) => {
    const blank = { NSCALE_IDENTITY_SERVICE_API_ENDPOINT: empty, NSCALE_ORGANIZATION_ID: empty };
    expect(await runAnywhere(['sa', 'list'], blank)).toEqual({ code: 0, origins: [nscaleEndpoint] });
  });
});
