// @module-tag slow
import { describe, expect, it } from 'vitest';

import { AuthError } from '../../src/errors.ts';
import { account, answerOf, answers, fails, httpError, reset, secondSecret } from './answers.ts';
import { entryId, issuance } from './issuance.ts';
import { blind, changed, issuing, looking, throughWindow, unchanged, unclear, unknownEntry } from './lost.ts';
import type { Script } from './script.ts';

const badAnswer = httpError('bad_answer', { status: 200 });

describe('another credential', () => {
  const causes: readonly [string, Error, string?][] = [
    ['a reset', reset],
    ['an internal error', httpError('server_error', { status: 500 })],
    ['a page in place of JSON', badAnswer, '<html>'],
    ['half an answer', httpError('truncated', { status: 200 })],
    ['our own time-out', httpError('timeout')],
    ["a gateway's time-out", httpError('server_error', { status: 504 })],
  ];

  it.each(causes)('is issued for a rotation, once, after %s', async (_, cause, bytes) => {
    for (const evidence of [changed, unclear, new Error('no network')]) {
      const { steps, ...ended } = await issuance({
        answers: [fails(cause, bytes), answers(secondSecret)],
        looks: [evidence],
        output: { query: ['[.credential.value, .reissued, .verified]'] },
      });
      expect(ended).toEqual({
        error: null,
        stdout: `["${secondSecret}",true,true]\n`,
        notes: [looking, issuing],
        left: [],
      });
      expect(steps).toEqual([
        'ask rotate',
        ...(bytes === undefined ? [] : ['keep']),
        ...(evidence === changed ? ['look'] : blind),
        ...'try own,ask rotate,keep,try,print'.split(','),
      ]);
    }
  });

  it('is issued for the account that carries the mark of a create', async () => {
    const { steps, error, stdout, left } = await issuance({
      operation: 'create',
      answers: [fails(reset), answers(secondSecret)],
      looks: [{ kind: 'changed', account: { ...account, id: 'a7' } }],
    });
    expect({ error, stdout, left }).toEqual({ error: null, stdout: `${secondSecret}\n`, left: [] });
    expect(steps).toEqual('ask create,look,try own,plan rotate a7,ask rotate,keep,try,print'.split(','));
  });

  it('is tried although nobody wants it verified', async () => {
    const { steps, error } = await issuance({
      answers: [fails(reset), answers(secondSecret)],
      preferences: { verify: false },
    });
    expect(error).toBeNull();
    expect(steps.slice(-2)).toEqual(['try', 'print']);
  });

  it('is kept in the journal as what it is, until it is delivered', async () => {
    const { error, left } = await issuance({
      operation: 'create',
      answers: [fails(badAnswer, '<html>'), answers(secondSecret)],
      looks: [changed],
      trials: [{ works: null, why: 'no network' }],
      interruptAt: 'try',
    });
    expect(error).toMatchObject({ code: 'undelivered', exit: 8 });
    expect(left).toMatchObject([{ state: 'kept', keeps: `rotate a1: ${answerOf(secondSecret)}` }]);
  });
});

describe('no other credential is issued for a rotation', () => {
  const again = 'rotate again: sactl serviceaccounts rotate --id a1';
  const mayBeDead = 'the old credential may be dead, and no new one was received';
  const isDead = 'it was rotated: the old credential is dead, and no new one was received';

  const lost = fails(reset);
  const cases: readonly { why: string; script: Script; message: string; steps: readonly string[] }[] = [
    {
      why: 'readings would show that it was done, and it may still be',
      script: { answers: [lost], looks: [unchanged, new Error('no network')] },
      message: `no answer: connection_lost; ${mayBeDead}`,
      steps: ['ask rotate', ...throughWindow],
    },
    {
      why: 'an answer of success came, whatever readings show',
      script: { answers: [fails(badAnswer)], looks: [unchanged] },
      message: `no answer: bad_answer; ${mayBeDead}`,
      steps: ['ask rotate', ...throughWindow],
    },
    {
      why: 'it is forbidden',
      script: { answers: [lost], looks: [changed], preferences: { reissue: false } },
      message: `no answer: connection_lost; ${isDead}`,
      steps: ['ask rotate', 'look'],
    },
    {
      why: 'it is forbidden, and nothing is clear',
      script: { answers: [lost], preferences: { reissue: false } },
      message: `no answer: connection_lost; ${mayBeDead}`,
      steps: ['ask rotate', 'look'],
    },
    {
      why: "the caller's own credential is dead",
      script: { answers: [lost], own: false },
      message: `no answer: connection_lost; ${mayBeDead}`,
      steps: ['ask rotate', ...blind, 'try own'],
    },
    {
      why: "the caller's own credential cannot be tried",
      script: { answers: [lost], own: new Error('no network') },
      message: `no answer: connection_lost; ${mayBeDead}`,
      steps: ['ask rotate', ...blind, 'try own'],
    },
    {
      why: 'the error is a bug',
      script: { answers: [fails(new TypeError('x is not a function'))], looks: [unchanged] },
      message: `cannot rotate service account ci; ${mayBeDead}`,
      steps: ['ask rotate', ...throughWindow],
    },
  ];

  it.each(cases)('when $why', async ({ script, message, steps }) => {
    expect(await issuance(script)).toEqual({
      error: { code: 'unknown_outcome', exit: 7, message, hint: again },
      stdout: '',
      notes: [looking],
      steps,
      left: [unknownEntry(message)],
    });
  });

  it.each([true, null])('and an administrator is needed when the own one is lost: %s', async (isSelf) => {
    const { error } = await issuance({ answers: [lost], own: false, plan: { isSelf } });
    expect(error?.hint).toBe(`${again}; if this credential is dead, only an administrator can do that`);
  });

  it('and what came as an answer stays in the journal', async () => {
    const { error, left } = await issuance({ answers: [fails(badAnswer, '<html>')], preferences: { reissue: false } });
    const message = `no answer: bad_answer; ${mayBeDead}`;
    expect(error).toMatchObject({ exit: 7, message });
    expect(left).toEqual([unknownEntry(message, 'rotate a1: <html>')]);
  });

  describe('and an answer that cannot be read says that it is kept, and how to see it', () => {
    const show = `look at it: sactl recover show --id ${entryId} --reveal`;
    const another = 'issue another: sactl serviceaccounts rotate --id a1';
    const mayBeIn = 'the answer is kept, and the token may be in it';

    it.each(['excessive', 'other'] as const)('%s', async (body) => {
      const cause = httpError('bad_answer', { status: 200, body });
      for (const looks of [[changed], [unclear]]) {
        const ended = await issuance({
          answers: [fails(cause, '{"deep":1} x')],
          looks,
          preferences: { reissue: false },
        });
        const message = `no answer: bad_answer; ${mayBeIn}`;
        expect(ended.error).toEqual({ code: 'undelivered', exit: 8, message, hint: `${show}; or ${another}` });
        expect(ended.left).toMatchObject([{ state: 'kept', keeps: 'rotate a1: {"deep":1} x' }]);
      }
    });

    it.each(['html', 'empty', 'json'] as const)('but not of a body that can hold none: %s', async (body) => {
      const cause = httpError('bad_answer', { status: 200, body });
      const { error } = await issuance({ answers: [fails(cause, '<html>')], preferences: { reissue: false } });
      expect(error).toMatchObject({ exit: 7 });
    });

    it('nor where it could not be kept', async () => {
      const cause = httpError('bad_answer', { status: 200, body: 'excessive' });
      const script: Script = { answers: [fails(cause, '[[[')], preferences: { reissue: false } };
      expect((await issuance({ ...script, journalFaults: ['keep'] })).error).toMatchObject({ exit: 7 });
      const keepsSecret = { reissue: false, keepsSecret: false };
      expect((await issuance({ ...script, preferences: keepsSecret })).error).toMatchObject({ exit: 7 });
    });

    it('also when it is the second one', async () => {
      const cause = httpError('bad_answer', { status: 200, body: 'excessive' });
      const { error, left } = await issuance({ answers: [fails(reset), fails(cause, '[[[')], looks: [changed] });
      expect(error).toMatchObject({ code: 'undelivered', exit: 8 });
      expect(left).toMatchObject([{ keeps: 'rotate a1: [[[' }]);
    });

    it('and of a create no account is named that nobody knows', async () => {
      const cause = httpError('bad_answer', { status: 201, body: 'other' });
      const { error } = await issuance({
        operation: 'create',
        answers: [fails(cause, '{} {}')],
        preferences: { reissue: false },
      });
      expect(error).toMatchObject({ exit: 8, hint: show });
    });
  });

  it.each([
    ['lost too', reset, 'no answer: connection_lost'],
    ['never coming', httpError('timeout'), 'no answer: timeout'],
    ['a refusal', httpError('forbidden', { status: 403, arrival: 'refused' }), 'no answer: forbidden'],
    ['not to be had', new AuthError('unauthenticated', 'no such file'), 'no such file'],
  ])('a third time: the second answer is %s', async (_, second, what) => {
    const { steps, notes, error, left } = await issuance({ answers: [fails(reset), fails(second)], looks: [changed] });
    const message = `${what}; ${isDead}`;
    expect(error).toEqual({ code: 'unknown_outcome', exit: 7, message, hint: again });
    expect(steps).toEqual(['ask rotate', 'look', 'try own', 'ask rotate']);
    expect(notes).toEqual([looking, issuing]);
    expect(left).toEqual([unknownEntry(message)]);
  });
});
