import { describe, expect, it } from 'vitest';

import { gatherEvidence, isOurEnd } from '../../src/delivery/request-credential.ts';
import type { HttpErrorCode } from '../../src/http/error.ts';
import type { Evidence } from '../../src/providers/issuance.ts';
import { account, httpError, reset } from './answers.ts';
import { worldOf } from './issuance.ts';

const unchanged: Evidence = { kind: 'unchanged' };
const changed: Evidence = { kind: 'changed', account };
const unclear: Evidence = { kind: 'unclear', candidates: [] };

/** Looks for what became of a request that ended with `cause`. */
async function gather(
  cause: unknown,
  looks: readonly (Evidence | Error)[],
): Promise<{ evidence: Evidence; steps: readonly string[] }> {
  const { ctx, issuance, steps } = await worldOf({ looks });
  return { evidence: await gatherEvidence(ctx, issuance.plan, cause), steps };
}

const once = ['look'];
const threeTimes = ['look', 'wait 2500', 'look', 'wait 2500', 'look'];

interface Weight {
  readonly statuses: readonly (number | null)[];
  /** Whether three readings may prove that nothing was changed. */
  readonly provable: boolean;
  readonly isOurEnd?: boolean;
}

const weights: Readonly<Record<HttpErrorCode, Weight | readonly Weight[]>> = {
  aborted: { statuses: [null, 200, 500], provable: false, isOurEnd: true },
  bad_answer: { statuses: [null, 200, 201], provable: false },
  certificate: { statuses: [null], provable: true },
  conflict: { statuses: [409], provable: true },
  connection_lost: { statuses: [null], provable: true },
  forbidden: { statuses: [403], provable: true },
  gateway: [
    { statuses: [401, 403, 404, 502], provable: true },
    { statuses: [200], provable: false },
    { statuses: [408, 504], provable: false, isOurEnd: true },
  ],
  memory: { statuses: [null], provable: true },
  not_found: { statuses: [404], provable: true },
  proxy: { statuses: [null], provable: true },
  rate_limited: { statuses: [429], provable: true },
  redirected: { statuses: [302, 308], provable: false },
  refused: [
    { statuses: [400], provable: true },
    { statuses: [408, 499], provable: false, isOurEnd: true },
  ],
  server_error: [
    { statuses: [500, 502, 503], provable: true },
    { statuses: [504, 522, 524], provable: false, isOurEnd: true },
  ],
  timeout: { statuses: [null, 200, 500], provable: false, isOurEnd: true },
  too_large: { statuses: [200, 500], provable: false, isOurEnd: true },
  truncated: [
    { statuses: [200, 201], provable: false },
    { statuses: [500, 502], provable: true },
  ],
  unauthenticated: { statuses: [401], provable: true },
  unreachable: { statuses: [null], provable: true },
};

const causes = Object.entries(weights).flatMap(([code, weight]) =>
  [weight]
    .flat()
    .flatMap(({ statuses, ...rest }) =>
      statuses.map((status) => ({ code: code as HttpErrorCode, status, isOurEnd: false, ...rest })),
    ),
);

function causeOf({ code, status }: { code: HttpErrorCode; status: number | null }): Error {
  return httpError(code, status === null ? {} : { status });
}

describe('that nothing was changed', () => {
  it.each(causes.filter(({ provable }) => provable))(
    'is proven by three readings over five seconds after $code, status $status',
    async (cause) => {
      expect(await gather(causeOf(cause), [unchanged])).toEqual({ evidence: unchanged, steps: threeTimes });
    },
  );

  it.each(causes.filter(({ provable }) => !provable))(
    'is proven by nothing after $code, status $status',
    async (cause) => {
      expect(await gather(causeOf(cause), [unchanged])).toEqual({ evidence: unclear, steps: once });
    },
  );

  it('is proven by nothing after an error that is not about the exchange', async () => {
    const outcome = await gather(new TypeError('a bug'), [unchanged]);
    expect(outcome).toEqual({ evidence: unclear, steps: once });
  });
});

describe('that something was changed', () => {
  it.each(causes)('is proven by one reading after $code, status $status', async (cause) => {
    expect(await gather(causeOf(cause), [changed])).toEqual({ evidence: changed, steps: once });
  });

  it('is seen by a later reading, because lists lag writes', async () => {
    expect(await gather(reset, [unchanged, unchanged, changed])).toEqual({ evidence: changed, steps: threeTimes });
  });
});

describe('a reading', () => {
  it('that is not clear ends the search with its candidates', async () => {
    const candidates: Evidence = { kind: 'unclear', candidates: [account] };
    expect(await gather(reset, [unchanged, candidates])).toEqual({
      evidence: candidates,
      steps: threeTimes.slice(0, 3),
    });
  });

  it.each([[[new Error('no network')]], [[httpError('server_error', { status: 500 })]]])(
    'that fails proves nothing',
    async (looks) => {
      expect(await gather(reset, looks)).toEqual({ evidence: unclear, steps: once });
    },
  );

  it('is not waited for after an interrupt', async () => {
    const { ctx, issuance, steps } = await worldOf({ looks: [unchanged], interruptAt: 'look' });
    await expect(gatherEvidence(ctx, issuance.plan, reset)).rejects.toThrow('interrupted');
    expect(steps).toEqual(once);
  });
});

it.each(causes)('$code, status $status: ended here is $isOurEnd', ({ isOurEnd: ours, ...cause }) => {
  const { code, status } = cause;
  expect(isOurEnd(httpError(code, status === null ? {} : { status }))).toBe(ours);
});
