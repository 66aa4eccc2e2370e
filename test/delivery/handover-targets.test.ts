// @module-tag slow
import { describe, expect, it } from 'vitest';

import { brokenStdout } from '../commands/support.ts';
import { who } from './answers.ts';
import {
  a,
  another,
  at,
  b,
  entry,
  handOver,
  noA,
  noB,
  dead,
  nobodyHasIt,
  notKept,
  printed,
  mending,
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

describe('targets', () => {
  const both = [at('file:a'), at('file:b')];

  it.each<[string, Script, readonly string[]]>([
    ['kept', {}, ['keep']],
    ['not kept', notKept, []],
    ['not to be kept', { preferences: { keepsSecret: false } }, ['keep']],
  ])('get it before it is tried and told: %s', async (_, script, kept) => {
    expect(await handOver({ targets: [a, b], ...script })).toEqual({
      error: null,
      stdout: printed(null, true, { deliveredTo: both }),
      notes: [],
      steps: ['ask rotate', ...kept, 'deliver file:a', 'deliver file:b', 'try', 'print'],
      left: [],
    });
  });

  it('have one that nobody can verify, with a note', async () => {
    expect(await handOver({ targets: [a, b], trials: [unclear] })).toMatchObject({
      error: null,
      stdout: printed(null, null, { deliveredTo: both }),
      notes: [unverified],
      left: [],
    });
  });

  it('have one that does not work, which is kept and exit 8', async () => {
    const message = `${the} does not work: nscale answered 401; it is kept`;
    expect(await handOver({ targets: [a, b], trials: [refused] })).toEqual({
      error: undelivered(message, dead),
      stdout: printed(null, false, { deliveredTo: both, recoverId: entryId }),
      notes: [goesOn],
      steps: ['ask rotate', 'keep', 'deliver file:a', 'deliver file:b', ...sixTrials, 'print'],
      left: [entry(message, { delivered: ['file:a', 'file:b'] })],
    });
  });

  it('have one that does not work, and is kept nowhere', async () => {
    const message = `${the} does not work: nscale answered 401`;
    expect(await handOver({ ...notKept, targets: [a], trials: [refused] })).toMatchObject({
      error: undelivered(message, another),
      stdout: printed(null, false, { deliveredTo: [at('file:a')] }),
    });
  });

  it('that fail are exit 8, with the others served and the credential kept', async () => {
    const message = `${the} was not delivered to file:a: it is read-only; it is kept`;
    expect(await handOver({ targets: [noA, b] })).toEqual({
      error: undelivered(message, mending),
      stdout: printed(null, true, { deliveredTo: [at('file:a', 'it is read-only'), at('file:b')], recoverId: entryId }),
      notes: [],
      steps: ['ask rotate', 'keep', 'deliver file:a', 'deliver file:b', 'try', 'print'],
      left: [entry(message, { delivered: ['file:b'] })],
    });
  });

  it('that fail are exit 8 where another has what the journal could not take', async () => {
    const message = `${the} was not delivered to file:a: it is read-only; it is only where it was delivered`;
    expect(await handOver({ ...notKept, targets: [noA, b] })).toMatchObject({
      error: undelivered(message, `copy it from there, or ${another}`),
      stdout: printed(null, true, { deliveredTo: [at('file:a', 'it is read-only'), at('file:b')] }),
      left: [entry(message, { keeps: null, delivered: ['file:b'] })],
    });
  });

  it('that all fail are exit 7 where the journal takes nothing either', async () => {
    const message = `${the} was not delivered to file:a: it is read-only; nor to file:b: it is read-only; it is not kept either: it is lost`;
    expect(await handOver({ ...notKept, targets: [noA, noB] })).toMatchObject({
      error: nobodyHasIt(message),
      steps: ['ask rotate', 'deliver file:a', 'deliver file:b', 'try', 'print'],
      left: [entry(message, { keeps: null })],
    });
  });

  it('that fail are told with what else is wrong', async () => {
    const message = `${the} was not delivered to file:b: it is read-only; and it does not work: nscale answered 401; it is kept`;
    const { error } = await handOver({ targets: [a, noB], trials: [refused] });
    expect(error).toEqual(undelivered(message, dead));
  });

  it('have it, and only the result is missing, where stdout takes nothing', async () => {
    const context = { stdout: brokenStdout('ENOSPC') };
    expect(await handOver({ targets: [a], context })).toMatchObject({
      error: {
        code: 'partial',
        exit: 6,
        message: `${who} was rotated, but the result was not printed: cannot write to stdout: no space left on device (ENOSPC)`,
        hint: null,
      },
      left: [],
    });
  });

  it('have it, and nothing is missing, where nobody reads stdout', async () => {
    const context = { stdout: brokenStdout('EPIPE') };
    expect(await handOver({ targets: [a], context })).toMatchObject({ error: null, left: [] });
  });

  it('have it, and only the result is missing, where the filter fails on it', async () => {
    const filter = { query: ['.deliveredTo[0].target | if . == null then . else error end'] };
    expect(await handOver({ targets: [a], output: filter, operation: 'create' })).toMatchObject({
      error: {
        code: 'partial',
        exit: 6,
        message: `${who} was created, but the result was not printed: the filter failed on it`,
      },
      stdout: '',
      left: [],
    });
  });
});
