import { describe, expect, test } from 'vitest';

import { InterruptedError } from '../../../src/errors.ts';
import { Secret, type Credential } from '../../../src/model/credential.ts';
import { nscale } from '../../../src/providers/nscale/index.ts';
import type { Verification } from '../../../src/providers/provider.ts';
import type { TestContext } from '../../harness/context.ts';
import { nscaleEndpoint, sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { faults, lost } from '../faults.ts';
import { clients, connectNscale } from './connect.ts';
import { forbidden, serverError } from './faults.ts';
import { verification } from './paths.ts';

const install = useNscale();

/** Tries a token at the deployment that the context belongs to. */
function tryToken(context: TestContext, token: string): Promise<Verification> {
  const credential: Credential = { kind: 'access-token', value: new Secret(token), clientId: null, expiresAt: null };
  return nscale.verifyCredential({
    createHttp: clients(context),
    endpoint: nscaleEndpoint,
    now: context.ctx.now,
    credential,
  });
}

describe('a credential', () => {
  test('that nscale takes works, whatever it may do', async () => {
    const deployment = install({ token: 'nobody' });
    const outcome = await tryToken(deployment.context(), sandboxTokens.selfRotating);
    expect(outcome).toEqual({ works: true, why: null });
    expect(deployment.requests).toEqual([verification]);
  });

  test('that nscale refuses does not work', async () => {
    const deployment = install();
    expect(await tryToken(deployment.context(), 'dead-token')).toEqual({
      works: false,
      why: 'cannot list organizations: nscale answered 401: this is not an nscale token, or only a part of one (unrecognized bearer token format)',
    });
    expect(deployment.requests).toEqual([verification]);
  });

  test.each([
    ['403', forbidden, 'nscale answered 403: operation is not allowed by rbac', 1],
    ['500', serverError, 'nscale answered 500: an internal error has occurred, please contact support', 1],
    [
      'a dropped connection',
      lost,
      'nscale at https://identity.nks.europe-west4.nscale.com ended the connection without an answer',
      4,
    ],
    [
      'an answer that is no list',
      () => Response.json({}),
      'nscale answered GET /api/v1/organizations with 200 and JSON that does not fit at its top',
      1,
    ],
  ])('may work after %s', async (_, answer, what, count) => {
    const deployment = install({ intercept: faults({ method: 'GET', answer }) });
    expect(await tryToken(deployment.context(), sandboxTokens.administrator)).toEqual({
      works: null,
      why: `cannot list organizations: ${what}`,
    });
    expect(deployment.requests).toEqual(Array.from({ length: count }, () => verification));
  });

  test('is not judged after an interrupt', async () => {
    const interrupt = new AbortController();
    interrupt.abort(new InterruptedError());
    const context = install().context({ signal: interrupt.signal });
    await expect(tryToken(context, sandboxTokens.administrator)).rejects.toBeInstanceOf(InterruptedError);
  });
});

describe("the caller's own credential", () => {
  test.each([
    ['still works', sandboxTokens.selfRotating, true],
    ['is dead', 'dead-token', false],
  ])('%s', async (_, token, works) => {
    const deployment = install();
    const provider = connectNscale(deployment.context(), token);
    expect(await provider.verifyOwnCredential()).toBe(works);
    expect(deployment.requests).toEqual([verification]);
  });

  test('cannot be relied on when nobody answers', async () => {
    const deployment = install({ intercept: faults({ method: 'GET', answer: lost }) });
    expect(await connectNscale(deployment.context()).verifyOwnCredential()).toBe(false);
  });
});
