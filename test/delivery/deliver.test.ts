import { describe, expect, it } from 'vitest';

import { deliver, payloadOf } from '../../src/delivery/deliver.ts';
import type { Standing } from '../../src/delivery/verify.ts';
import type { Delivery } from '../../src/delivery/result.ts';
import { TargetError } from '../../src/delivery/targets/target.ts';
import { InterruptedError } from '../../src/errors.ts';
import { account, issuedWith, secret } from './answers.ts';
import { worldOf } from './issuance.ts';
import { inTurn, type FakeTarget, type Script } from './script.ts';
import { fingerprintOf } from '../../src/model/fingerprint.ts';

const busy = new TargetError('it is busy', { isRetryable: true });
const refused = new TargetError('it is read-only', { isRetryable: false });

interface Delivered {
  readonly deliveries: readonly Delivery[];
  readonly needsMending: boolean;
  readonly steps: readonly string[];
  readonly notes: readonly string[];
}

function inTurnLater(standings: readonly Standing[]): () => Promise<Standing> {
  const next = inTurn<Standing>(standings, { isNewest: true, why: null });
  return () => Promise.resolve(next());
}

/** Delivers to these targets; without a copy of the credential elsewhere, an interrupt keeps none from being started. */
async function deliverTo(
  targets: readonly FakeTarget[],
  script: Script & {
    isKept?: boolean;
    onDelivered?: (name: string) => Promise<void>;
    standings?: readonly Standing[];
  } = {},
): Promise<Delivered> {
  const { ctx, issuance, steps, notes } = await worldOf({ targets, ...script });
  const { isKept = true, onDelivered = () => Promise.resolve() } = script;
  const { deliveries, needsMending } = await deliver(ctx, {
    targets: issuance.targets,
    payload: payloadOf(issuedWith(secret), account),
    signal: new AbortController().signal,
    mayStart: () => !isKept || !ctx.signal.aborted,
    mayRepeat: () => !isKept || !ctx.signal.aborted,
    standing: inTurnLater(script.standings ?? []),
    isKept: () => isKept,
    report: issuance.report,
    onDelivered,
  });
  return { deliveries, needsMending, steps, notes };
}

function done(target: string): Delivery {
  return { target, ok: true, error: null };
}

function failed(target: string, error: string): Delivery {
  return { target, ok: false, error };
}

describe('a target', () => {
  it('is handed what fits it, once', async () => {
    const received: unknown[] = [];
    const { deliveries, steps, notes } = await deliverTo([
      {
        name: 'file:a',
        received: ({ text, json, meta }) => {
          received.push(text.reveal(), JSON.parse(json.reveal()), meta);
        },
      },
    ]);
    expect({ deliveries, steps, notes }).toEqual({
      deliveries: [done('file:a')],
      steps: ['deliver file:a'],
      notes: [],
    });
    const fingerprint = fingerprintOf(issuedWith(secret).credential.value);
    const known = { kind: 'access-token', clientId: null, expiresAt: '2027-02-20T12:00:00Z', fingerprint };
    expect(received).toEqual([
      secret,
      { ...known, value: secret },
      { ...known, provider: 'nscale', profile: 'prod', organization: 'org-1', id: 'a1', name: 'ci' },
    ]);
  });

  it('that may take it later is tried again, ever more rarely, for up to a minute', async () => {
    const { deliveries, steps, notes } = await deliverTo([{ name: 'file:a', failures: [busy] }]);
    expect(deliveries).toEqual([failed('file:a', 'it is busy')]);
    expect(steps).toEqual([
      'deliver file:a',
      ...[1, 2, 4, 8, 16, 16].flatMap((s) => [`wait ${s * 1000}`, 'deliver file:a']),
    ]);
    expect(notes).toEqual([1, 2, 4, 8, 16, 16].map((s) => `file:a: it is busy; trying again in ${s} s`));
  });

  it('that takes it in the end has it', async () => {
    const failures = [busy, busy, null];
    const { deliveries, steps } = await deliverTo([{ name: 'file:a', failures }]);
    expect(deliveries).toEqual([done('file:a')]);
    expect(steps).toEqual('deliver file:a,wait 1000,deliver file:a,wait 2000,deliver file:a'.split(','));
  });

  it.each([
    ['it says so', refused, 'it is read-only', true],
    ['it was interrupted', new InterruptedError(), 'interrupted', false],
    ['of a bug, whose message may hold anything', new Error(secret), 'failed unexpectedly', false],
  ])('that will never take it is tried once: %s', async (_, error, why, needsMending) => {
    expect(await deliverTo([{ name: 'file:a', failures: [error] }])).toEqual({
      deliveries: [failed('file:a', why)],
      needsMending,
      steps: ['deliver file:a'],
      notes: [],
    });
  });

  it.each([
    ['none that failed', [{ name: 'file:a' }], false],
    ['each that failed', [{ name: 'file:a', failures: [refused] }, { name: 'file:b' }], true],
    [
      'all but one that may take it later',
      [
        { name: 'file:a', failures: [refused] },
        { name: 'file:b', failures: [busy] },
      ],
      false,
    ],
  ])('wants something to be mended where it was refused by %s', async (_, targets, needsMending) => {
    expect((await deliverTo(targets)).needsMending).toBe(needsMending);
  });

  it('that may take it later, and then never will, is given up', async () => {
    const failures = [busy, refused];
    const { deliveries, steps } = await deliverTo([{ name: 'file:a', failures }]);
    expect(deliveries).toEqual([failed('file:a', 'it is read-only')]);
    expect(steps).toEqual(['deliver file:a', 'wait 1000', 'deliver file:a']);
  });

  it('that fails does not keep the others from it', async () => {
    const { deliveries, steps } = await deliverTo([
      { name: 'file:a', failures: [refused] },
      { name: 'file:b', failures: [new Error('a bug')] },
      { name: 'file:c' },
    ]);
    expect(deliveries).toEqual([
      failed('file:a', 'it is read-only'),
      failed('file:b', 'failed unexpectedly'),
      done('file:c'),
    ]);
    expect(steps).toEqual(['deliver file:a', 'deliver file:b', 'deliver file:c']);
  });

  it('has a minute of its own, however long the others took', async () => {
    const { steps } = await deliverTo([
      { name: 'file:a', failures: [busy] },
      { name: 'file:b', failures: [busy] },
    ]);
    expect(steps.filter((step) => step === 'deliver file:b')).toHaveLength(7);
  });
});

describe('what is told of a delivery', () => {
  it('names each target that has it, in order', async () => {
    const told: string[] = [];
    await deliverTo([{ name: 'file:a' }, { name: 'file:b', failures: [refused] }, { name: 'file:c' }], {
      onDelivered: (name) => {
        told.push(name);
        return Promise.resolve();
      },
    });
    expect(told).toEqual(['file:a', 'file:c']);
  });

  it('changes nothing when nobody can take it down', async () => {
    const { deliveries } = await deliverTo([{ name: 'file:a' }, { name: 'file:b' }], {
      onDelivered: () => Promise.reject(new Error('disk full')),
    });
    expect(deliveries).toEqual([done('file:a'), done('file:b')]);
  });
});

describe('an interrupt', () => {
  const two = [{ name: 'file:a' }, { name: 'file:b' }];

  it('starts no further target while the credential is safe elsewhere', async () => {
    expect(await deliverTo(two, { interruptAt: 'deliver file:a' })).toEqual({
      deliveries: [done('file:a'), failed('file:b', 'interrupted before')],
      needsMending: false,
      steps: ['deliver file:a'],
      notes: [],
    });
  });

  it('keeps no target from a credential that would be lost', async () => {
    const { deliveries } = await deliverTo(two, { interruptAt: 'deliver file:a', isKept: false });
    expect(deliveries).toEqual([done('file:a'), done('file:b')]);
  });

  it.each([
    ['before a pause', 'deliver file:a', ['deliver file:a']],
    ['during a pause', 'wait 1000', ['deliver file:a', 'wait 1000']],
  ])('ends the tries %s', async (_, interruptAt, steps) => {
    const outcome = await deliverTo([{ name: 'file:a', failures: [busy, null] }], { interruptAt });
    expect(outcome.deliveries).toEqual([failed('file:a', 'it is busy')]);
    expect(outcome.steps).toEqual(steps);
  });

  it('leaves a pause its length where the credential would be lost', async () => {
    const { deliveries, steps } = await deliverTo([{ name: 'file:a', failures: [busy] }], {
      interruptAt: 'wait 1000',
      isKept: false,
    });
    expect(deliveries).toEqual([failed('file:a', 'it is busy')]);
    expect(steps).toEqual([
      'deliver file:a',
      ...[1, 2, 4, 8, 16, 16].flatMap((s) => [`wait ${s * 1000}`, 'deliver file:a']),
    ]);
  });
});

describe('a credential that may not be the newest any more', () => {
  const superseded: Standing = { isNewest: false, why: 'a newer one was issued' };
  const unknown: Standing = { isNewest: null, why: 'nscale answered 503' };
  const newest: Standing = { isNewest: true, why: null };

  it('is written nowhere once a newer one was issued', async () => {
    const targets = [{ name: 'file:a' }, { name: 'file:b' }];
    const { deliveries, steps, notes } = await deliverTo(targets, { standings: [newest, superseded] });
    const what = 'it was superseded before';
    expect(deliveries).toEqual([done('file:a'), failed('file:b', what)]);
    expect([steps, notes]).toEqual([['deliver file:a'], []]);
  });

  it('is not written in a repetition either', async () => {
    const targets = [{ name: 'file:a', failures: [new TargetError('busy', { isRetryable: true })] }];
    const { deliveries, steps } = await deliverTo(targets, { standings: [newest, superseded] });
    expect(deliveries).toEqual([failed('file:a', 'it was superseded before')]);
    expect(steps).toEqual(['deliver file:a', 'wait 1000']);
  });

  it('waits until it can be told, and is written then', async () => {
    const { deliveries, steps, notes } = await deliverTo([{ name: 'file:a' }], { standings: [unknown, newest] });
    expect(deliveries).toEqual([done('file:a')]);
    expect(steps).toEqual(['wait 1000', 'deliver file:a']);
    expect(notes).toEqual([
      'file:a: whether it is still the newest is not known: nscale answered 503; trying again in 1 s',
    ]);
  });

  it('is not written where that cannot be told for a minute', async () => {
    const { deliveries, steps } = await deliverTo([{ name: 'file:a' }], { standings: [unknown] });
    const why = 'whether it is still the newest is not known: nscale answered 503';
    expect(deliveries).toEqual([failed('file:a', why)]);
    expect(steps.filter((step) => step.startsWith('deliver'))).toEqual([]);
  });

  it('is written where it would be lost otherwise', async () => {
    const options = { standings: [unknown], isKept: false };
    expect(await deliverTo([{ name: 'file:a' }], options)).toMatchObject({ steps: ['deliver file:a'] });
  });
});
