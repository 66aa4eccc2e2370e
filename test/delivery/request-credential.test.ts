import { describe, expect, it } from 'vitest';

import { runIssuance } from '../../src/delivery/run-issuance.ts';
import { AuthError, InterruptedError, UsageError } from '../../src/errors.ts';
import type { Intent } from '../../src/state/record.ts';
import type { JournalEntry } from '../../src/state/journal-entry.ts';
import { fails, httpError, neverAnswers, reset } from './answers.ts';
import { diskFull } from './faulty-journal.ts';
import { entryId, failureOf, issuance, worldOf } from './issuance.ts';
import { blind, changed, looking, throughWindow, unchanged, unknownEntry, waits } from './lost.ts';
import type { Script } from './script.ts';

describe('an error that says that nothing was changed', () => {
  it.each([
    ['a refusal', httpError('forbidden', { status: 403, arrival: 'refused' }), 4],
    ['a conflict', httpError('conflict', { status: 409, arrival: 'refused' }), 5],
    ['a server out of reach', httpError('unreachable', { arrival: 'not-sent' }), 1],
    ['a credential that cannot be read', new AuthError('unauthenticated', 'no such file'), 4],
    ['a setting that is wrong', new UsageError('no such CA'), 2],
    ['an interrupt before anything was sent', new InterruptedError('SIGTERM'), 143],
  ])('passes as it is, and the journal forgets the entry: %s', async (_, error, exit) => {
    for (const operation of ['create', 'rotate'] as const) {
      const ended = await issuance({ operation, answers: [fails(error)] });
      expect(ended).toEqual({
        error: { code: error.code, exit, message: error.message, hint: error.hint },
        stdout: '',
        notes: [],
        steps: [`ask ${operation}`],
        left: [],
      });
    }
  });
});

describe('a lost answer that is proven to have changed nothing', () => {
  it.each([
    ['connection_lost', {}, 1],
    ['timeout', {}, 1],
    ['server_error', { status: 500, answeredBy: 'service' }, 1],
    ['server_error', { status: 503, answeredBy: 'gateway' }, 1],
    ['server_error', { status: 504 }, 1],
    ['conflict', { status: 409, answeredBy: 'service' }, 5],
    ['gateway', { status: 403, answeredBy: 'gateway' }, 1],
  ] as const)('ends with its own code and nothing in the journal: %s %o', async (code, details, exit) => {
    const cause = httpError(code, details);
    for (const operation of ['create', 'rotate'] as const) {
      for (const reissue of [true, false]) {
        const ended = await issuance({
          operation,
          answers: [fails(cause)],
          looks: [unchanged],
          preferences: { reissue },
        });
        expect(ended).toEqual({
          error: { code, exit, message: `no answer: ${code}; nothing was changed`, hint: null },
          stdout: '',
          notes: [looking],
          steps: [`ask ${operation}`, ...(cause.answeredBy === 'service' ? ['look', ...waits(2)] : throughWindow)],
          left: [],
        });
      }
    }
  });
});

describe('an interrupt', () => {
  it('while the entry is written ends it with nothing asked and nothing left', async () => {
    const controller = new AbortController();
    const world = await worldOf({ context: { signal: controller.signal } });
    const { journal } = world.issuance;
    async function begin(intent: Intent): Promise<JournalEntry> {
      const entry = await journal.begin(intent);
      controller.abort(new InterruptedError());
      return entry;
    }
    const error = await failureOf(() => runIssuance(world.ctx, { ...world.issuance, journal: { ...journal, begin } }));
    expect(error).toMatchObject({ code: 'interrupted', exit: 130 });
    expect(world.steps).toEqual([]);
    expect(await world.left()).toEqual([]);
  });

  it.each<{ at: string; script: Script; steps: readonly string[] }>([
    { at: 'ask rotate', script: {}, steps: ['ask rotate'] },
    { at: 'look', script: { looks: [unchanged] }, steps: ['ask rotate', 'look'] },
    { at: 'wait 2500', script: { looks: [unchanged] }, steps: ['ask rotate', 'look', 'wait 2500'] },
    { at: 'look', script: { looks: [changed] }, steps: ['ask rotate', 'look'] },
    { at: 'try own', script: {}, steps: ['ask rotate', ...blind, 'try own'] },
  ])('leaves a lost answer alone: $at', async ({ at, script, steps }) => {
    const ended = await issuance({ answers: [fails(reset)], interruptAt: at, ...script });
    expect(ended.error).toMatchObject({ code: 'unknown_outcome', exit: 7 });
    expect(ended.steps).toEqual(steps);
    expect(ended.left).toMatchObject([{ state: 'asked' }]);
  });

  it('waits five seconds for the answer to the second request, too', async () => {
    const { error, steps } = await issuance({
      answers: [fails(reset), neverAnswers()],
      looks: [changed],
      interruptAt: 'ask rotate',
      operation: 'create',
      graceEnds: true,
    });
    expect(error).toEqual({
      code: 'unknown_outcome',
      exit: 7,
      message: 'no answer: aborted; the account was created (a1), and its token is lost',
      hint: `issue another: sactl serviceaccounts rotate --id a1; then: sactl recover discard --id ${entryId}`,
    });
    expect(steps).toEqual(['ask create', 'look', 'try own', 'plan rotate a1', 'ask rotate']);
  });
});

describe('a journal that cannot be written beforehand', () => {
  it.each(['begin', 'sent'] as const)('asks nothing: %s', async (fault) => {
    expect(await issuance({ journalFaults: [fault] })).toEqual({
      error: { code: 'journal', exit: 1, message: diskFull, hint: null },
      stdout: '',
      notes: [],
      steps: [],
      left: [],
    });
  });
});

it('keeps the entry where an unexpected error comes after the request has left', async () => {
  const { ctx, issuance: issuing, left } = await worldOf({ answers: [fails(reset)] });
  const broken = { ...issuing, report: () => Promise.reject(new TypeError('no stderr')) };
  const error = await failureOf(() => runIssuance(ctx, broken));
  const message = 'cannot rotate service account ci; the old credential may be dead, and no new one was received';
  expect(error).toMatchObject({ code: 'unknown_outcome', exit: 7, message });
  expect(await left()).toEqual([unknownEntry(message)]);
});

it('says what it knows although the journal cannot take it', async () => {
  const { error, left } = await issuance({ answers: [fails(reset)], own: false, journalFaults: ['outcome', 'leave'] });
  expect(error).toMatchObject({ code: 'unknown_outcome', exit: 7 });
  expect(left).toMatchObject([{ state: 'asked', outcome: null }]);
});
