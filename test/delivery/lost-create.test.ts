import { describe, expect, it } from 'vitest';

import { InterruptedError } from '../../src/errors.ts';
import type { Evidence } from '../../src/providers/issuance.ts';
import { account, answers, fails, reset, secondSecret } from './answers.ts';
import { entryId, issuance } from './issuance.ts';
import { blind, changed, looking, unknownEntry } from './lost.ts';
import type { Script } from './script.ts';

describe('a create whose answer is lost', () => {
  const forget = `then: sactl recover discard --id ${entryId}`;
  const search = `look for it, then rotate or delete it: sactl serviceaccounts list --search ci; ${forget}`;
  const mayExist = 'the account may have been created, and its token is lost';
  const other = { ...account, id: 'a2', createdAt: '2026-11-22T12:00:00Z', createdBy: 'eve@example.com' };
  const candidates: Evidence = { kind: 'unclear', candidates: [account, other] };

  it.each<{ why: string; script: Script; message: string; hint: string; steps: readonly string[] }>([
    { why: 'nothing is known of it', script: {}, message: mayExist, hint: search, steps: ['ask create', ...blind] },
    {
      why: 'another credential is forbidden',
      script: { looks: [changed], preferences: { reissue: false } },
      message: 'the account was created (a1), and its token is lost',
      hint: `issue another: sactl serviceaccounts rotate --id a1; ${forget}`,
      steps: ['ask create', 'look'],
    },
    {
      why: "the caller's own credential is dead",
      script: { looks: [changed], own: false },
      message: 'the account was created (a1), and its token is lost',
      hint: `issue another: sactl serviceaccounts rotate --id a1; ${forget}`,
      steps: ['ask create', 'look', 'try own'],
    },
    {
      why: 'nobody can be asked which one it is',
      script: { looks: [candidates] },
      message: `${mayExist}; an account of that name exists: a1; a2, 2026-11-22T12:00:00Z, eve@example.com`,
      hint: `if it is yours, issue another: sactl serviceaccounts rotate --id a1 or a2; ${forget}`,
      steps: ['ask create', ...blind],
    },
    {
      why: 'none of the candidates is chosen',
      script: { looks: [candidates], choose: () => Promise.resolve(null) },
      message: `${mayExist}; an account of that name exists: a1; a2, 2026-11-22T12:00:00Z, eve@example.com`,
      hint: `if it is yours, issue another: sactl serviceaccounts rotate --id a1 or a2; ${forget}`,
      steps: ['ask create', ...blind],
    },
    {
      why: 'the choice is interrupted',
      script: { looks: [candidates], choose: () => Promise.reject(new InterruptedError()) },
      message: `${mayExist}; an account of that name exists: a1; a2, 2026-11-22T12:00:00Z, eve@example.com`,
      hint: `if it is yours, issue another: sactl serviceaccounts rotate --id a1 or a2; ${forget}`,
      steps: ['ask create', ...blind],
    },
  ])('is exit 7 where $why', async ({ script, steps, ...said }) => {
    const ended = await issuance({ operation: 'create', answers: [fails(reset)], ...script });
    const message = `no answer: connection_lost; ${said.message}`;
    expect(ended).toEqual({
      error: { code: 'unknown_outcome', exit: 7, message, hint: said.hint },
      stdout: '',
      notes: [looking],
      steps,
      left: [unknownEntry(message)],
    });
  });

  it('is issued another credential on the account that a person chooses', async () => {
    const asked: (readonly string[])[] = [];
    const { error, stdout, steps } = await issuance({
      operation: 'create',
      answers: [fails(reset), answers(secondSecret)],
      looks: [candidates],
      choose: (shown) => {
        asked.push(shown.map(({ id }) => id));
        return Promise.resolve(other);
      },
    });
    expect({ error, stdout, asked }).toEqual({ error: null, stdout: `${secondSecret}\n`, asked: [['a1', 'a2']] });
    expect(steps.slice(3, 6)).toEqual(['try own', 'plan rotate a2', 'ask rotate']);
  });

  it('asks nobody where no other credential may be issued', async () => {
    const { error, steps } = await issuance({
      operation: 'create',
      answers: [fails(reset)],
      preferences: { reissue: false },
      looks: [candidates],
      choose: () => Promise.reject(new Error('this test expects no question')),
    });
    expect({ exit: error?.exit, steps }).toEqual({ exit: 7, steps: ['ask create', 'look'] });
  });
});
