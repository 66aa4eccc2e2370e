// @module-tag slow
import { describe, expect, it } from 'vitest';

import { TargetError } from '../../src/delivery/targets/target.ts';
import type { Verification } from '../../src/providers/provider.ts';
import { neverAnswers, secret } from './answers.ts';
import { a, at, b, entry, handOver, notKept, printed, recover, refused, the, undelivered } from './handover-input.ts';
import { entryId } from './issuance.ts';

describe('an interrupt', () => {
  const interrupted = `${the} was not printed: interrupted; it is kept`;

  it.each<{ at: string; trials?: readonly Verification[]; steps: readonly string[] }>([
    { at: 'keep', steps: ['ask rotate', 'keep'] },
    { at: 'try', steps: ['ask rotate', 'keep', 'try'] },
    { at: 'wait 1000', trials: [refused], steps: ['ask rotate', 'keep', 'try', 'wait 1000'] },
  ])('keeps a credential that is safe from stdout: $at', async ({ steps, ...when }) => {
    const script = when.trials === undefined ? {} : { trials: when.trials };
    expect(await handOver({ interruptAt: when.at, ...script })).toEqual({
      error: undelivered(interrupted, recover),
      stdout: '',
      notes: [],
      steps,
      left: [entry(interrupted)],
    });
  });

  it.each([
    ['ask rotate', ['ask rotate', 'print', 'try']],
    ['print', ['ask rotate', 'print', 'try']],
  ])('keeps stdout from no credential that would be lost: %s', async (interruptAt, steps) => {
    expect(await handOver({ ...notKept, interruptAt })).toMatchObject({
      error: null,
      stdout: printed(secret, null),
      steps,
      left: [],
    });
  });

  it('starts no further target while the credential is safe', async () => {
    const message = `${the} was not delivered to file:b: interrupted before; it is kept`;
    expect(await handOver({ targets: [a, b], interruptAt: 'deliver file:a' })).toEqual({
      error: undelivered(message, recover),
      stdout: printed(null, null, {
        deliveredTo: [at('file:a'), at('file:b', 'interrupted before')],
        recoverId: entryId,
      }),
      notes: [],
      steps: ['ask rotate', 'keep', 'deliver file:a', 'print'],
      left: [entry(message, { delivered: ['file:a'] })],
    });
  });

  describe('in a CI job, whose disk goes with it,', () => {
    const inCI = { context: { env: { CI: 'true' } } };
    const full = new TargetError('it is full', { isRetryable: true });

    it('still writes what outlives the job, at once', async () => {
      for (const interruptAt of ['ask rotate', 'keep', 'deliver file:a']) {
        expect(await handOver({ ...inCI, targets: [a, b], interruptAt })).toEqual({
          error: null,
          stdout: printed(null, null, { deliveredTo: [at('file:a'), at('file:b')] }),
          notes: [],
          steps: ['ask rotate', 'keep', 'deliver file:a', 'deliver file:b', 'print'],
          left: [],
        });
      }
    });

    it('writes nothing twice, and nothing that ends with the job', async () => {
      const targets = [{ ...a, failures: [full] }, { name: 'github-env:T' }, { name: 'exec:store' }, b];
      const { error, steps } = await handOver({ ...inCI, targets, interruptAt: 'keep' });
      expect(error).toMatchObject({
        exit: 8,
        message: `${the} was not delivered to file:a: it is full; nor to github-env:T: interrupted before; nor to exec:store: interrupted before; it is kept`,
        hint: `${recover} (in this same job, or rotate again)`,
      });
      expect(steps).toEqual(['ask rotate', 'keep', 'deliver file:a', 'deliver file:b', 'print']);
    });

    it('does not print what is safe', async () => {
      const { error, stdout } = await handOver({ ...inCI, interruptAt: 'keep' });
      expect([error?.exit, stdout]).toEqual([8, '']);
    });
  });

  it('after the last target changes nothing but that it is not tried', async () => {
    expect(await handOver({ targets: [a], interruptAt: 'deliver file:a' })).toMatchObject({
      error: null,
      stdout: printed(null, null, { deliveredTo: [at('file:a')] }),
      steps: ['ask rotate', 'keep', 'deliver file:a', 'print'],
      left: [],
    });
  });

  it('keeps no target from a credential that would be lost', async () => {
    const script = { ...notKept, targets: [a, b], interruptAt: 'ask rotate' };
    expect(await handOver(script)).toMatchObject({
      error: null,
      steps: ['ask rotate', 'deliver file:a', 'deliver file:b', 'try', 'print'],
      left: [],
    });
  });

  it('waits five seconds for the answer, and then says what is not known', async () => {
    const script = { answers: [neverAnswers()], interruptAt: 'ask rotate', graceEnds: true };
    expect(await handOver(script)).toMatchObject({
      error: {
        code: 'unknown_outcome',
        exit: 7,
        message: 'no answer: aborted; the old credential may be dead, and no new one was received',
      },
      steps: ['ask rotate'],
      left: [{ state: 'asked' }],
    });
  });
});
