import { describe, expect, it } from 'vitest';

import { gatherEvidence, unsettledMs } from '../../src/delivery/evidence.ts';
import type { HttpErrorCode } from '../../src/http/error.ts';
import type { Evidence } from '../../src/providers/issuance.ts';
import type { JournalRecord, RecordedIntent } from '../../src/state/record.ts';
import { account, httpError, reset } from './answers.ts';
import { worldOf } from './issuance.ts';
import { blind, throughWindow, waits } from './lost.ts';

const unchanged: Evidence = { kind: 'unchanged' };
const changed: Evidence = { kind: 'changed', account };
const unclear: Evidence = { kind: 'unclear', candidates: [] };

interface Gathered {
  readonly evidence: Evidence;
  readonly steps: readonly string[];
}

/** Looks for what became of a request that ended with `cause`. */
async function gather(
  cause: unknown,
  looks: readonly (Evidence | Error)[],
  { leavesEvidence = true, mayReissue = true } = {},
): Promise<Gathered> {
  const { ctx, issuance, steps } = await worldOf({ looks });
  const plan = { ...issuance.plan, leavesEvidence };
  return { evidence: await gatherEvidence(ctx, { plan, cause, endedAt: ctx.now(), mayReissue }), steps };
}

const threeTimes = ['look', ...waits(2)];

/** After a failure with this code and one of these statuses: whether readings may prove that nothing was changed. */
interface Weight {
  readonly statuses: readonly (number | null)[];
  readonly provable: boolean;
}

const weights: Readonly<Record<HttpErrorCode, Weight | readonly Weight[]>> = {
  aborted: [
    { statuses: [null, 500], provable: true },
    { statuses: [200], provable: false },
  ],
  bad_answer: { statuses: [null, 200, 201], provable: false },
  certificate: { statuses: [null], provable: true },
  conflict: { statuses: [409], provable: true },
  connection_lost: { statuses: [null], provable: true },
  forbidden: { statuses: [403], provable: true },
  gateway: [
    { statuses: [401, 403, 404, 408, 502, 504], provable: true },
    { statuses: [200], provable: false },
  ],
  memory: { statuses: [null], provable: true },
  not_found: { statuses: [404], provable: true },
  proxy: { statuses: [null], provable: true },
  rate_limited: { statuses: [429], provable: true },
  redirected: { statuses: [302, 308], provable: false },
  refused: { statuses: [400, 408, 499], provable: true },
  server_error: { statuses: [500, 502, 503, 504, 522, 524], provable: true },
  timeout: [
    { statuses: [null, 500], provable: true },
    { statuses: [200], provable: false },
  ],
  too_large: { statuses: [200, 500], provable: false },
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
    .flatMap(({ statuses, ...rest }) => statuses.map((status) => ({ code: code as HttpErrorCode, status, ...rest }))),
);

function causeOf({ code, status }: { code: HttpErrorCode; status: number | null }): Error {
  return httpError(code, status === null ? {} : { status });
}

describe('that nothing was changed', () => {
  it.each(causes.filter(({ provable }) => provable))(
    'is proven by readings through the settle window after $code, status $status',
    async (cause) => {
      expect(await gather(causeOf(cause), [unchanged])).toEqual({ evidence: unchanged, steps: throughWindow });
    },
  );

  it.each([500, 503, 409])(
    'is proven by three readings over five seconds after an error in the own shape: %s',
    async (status) => {
      const cause = httpError('server_error', { status, answeredBy: 'service' });
      expect(await gather(cause, [unchanged])).toEqual({ evidence: unchanged, steps: threeTimes });
    },
  );

  it.each(causes.filter(({ provable }) => !provable))(
    'is proven by nothing after $code, status $status',
    async (cause) => {
      expect(await gather(causeOf(cause), [unchanged])).toEqual({ evidence: unclear, steps: throughWindow });
    },
  );

  it('is proven by nothing after an error that is not about the exchange', async () => {
    const outcome = await gather(new TypeError('a bug'), [unchanged]);
    expect(outcome).toEqual({ evidence: unclear, steps: throughWindow });
  });

  it('takes three readings in a row, although the window is over', async () => {
    const fails = new Error('no network');
    const looks = [...Array.from({ length: 11 }, () => unchanged), fails, unchanged];
    expect(await gather(reset, looks)).toEqual({ evidence: unclear, steps: throughWindow });
  });

  it('takes three readings in a row, although the provider itself has answered', async () => {
    const cause = httpError('server_error', { status: 500, answeredBy: 'service' });
    const looks = [unchanged, new Error('no network'), unchanged];
    expect(await gather(cause, looks)).toEqual({ evidence: unchanged, steps: ['look', ...waits(4)] });
  });
});

describe('that something was changed', () => {
  it.each(causes)('is proven by one reading after $code, status $status', async (cause) => {
    expect(await gather(causeOf(cause), [changed])).toEqual({ evidence: changed, steps: ['look'] });
  });

  it.each([1, 2, 8, 12])('is seen by a later reading, because a server goes on: %s', async (later) => {
    const looks = [...Array.from({ length: later }, () => unchanged), changed];
    expect(await gather(reset, looks)).toEqual({ evidence: changed, steps: ['look', ...waits(later)] });
  });

  it.each([[new Error('no network')], [httpError('server_error', { status: 500 })], [unclear]])(
    'is seen although a reading before it showed nothing',
    async (first) => {
      expect(await gather(reset, [first, changed])).toEqual({ evidence: changed, steps: ['look', ...waits(1)] });
    },
  );
});

describe('a reading', () => {
  it('that is not clear is told with its candidates at the end of the window', async () => {
    const candidates: Evidence = { kind: 'unclear', candidates: [account] };
    expect(await gather(reset, [unchanged, candidates])).toEqual({ evidence: candidates, steps: throughWindow });
  });

  it('is not waited for after an interrupt', async () => {
    const { ctx, issuance, steps } = await worldOf({ looks: [unchanged], interruptAt: 'look' });
    const lost = { plan: issuance.plan, cause: reset, endedAt: ctx.now(), mayReissue: true };
    await expect(gatherEvidence(ctx, lost)).rejects.toThrow('interrupted');
    expect(steps).toEqual(['look']);
  });
});

describe('where readings prove nothing', () => {
  const candidates: Evidence = { kind: 'unclear', candidates: [account] };

  it('the window is waited out before another credential is issued', async () => {
    expect(await gather(reset, [candidates], { leavesEvidence: false })).toEqual({
      evidence: candidates,
      steps: blind,
    });
  });

  it('nothing is waited for where no other one may be issued', async () => {
    const options = { leavesEvidence: false, mayReissue: false };
    expect(await gather(reset, [candidates], options)).toEqual({ evidence: candidates, steps: ['look'] });
  });
});

it('a reading that was asked for before the window has ended proves nothing, however late its answer is looked at', async () => {
  const { ctx, issuance } = await worldOf({ looks: [] });
  const endedAt = ctx.now();
  const askedAt: number[] = [];
  const plan = {
    ...issuance.plan,
    leavesEvidence: true,
    readEvidence: async () => {
      askedAt.push(ctx.now() - endedAt);
      // This machine stands still after the third answer, while the service gets to the request.
      if (askedAt.length === 3) await ctx.sleep(100_000);
      return askedAt.length > 3 ? changed : unchanged;
    },
  };
  expect(await gatherEvidence(ctx, { plan, cause: reset, endedAt, mayReissue: true })).toEqual(changed);
  expect(askedAt).toEqual([0, 2500, 5000, 107_500]);
});

describe('how long a lost request may still be done', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const minute = 60_000;
  function at(ms: number): string {
    return new Date(now + ms).toISOString();
  }
  const intent = { type: 'intent', schema: 2, intent: {} as RecordedIntent } as const;

  it.each([
    ['a minute after it was sent, where nothing says that its exchange ended', [-10_000], null, 50_000],
    ['half a minute after its run has ended', [-50_000], -20_000, 10_000],
    ['no longer', [-90_000], -40_000, 0],
    ['not longer than a minute, by a clock that is ahead', [10 * minute], null, minute],
    ['not at all, where nothing was sent', [], null, 0],
  ])('%s', (_, sent, outcome, expected) => {
    const records: readonly JournalRecord[] = [
      intent,
      ...sent.map((ms) => ({ type: 'sent', at: at(ms) }) as const),
      ...(outcome === null ? [] : [{ type: 'outcome', at: at(outcome), outcome: 'unknown', message: '' } as const]),
    ];
    expect(unsettledMs({ records }, now)).toBe(expected);
  });

  it.each([
    ['ahead', 60 * minute],
    ['behind', -60 * minute],
  ])('counts from when the entry was written last, where the clock of its machine is %s', (_, ahead) => {
    const records: readonly JournalRecord[] = [
      intent,
      { type: 'sent', at: at(ahead - 50_000) },
      { type: 'outcome', at: at(ahead - 10_000), outcome: 'unknown', message: '' },
    ];
    expect(unsettledMs({ records, writtenAt: now - 10_000 }, now)).toBe(20_000);
    expect(unsettledMs({ records, writtenAt: now - 25_000 }, now)).toBe(5000);
    expect(unsettledMs({ records, writtenAt: now - 2 * minute }, now)).toBe(0);
  });
});
