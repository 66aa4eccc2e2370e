import { describe, expect, it } from 'vitest';

import { TargetError } from '../../src/delivery/targets/target.ts';
import { account, secret } from './answers.ts';
import { handOver, refused } from './handover-input.ts';

// Meanwhile another run has issued a newer credential: the account expires later than this one.

const newer = { ...account, expiresAt: '2027-05-01T00:00:00Z' };
const busy = new TargetError('it is busy', { isRetryable: true });
const works = { works: true, why: null };

it('a credential that was superseded before it was printed is not printed', async () => {
  expect(await handOver({ trials: [refused, refused, works], reads: [newer] })).toMatchInlineSnapshot(`
    {
      "error": {
        "code": "undelivered",
        "exit": 8,
        "hint": "if a newer one is in use: sactl recover discard --id e0000000-0000-4000-8000-000000000001; else issue another: sactl serviceaccounts rotate --id a1",
        "message": "the new credential of nscale service account ci (a1) was superseded by a newer one; it was not written",
      },
      "left": [
        {
          "delivered": [],
          "id": "e0000000-0000-4000-8000-000000000001",
          "keeps": "rotate a1: {"token":"first-one-time-secret"}",
          "outcome": "undelivered: the new credential of nscale service account ci (a1) was superseded by a newer one; it was not written",
          "state": "kept",
        },
      ],
      "notes": [],
      "stdout": "",
      "steps": [
        "ask rotate",
        "keep",
        "try",
        "wait 1000",
        "try",
        "wait 2000",
        "try",
        "read account",
      ],
    }
  `);
});

it('a credential that was superseded before it was at its target is not tried any more', async () => {
  expect(await handOver({ targets: [{ name: 'file:a', failures: [busy, busy, busy] }], reads: [newer] }))
    .toMatchInlineSnapshot(`
    {
      "error": {
        "code": "undelivered",
        "exit": 8,
        "hint": "if a newer one is in use: sactl recover discard --id e0000000-0000-4000-8000-000000000001; else issue another: sactl serviceaccounts rotate --id a1",
        "message": "the new credential of nscale service account ci (a1) was superseded by a newer one; it was not written",
      },
      "left": [
        {
          "delivered": [],
          "id": "e0000000-0000-4000-8000-000000000001",
          "keeps": "rotate a1: {"token":"first-one-time-secret"}",
          "outcome": "undelivered: the new credential of nscale service account ci (a1) was superseded by a newer one; it was not written",
          "state": "kept",
        },
      ],
      "notes": [
        "file:a: it is busy; trying again in 1 s",
        "file:a: it is busy; trying again in 2 s",
      ],
      "stdout": "[null,false,[{"target":"file:a","ok":false,"error":"it was superseded before"}],"e0000000-0000-4000-8000-000000000001"]
    ",
      "steps": [
        "ask rotate",
        "keep",
        "deliver file:a",
        "wait 1000",
        "deliver file:a",
        "wait 2000",
        "read account",
        "print",
      ],
    }
  `);
});

describe('what is printed of a credential', () => {
  it.each([
    ['on stdout', {}],
    ['beside its target', { targets: [{ name: 'file:a' }] }],
  ])('says that it is the newest: %s', async (_, script) => {
    const output = { query: ['.credential.value, .superseded'] };
    const { stdout } = await handOver({ output, ...script });
    expect(stdout).toBe(`${'targets' in script ? 'null' : secret}\nfalse\n`);
  });
});
