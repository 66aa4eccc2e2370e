import { describe, expect, test } from 'vitest';

import { organizationId, useNscale } from '../../harness/nscale.ts';
import { faults } from '../faults.ts';
import { ciDeploy } from './ci-deploy.ts';
import { accounts } from './paths.ts';

/** What is told of a refusal whose answer could have carried a token. */
const deploy = useNscale();
const post = `POST ${accounts}/${ciDeploy}/rotate`;
const rotate = ['sa', 'rotate', '--id', ciDeploy, '--org', organizationId, '--yes', '--format', 'yaml'];
const begins = `sactl: cannot rotate service account ci-deploy (${ciDeploy}): nscale answered 403`;
const hint = 'hint: the credential from environment variable NSCALE_SERVICE_TOKEN lacks the permission\n';
const traceId = '0af7651916cd43dd8448eb211c80319c';
const token = 'eyJhbGciOiJBMjU2R0NNS1ci.Zm9v8dZm9v8dZm9v8dZm9v8d.c.d.e';

async function refusedWith(body: object): Promise<{ code: number; stderr: string; sent: readonly string[] }> {
  const answer = { method: 'POST', answer: () => Response.json(body, { status: 403 }) };
  const deployment = deploy({ intercept: faults(answer) });
  const { code, stdout, stderr } = await deployment.run(rotate);
  expect(stdout).toBe('');
  return { code, stderr, sent: deployment.mutations() };
}

describe("nscale's own reason is told where its body is an error and nothing else", () => {
  test.each([
    "operation is not allowed by rbac: operation 'update' on endpoint 'identity:serviceaccounts' is not permitted",
    `group ${organizationId} is of another organization`,
    'role "ml-platform-administrators" may not be granted by you',
  ])('%s', async (description) => {
    const outcome = await refusedWith({ error: 'forbidden', error_description: description, trace_id: traceId });
    expect(outcome).toEqual({ code: 4, stderr: `${begins}: ${description}\n${hint}`, sent: [post] });
  });
});

describe('the status alone is told where the body could hold a token', () => {
  const description = 'you may not do this';
  test.each<[string, object]>([
    ['a key that errors do not have', { error: 'forbidden', error_description: description, status: {} }],
    ['a token in the sentence', { error: 'forbidden', error_description: `you may not use ${token}` }],
    ['a part of one', { error: 'forbidden', error_description: `you may not use ${token.slice(0, 24)}` }],
    [
      'one with characters in it that nobody sees',
      { error: 'forbidden', error_description: `you may not use ${token.slice(0, 24).replaceAll(/./g, '$&\u200B')}` },
    ],
    ['short words that are joined by dots', { error: 'forbidden', error_description: 'you may not use a.b.c.d.e' }],
    ['a word alone', { error: 'forbidden', error_description: 'the-token' }],
    ['a code that is none', { error: 'secret'.repeat(7), error_description: description }],
    ['a trace id that is none', { error: 'forbidden', error_description: description, trace_id: token }],
  ])('%s', async (_, body) => {
    const stderr = `${begins} (the credential may not do this)\n${hint}`;
    expect(await refusedWith(body)).toEqual({ code: 4, stderr, sent: [post] });
  });
});
