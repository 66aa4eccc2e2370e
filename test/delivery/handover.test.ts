// @module-tag slow
import { describe, expect, it } from 'vitest';

import { Secret } from '../../src/model/credential.ts';
import { brokenStdout } from '../commands/support.ts';
import { answerOf, issuedWith, secret } from './answers.ts';
import {
  a,
  another,
  entry,
  handOver,
  noA,
  dead,
  nobodyHasIt,
  notKept,
  printed,
  mending,
  recover,
  refused,
  goesOn,
  sixTrials,
  the,
  unclear,
  undelivered,
  unverified,
} from './handover-input.ts';
import { entryId } from './issuance.ts';
import type { Script } from './script.ts';

describe('stdout as the only place', () => {
  it('gets a credential that is kept last, so that what it says is complete', async () => {
    expect(await handOver({})).toEqual({
      error: null,
      stdout: printed(secret, true),
      notes: [],
      steps: ['ask rotate', 'keep', 'try', 'print'],
      left: [],
    });
  });

  it('gets a credential that cannot be kept first', async () => {
    expect(await handOver(notKept)).toEqual({
      error: null,
      stdout: printed(secret, null),
      notes: [],
      steps: ['ask rotate', 'print', 'try'],
      left: [],
    });
  });

  it.each<[string, Script, readonly string[]]>([
    ['kept', {}, ['ask rotate', 'keep', 'try', 'print']],
    ['not kept', notKept, ['ask rotate', 'print', 'try']],
  ])('gets one that nobody can verify, with a note: %s', async (_, script, steps) => {
    expect(await handOver({ trials: [unclear], ...script })).toEqual({
      error: null,
      stdout: printed(secret, null),
      notes: [unverified],
      steps,
      left: [],
    });
  });

  it('gets one that nobody wants verified', async () => {
    expect(await handOver({ preferences: { verify: false } })).toEqual({
      error: null,
      stdout: printed(secret, null),
      notes: [],
      steps: ['ask rotate', 'keep', 'print'],
      left: [],
    });
  });

  it('gets one that does not work, which is kept and exit 8', async () => {
    const message = `${the} does not work: nscale answered 401; it is kept`;
    expect(await handOver({ trials: [refused] })).toEqual({
      error: undelivered(message, dead),
      stdout: printed(secret, false, { recoverId: entryId }),
      notes: [goesOn],
      steps: ['ask rotate', 'keep', ...sixTrials, 'print'],
      left: [entry(message)],
    });
  });

  it('has one that turns out not to work where it is not kept', async () => {
    const message = `${the} does not work: nscale answered 401`;
    expect(await handOver({ ...notKept, trials: [refused] })).toEqual({
      error: undelivered(message, another),
      stdout: printed(secret, null),
      notes: [goesOn],
      steps: ['ask rotate', 'print', ...sixTrials],
      left: [entry(message, { keeps: null })],
    });
  });

  it('that takes nothing leaves it in the journal', async () => {
    const message = `${the} could not be written to stdout: no space left on device (ENOSPC); it is kept`;
    expect(await handOver({ context: { stdout: brokenStdout('ENOSPC') } })).toEqual({
      error: undelivered(message, recover),
      stdout: '',
      notes: [],
      steps: ['ask rotate', 'keep', 'try', 'print'],
      left: [entry(message)],
    });
  });

  it('that takes nothing is exit 7 where the journal takes nothing either', async () => {
    const message = `${the} could not be written to stdout: broken pipe (EPIPE); it is not kept either: it is lost`;
    expect(await handOver({ ...notKept, context: { stdout: brokenStdout('EPIPE') } })).toEqual({
      error: nobodyHasIt(message),
      stdout: '',
      notes: [],
      steps: ['ask rotate', 'print', 'try'],
      left: [entry(message, { keeps: null })],
    });
  });

  it('says both when it takes nothing of a credential that does not work', async () => {
    const message = `${the} could not be written to stdout: broken pipe (EPIPE); and it does not work: nscale answered 401; it is kept`;
    const { error, left } = await handOver({ trials: [refused], context: { stdout: brokenStdout('EPIPE') } });
    expect(error).toEqual(undelivered(message, dead));
    expect(left).toEqual([entry(message)]);
  });
});

describe('the hint', () => {
  it('says that a job must recover what it keeps itself', async () => {
    const { error } = await handOver({ targets: [noA], context: { env: { CI: 'true' } } });
    expect(error?.hint).toBe(mending.replace(recover, `${recover} (in this same job, or rotate again)`));
  });
});

describe('a bug on the way', () => {
  it('does not look as if nothing had happened', async () => {
    class Broken extends Secret {
      override reveal(): string {
        throw new TypeError(super.reveal());
      }
    }
    const issued = issuedWith(secret);
    const credential = { ...issued.credential, value: new Broken(secret) };
    const message = `${the} may not have been delivered, because of a bug in sactl; it is kept`;
    const ended = await handOver({
      targets: [a],
      answers: [
        async ({ keep }) => {
          await keep?.(Buffer.from(answerOf(secret)));
          return { ...issued, credential };
        },
      ],
    });
    expect(ended).toMatchObject({ error: undelivered(message, recover), left: [entry(message)] });
  });
});
