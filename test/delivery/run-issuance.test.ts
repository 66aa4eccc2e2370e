// @module-tag slow
import { describe, expect, it } from 'vitest';

import { ConflictError } from '../../src/errors.ts';
import { accountIds } from '../../src/sandbox/nscale/seed-ids.ts';
import { accountsPath, issuedToken, newAccountId, operationId, predictable } from '../commands/support.ts';
import type { Intercept } from '../harness/deployment.ts';
import { useNscale, type NscaleDeployment } from '../harness/nscale.ts';
import { entriesLeft, type Left } from './faulty-journal.ts';
import { issuance } from './issuance.ts';

const nscale = useNscale();

const id = accountIds.ciDeploy;
const rotate = ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--format', 'yaml'];
const create = ['sa', 'create', '--name', 'ci', '--format', 'yaml'];
const rotatePath = `POST ${accountsPath}/${id}/rotate`;
const createPath = `POST ${accountsPath}`;
const looking = 'sactl: the answer was lost; looking for its outcome, for up to 30 s\n';

interface Fault {
  readonly answer: () => Response;
  /** Whether the server does what it was asked, and only its answer is lost. */
  readonly isDone: boolean;
  /** Whether every request meets it, and not only the first. */
  readonly isEvery: boolean;
}

function faulty({ answer, isDone, isEvery }: Fault): NscaleDeployment {
  let asks = 0;
  async function intercept(...[request, next]: Parameters<Intercept>): Promise<Response> {
    if (request.method !== 'POST') return next(request);
    asks += 1;
    if (asks > 1 && !isEvery) return next(request);
    if (isDone) await next(request);
    return answer();
  }
  return nscale({ ...predictable, intercept });
}

function left({ context, stateDirectory }: NscaleDeployment): Promise<readonly Left[]> {
  return entriesLeft({ ...context().ctx, stateDirectory, keepsSecrets: true });
}

function text(body: string, status = 200): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/html' } });
}

/** Each may hide a token that was issued: the answer says so in no readable way. */
const failures: readonly (readonly [name: string, answer: () => Response])[] = [
  ['a dropped connection', () => Response.error()],
  ['an internal error', () => Response.json({ error: 'server_error' }, { status: 500 })],
  ['an error page of a proxy', () => text(`<html>${issuedToken}</html>`, 502)],
];
const successes: readonly (readonly [name: string, answer: () => Response])[] = [
  ['a page in place of JSON', () => text(`<html>${issuedToken}</html>`)],
  ['half an answer', () => text(`{"status": {"accessToken": "${issuedToken}"`)],
  ['an answer without a token', () => Response.json({ metadata: {}, spec: {}, status: {} })],
  [
    'an answer with an empty token',
    () => Response.json({ metadata: { id: 'x', name: 'x' }, spec: { groupIDs: [] }, status: { accessToken: ' ' } }),
  ],
];

describe.each([...failures, ...successes])('%s in place of the new token', (_, answer) => {
  it('is made up for by one more rotation', async () => {
    const deployment = faulty({ answer, isDone: true, isEvery: false });
    const outcome = await deployment.run([...rotate.slice(0, -2), '-q', '.credential.value']);
    expect(outcome).toEqual({
      code: 0,
      stdout: `${issuedToken}\n`,
      stderr: `${looking}sactl: issuing another credential for ci-deploy (${id})\n`,
    });
    expect(deployment.mutations()).toEqual([rotatePath, rotatePath]);
    expect(await left(deployment)).toEqual([]);
  });

  it('is made up for by a rotation of the account that was created', async () => {
    const deployment = faulty({ answer, isDone: true, isEvery: false });
    const outcome = await deployment.run([...create.slice(0, -2), '-q', '.credential.value, .reissued']);
    expect(outcome).toEqual({
      code: 0,
      stdout: `${issuedToken}\ntrue\n`,
      stderr: `${looking}sactl: issuing another credential for ci (${newAccountId})\n`,
    });
    expect(deployment.mutations()).toEqual([createPath, `POST ${accountsPath}/${newAccountId}/rotate`]);
    expect(await left(deployment)).toEqual([]);
  });

  it('leaves a rotation unknown when it comes twice', async () => {
    const deployment = faulty({ answer, isDone: true, isEvery: true });
    const { code, stdout, stderr } = await deployment.run([...rotate, '--debug']);
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
    expect(deployment.mutations()).toEqual([rotatePath, rotatePath]);
    expect(stderr).toContain('; it was rotated: the old credential is dead, and no new one was received\n');
    expect(stderr).toContain(`hint: rotate again: sactl serviceaccounts rotate --id ${id}\n`);
    expect(stderr).not.toContain(issuedToken);
    expect(await left(deployment)).toMatchObject([{ id: operationId }]);
  });

  it('leaves a create unknown where no second credential may be issued', async () => {
    const deployment = faulty({ answer, isDone: true, isEvery: true });
    const { code, stdout, stderr } = await deployment.run([...create, '--no-reissue', '--debug']);
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
    expect(deployment.mutations()).toEqual([createPath]);
    expect(stderr).toContain(`; the account was created (${newAccountId}), and its token is lost\n`);
    expect(stderr).toContain(
      `hint: issue another: sactl serviceaccounts rotate --id ${newAccountId}; then: sactl recover discard --id ${operationId}\n`,
    );
    expect(stderr).not.toContain(issuedToken);
    expect(await left(deployment)).toMatchObject([{ id: operationId }]);
  });
});

describe('a request that did nothing', () => {
  it.each(failures)('is exit 1 once that is proven: %s', async (_, answer) => {
    for (const [argv, path] of [
      [rotate, rotatePath],
      [create, createPath],
    ] as const) {
      const deployment = faulty({ answer, isDone: false, isEvery: true });
      const { code, stdout, stderr } = await deployment.run(argv);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/; nothing was changed\n$/);
      expect(deployment.mutations()).toEqual([path]);
      expect(await left(deployment)).toEqual([]);
    }
  });

  it.each(successes)('is not believed to have done nothing after %s', async (_, answer) => {
    const deployment = faulty({ answer, isDone: false, isEvery: true });
    const { code, stdout, stderr } = await deployment.run([...rotate, '--no-reissue']);
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
    expect(stderr).toContain('; the old credential may be dead, and no new one was received\n');
    expect(deployment.mutations()).toEqual([rotatePath]);
  });
});

function conflict(): Response {
  return Response.json({ error: 'conflict', error_description: 'conflict' }, { status: 409 });
}

describe('a conflict on create, which can leave an account behind', () => {
  it('is made up for where it did', async () => {
    const deployment = faulty({ answer: conflict, isDone: true, isEvery: false });
    expect(await deployment.run(create)).toMatchObject({ code: 0 });
    expect(deployment.mutations()).toHaveLength(2);
  });

  it('is exit 5 where it is proven that it did not', async () => {
    const deployment = faulty({ answer: conflict, isDone: false, isEvery: true });
    const { code, stdout, stderr } = await deployment.run(create);
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(stderr).toMatch(/; nothing was changed\n$/);
    expect(deployment.mutations()).toEqual([createPath]);
  });
});

describe('a refusal', () => {
  it.each([
    [400, 1],
    [403, 4],
    [404, 3],
  ])('%i is exit %i, because nothing was changed', async (status, code) => {
    const deployment = faulty({
      answer: () => Response.json({ error: 'refused', error_description: 'not today' }, { status }),
      isDone: false,
      isEvery: true,
    });
    const outcome = await deployment.run(rotate);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code, stdout: '' });
    expect(outcome.stderr).toContain(`nscale answered ${status} (`);
    // Answers to these requests may hold a token, so nothing of them is shown.
    expect(outcome.stderr).not.toContain('not today');
    expect(deployment.mutations()).toEqual([rotatePath]);
    expect(await left(deployment)).toEqual([]);
  });

  it('that asks for patience is asked again', async () => {
    const deployment = faulty({
      answer: () => new Response(null, { status: 429, headers: { 'retry-after': '1' } }),
      isDone: false,
      isEvery: false,
    });
    const outcome = await deployment.run([...rotate.slice(0, -2), '-q', '.credential.value']);
    expect(outcome).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
    expect(deployment.mutations()).toEqual([rotatePath, rotatePath]);
  });
});

describe('an account that cannot be checked after it was created', () => {
  it('is exit 6, with the credential delivered', async () => {
    let isCreated = false;
    const deployment = nscale({
      ...predictable,
      intercept: async (request, next) => {
        if (isCreated) return Response.json({ error: 'server_error' }, { status: 500 });
        isCreated = request.method === 'POST';
        return next(request);
      },
    });
    const flags = ['--group', 'inference', '-q', '.credential.value'];
    const { code, stdout, stderr } = await deployment.run(['sa', 'create', '--name', 'ci', ...flags]);
    expect({ code, stdout }).toEqual({ code: 6, stdout: `${issuedToken}\n` });
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^sactl: the credential could not be verified: .*500/);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({
      error: {
        code: 'partial',
        exitCode: 6,
        message: expect.stringContaining(`ci (${newAccountId}) was created`) as string,
      },
    });
    expect(await left(deployment)).toEqual([]);
  });
});

describe('an account', () => {
  it('that has changed since it was planned with is not touched', async () => {
    const changed = new ConflictError('conflict', 'ci has changed');
    const ended = await issuance({ checkUnchanged: () => Promise.reject(changed) });
    expect(ended).toEqual({
      error: { code: 'conflict', exit: 5, message: 'ci has changed', hint: null },
      stdout: '',
      notes: [],
      steps: [],
      left: [],
    });
  });

  it('that another run is after is not touched, and free once that run has ended', async () => {
    const seen: unknown[] = [];
    const deployment = nscale({
      ...predictable,
      intercept: async (request, next) => {
        if (request.method === 'POST' && seen.length === 0) {
          seen.push('first');
          const { code, stdout, stderr } = await deployment.run(rotate, {
            self: { pid: 99, host: 'test-host', isRunning: () => true },
          });
          seen.push({ code, stdout, isLocked: stderr.includes('ci-deploy is locked by process 4711') });
        }
        return next(request);
      },
    });
    expect(await deployment.run(rotate)).toMatchObject({ code: 0 });
    expect(seen).toEqual(['first', { code: 5, stdout: '', isLocked: true }]);
    expect(deployment.mutations()).toEqual([rotatePath]);
    expect(await deployment.run(rotate)).toMatchObject({ code: 0 });
  });
});
