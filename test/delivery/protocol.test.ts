import { describe, expect, it } from 'vitest';

import { accountIds } from '../../src/sandbox/nscale/seed-ids.ts';
import { issuedToken, newAccountId, predictable } from '../commands/support.ts';
import { useNscale, type Intercept, type NscaleDeployment } from '../harness/nscale.ts';

const nscale = useNscale();

const rotate = ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--format', 'yaml'];
const create = ['sa', 'create', '--name', 'ci', '--format', 'yaml'];

function answeringPosts(answer: Intercept): NscaleDeployment {
  return nscale({
    ...predictable,
    intercept: (request, next) =>
      request.method === 'POST' ? answer(request, next) : next(request),
  });
}

function text(body: string, status = 200): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/html' } });
}

/** Each may hide a token that was issued: the answer says so in no readable way. */
const lostAnswers: readonly (readonly [name: string, answer: Intercept])[] = [
  ['a dropped connection', () => Response.error()],
  ['an internal error', () => Response.json({ error: 'server_error' }, { status: 500 })],
  ['an error page of a proxy', () => text(`<html>${issuedToken}</html>`, 502)],
  ['a page in place of JSON', () => text(`<html>${issuedToken}</html>`)],
  ['half an answer', () => text(`{"status": {"accessToken": "${issuedToken}"`)],
  ['an answer without a token', () => Response.json({ metadata: {}, spec: {}, status: {} })],
  [
    'an answer with an empty token',
    () =>
      Response.json({
        metadata: { id: 'x', name: 'x' },
        spec: { groupIDs: [] },
        status: { accessToken: ' ' },
      }),
  ],
];

describe('an answer that is lost', () => {
  it.each(lostAnswers)('leaves a rotate unknown, asked once: %s', async (_, answer) => {
    const deployment = answeringPosts(answer);
    const { code, stdout, stderr } = await deployment.run(rotate);
    expect({ code, stdout, sent: deployment.mutations().length }).toEqual({
      code: 7,
      stdout: '',
      sent: 1,
    });
    expect(stderr).toContain('; the old credential may be dead, and no new one was received\n');
    expect(stderr).toContain(
      `hint: rotate again: sactl serviceaccounts rotate --id ${accountIds.ciDeploy}\n`,
    );
    expect(stderr).not.toContain(issuedToken);
  });

  it.each(lostAnswers)('leaves a create unknown, asked once: %s', async (_, answer) => {
    const deployment = answeringPosts(answer);
    const { code, stdout, stderr } = await deployment.run([...create, '--debug']);
    expect({ code, stdout, sent: deployment.mutations().length }).toEqual({
      code: 7,
      stdout: '',
      sent: 1,
    });
    expect(stderr).toContain('; the account may have been created, with a token nobody has\n');
    expect(stderr).toContain('sactl serviceaccounts list --search ci');
    expect(stderr).not.toContain(issuedToken);
  });

  it('includes a conflict on create, which can leave an account behind', async () => {
    const deployment = answeringPosts(() => Response.json({ error: 'conflict' }, { status: 409 }));
    expect(await deployment.run(create)).toMatchObject({ code: 7, stdout: '' });
  });
});

describe('a refusal', () => {
  it.each([
    [400, 1],
    [403, 4],
    [404, 3],
  ])('%i is exit %i, because nothing was changed', async (status, code) => {
    const deployment = answeringPosts(() =>
      Response.json({ error: 'refused', error_description: 'not today' }, { status }),
    );
    const outcome = await deployment.run(rotate);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code, stdout: '' });
    expect(outcome.stderr).toContain(`nscale answered ${status} (`);
    // Answers to these requests may hold a token, so nothing of them is shown.
    expect(outcome.stderr).not.toContain('not today');
  });

  it('that asks for patience is asked again', async () => {
    let refusals = 1;
    const deployment = answeringPosts((request, next) => {
      refusals -= 1;
      return refusals < 0
        ? next(request)
        : new Response(null, { status: 429, headers: { 'retry-after': '1' } });
    });
    const outcome = await deployment.run([...rotate.slice(0, -2), '-q', '.credential.value']);
    expect(outcome).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
    expect(deployment.mutations()).toHaveLength(2);
  });
});

describe('an account that cannot be checked after it was created', () => {
  it('is exit 6, with the credential delivered', async () => {
    let created = false;
    const deployment = nscale({
      ...predictable,
      intercept: async (request, next) => {
        if (created) return Response.json({ error: 'server_error' }, { status: 500 });
        created = request.method === 'POST';
        return next(request);
      },
    });
    const argv = [
      'sa',
      'create',
      '--name',
      'ci',
      '--group',
      'inference',
      '-q',
      '.credential.value',
    ];
    const { code, stdout, stderr } = await deployment.run(argv);
    expect({ code, stdout }).toEqual({ code: 6, stdout: `${issuedToken}\n` });
    const { error } = JSON.parse(stderr) as { error: { code: string; message: string } };
    expect(error.code).toBe('partial');
    expect(error.message).toContain(`ci (${newAccountId}) was created`);
  });
});
