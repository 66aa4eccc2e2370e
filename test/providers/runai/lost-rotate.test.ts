// @module-tag slow
import { describe, expect, test } from 'vitest';

import { seedRunai } from '../../../src/sandbox/runai/seed.ts';
import { testNow } from '../../harness/context.ts';
import { runaiSandboxClients, useRunai } from '../../harness/runai.ts';
import { runIn } from '../../harness/run.ts';
import { faults, lost } from '../faults.ts';
import { losingBoth, page, problem, serverError, timingOut } from './faults.ts';
import { journalOf, laterRun } from './journal.ts';
import { accounts, beforeRotation, ciVision } from './paths.ts';

const deploy = useRunai();
const { id, name } = ciVision;
const rotate = ['sa', 'rotate', '--id', name, '--yes'];
const asText = [...rotate, '--format', 'yaml'];
const secret = `POST ${accounts}/${id}/secret`;
const once = [...beforeRotation, secret];
const twice = [...once, secret];
const signIn = 'POST /api/v2/token';
const looking = 'sactl: the answer was lost; looking for its outcome, for up to 30 s\n';
const issuing = `sactl: issuing another credential for ${name} (${id})\n`;
const ended = 'runai at https://runai.example.com ended the connection without an answer';

/** The whole of the error for a rotation that ended so. */
function unknown(what: string): string {
  return (
    `sactl: cannot rotate service account ${name} (${id}): ${what}; the old credential may be dead, and no new one was received\n` +
    `hint: rotate again: sactl serviceaccounts rotate --id ${id}\n`
  );
}

/**
 * Ways an answer gets lost at the other side: whether the work was done, what comes instead, and how that is called.
 */
const losses: readonly (readonly [string, boolean, () => Response, string])[] = [
  ['a dropped connection', true, lost, ended],
  ['500', true, serverError, 'runai answered 500 (internal error)'],
  [
    '502 of a gateway',
    false,
    () => page(502),
    'a gateway answered in place of runai: 502 (bad gateway) with an HTML page',
  ],
  ['503', false, () => problem(503, 'later'), 'runai answered 503 (service unavailable)'],
  ['a page', true, () => page(200), `a gateway answered in place of runai: 200 with an HTML page`],
  ['no secret in it', true, () => Response.json({}), "Run:ai's answer holds no secret, and the old one is dead"],
  [
    'an empty secret',
    true,
    () => Response.json({ clientSecret: '' }),
    "Run:ai's answer holds no secret, and the old one is dead",
  ],
  [
    'a blank secret',
    true,
    () => Response.json({ clientSecret: ' \n' }),
    "Run:ai's answer holds no secret, and the old one is dead",
  ],
];

describe.each(losses)('an answer lost by %s', (_, done, answer, what) => {
  const fault = { method: 'POST', path: '/secret', done, answer };

  test('is followed by one more rotation', async () => {
    let secrets = 0;
    const deployment = deploy({
      newSecret: () => `secret-${(secrets += 1)}`,
      intercept: faults({ ...fault, hits: [1] }),
    });
    const context = deployment.context();
    const argv = [...rotate, '-q', '.credential.value,.verified,.reissued,.recoverId'];
    expect(await runIn(context, argv)).toEqual({
      code: 0,
      stdout: `secret-${done ? 2 : 1}\ntrue\ntrue\nnull\n`,
      stderr: looking + issuing,
    });
    expect(deployment.requests).toEqual(twice);
    // For the requests, for whether the caller's own secret still works, and for the new one.
    expect(deployment.tokenRequests).toEqual([signIn, signIn, signIn]);
    // Nothing that Run:ai shows would prove anything, so that only time keeps the first request from coming second.
    expect(context.sleeps).toEqual([30_000]);
    expect(await journalOf(deployment)).toEqual([]);
  });

  test('is followed by no third rotation: exit 7', async () => {
    const deployment = deploy({ intercept: faults(fault) });
    expect(await deployment.run(asText)).toEqual({ code: 7, stdout: '', stderr: looking + issuing + unknown(what) });
    expect(deployment.requests).toEqual(twice);
  });

  test('is exit 7 at once with --no-reissue', async () => {
    const deployment = deploy({ intercept: faults(fault) });
    expect(await deployment.run([...asText, '--no-reissue'])).toEqual({
      code: 7,
      stdout: '',
      stderr: looking + unknown(what),
    });
    expect(deployment.requests).toEqual(once);
    expect(deployment.tokenRequests).toEqual([signIn]);
  });
});

test('our own time-out is waited out, too, before one more rotation', async () => {
  const deployment = deploy();
  const context = deployment.context({ fetch: timingOut('POST', '/secret') });
  expect(await runIn(context, asText)).toEqual({
    code: 7,
    stdout: '',
    stderr:
      looking +
      issuing +
      unknown('runai at https://runai.example.com gave no answer in time (UND_ERR_HEADERS_TIMEOUT)'),
  });
  expect(deployment.requests).toEqual(twice);
  expect(context.sleeps).toEqual([30_000]);
});

test('a secret that was issued again is tried even with --no-verify', async () => {
  const fault = { method: 'POST', path: '/secret', done: true, hits: [1], answer: lost };
  const deployment = deploy({ intercept: faults(fault) });
  const outcome = await deployment.run([...rotate, '--no-verify', '-q', '.verified, .credential.value']);
  expect(outcome.code).toBe(0);
  expect(outcome.stdout).toMatch(/^true\n\S+\n$/);
  expect(deployment.tokenRequests).toEqual([signIn, signIn, signIn]);
});

describe('no other rotation is sent', () => {
  test('when the caller’s own secret is dead by then', async () => {
    const state = seedRunai(testNow);
    const { clientId } = runaiSandboxClients.administrator;
    const intercept = losingBoth(state, { clientId, path: '/secret' });
    const deployment = deploy({ state, intercept });
    expect(await deployment.run(asText)).toEqual({ code: 7, stdout: '', stderr: looking + unknown(ended) });
    expect(deployment.requests).toEqual(once);
    expect(deployment.tokenRequests).toEqual([signIn, signIn]);
  });

  test.each([
    ['500', serverError],
    ['a dropped connection', lost],
  ])('when the caller’s own secret cannot be tried: %s', async (_, answer) => {
    const intercept = faults(
      { method: 'POST', path: '/secret', done: true, answer: lost },
      { method: 'POST', path: '/token', hits: [2, 3, 4, 5], answer },
    );
    const deployment = deploy({ intercept });
    expect(await deployment.run(asText)).toEqual({ code: 7, stdout: '', stderr: looking + unknown(ended) });
    expect(deployment.requests).toEqual(once);
  });
});

describe('what the journal keeps of a rotation without an answer', () => {
  const fault = { method: 'POST', path: '/secret', done: true, answer: lost };

  test('is that there is none, and the next rotation erases it', async () => {
    const deployment = deploy({ intercept: faults({ ...fault, hits: [1] }) });
    await deployment.run([...asText, '--no-reissue']);
    expect(await journalOf(deployment)).toEqual([['rotate', id, 'asked']]);
    const next = await deployment.run([...rotate, '-q', '.credential.value'], laterRun);
    expect(next.code).toBe(0);
    expect(await journalOf(deployment)).toEqual([]);
  });

  test('is an answer without a secret, as it came', async () => {
    const answer = { ...fault, answer: () => Response.json({ note: 'none' }) };
    const deployment = deploy({ intercept: faults(answer) });
    await deployment.run([...asText, '--no-reissue']);
    expect(await journalOf(deployment)).toEqual([['rotate', id, 'broken']]);
    const entry = ['recover', 'show', '--id', '00000000-0000-4000-8000-000000000001', '--reveal'];
    expect((await deployment.run([...entry, '-q', '.answer'])).stdout).toBe('{"note":"none"}\n');
  });
});
