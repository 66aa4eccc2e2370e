// @module-tag slow
import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { doctor, said } from '../../commands/doctor/rows.ts';
import { predictable, workFolder } from '../../commands/support.ts';
import { nscaleEndpoint, useNscale, type NscaleDeployment } from '../../harness/nscale.ts';
import { runIn } from '../../harness/run.ts';
import { faults } from '../faults.ts';
import { problem } from './faults.ts';
import { answering, foreignAnswers, signInPage } from '../foreign.ts';

const deploy = useNscale();
const where = `look for a proxy, firewall or login page before ${nscaleEndpoint}, and check that endpoint (default)`;
const untried = [
  'ok: the credential comes from environment variable NSCALE_SERVICE_TOKEN; whether it works is not known',
];

describe.each(foreignAnswers)('%s', (...foreign) => {
  const [, , , what] = foreign;

  it.each([400, 401, 403, 404, 409])('of %i is a gateway’s: exit 1', async (status) => {
    const deployment = deploy({ intercept: answering(status, foreign) });
    const { code, stdout, stderr } = await deployment.run(['sa', 'list', '--json']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'gateway',
        message: expect.stringContaining(`: a gateway answered in place of nscale: ${status} with ${what}`) as string,
        hint: where,
        provider: 'nscale',
        status,
        traceId: null,
        retryable: false,
        exitCode: 1,
      },
    });
  });

  it.each([401, 403])('of %i is for doctor an endpoint that did not answer itself', async (status) => {
    const found = await doctor([], {}, deploy({ intercept: answering(status, foreign) }).run);
    expect(found.code).toBe(1);
    expect(said('endpoint', found)).toEqual([
      expect.stringContaining(
        `error: cannot read who the token is: a gateway answered in place of nscale: ${status} with ${what}`,
      ),
    ]);
    expect(said('credential', found)).toEqual(untried);
  });
});

describe('a service’s own refusal stays its verdict', () => {
  it.each([
    [401, 'unauthenticated', 4],
    [403, 'forbidden', 4],
    [404, 'not_found', 3],
  ])('%i', async (status, code, exitCode) => {
    const own = problem(status, 'a_code', 'no');
    const outcome = await deploy({ intercept: () => own }).run(['sa', 'list', '--json']);
    expect(outcome.code).toBe(exitCode);
    expect(JSON.parse(outcome.stderr)).toMatchObject({ error: { code, exitCode, status } });
  });
});

describe('an empty body', () => {
  it.each([401, 403, 404])('of %i names both who may have answered: exit 1', async (status) => {
    const { code, stderr } = await deploy({ intercept: () => new Response(null, { status }) }).run([
      'sa',
      'list',
      '--json',
    ]);
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'refused',
        message: `cannot list organizations: nscale, or a gateway before it, answered ${String(status)} with an empty body`,
      },
    });
  });

  it('is for doctor no verdict on the credential', async () => {
    const status = 401;
    const found = await doctor([], {}, deploy({ intercept: () => new Response(null, { status }) }).run);
    expect(said('credential', found)).toEqual(untried);
    expect(said('endpoint', found)).toHaveLength(1);
  });
});

const { scratch } = accountIds;
const page = answering(403, signInPage);
const remove = ['sa', 'delete', '--id', 'scratch', '--yes', '--ignore-missing', '-q', '.deleted'];

function isThere({ state }: NscaleDeployment): boolean {
  return state.accounts.some(({ id }) => id === scratch);
}

describe('a deletion', () => {
  const login = answering(200, signInPage);
  const notFound = answering(404, signInPage);

  it.each([
    ['404', notFound],
    ['403', page],
    ['200', login],
    ['an empty 404', () => new Response(null, { status: 404 })],
  ])('that a gateway answers with a page of %s is not done while the account is listed', async (_, answer) => {
    const deployment = deploy({ intercept: faults({ method: 'DELETE', answer }) });
    const { code, stdout, stderr } = await deployment.run(remove);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/gateway/);
    expect(isThere(deployment)).toBe(true);
  });

  it.each([
    ['404', notFound],
    ['403', page],
    ['200', login],
  ])('that is done behind a page of %s is seen to be', async (_, answer) => {
    const deployment = deploy({ intercept: faults({ method: 'DELETE', done: true, answer }) });
    expect(await deployment.run(remove)).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
    expect(deployment.mutations()).toHaveLength(1);
  });
});

describe('a rotation', () => {
  const rotate = ['sa', 'rotate', '--id', 'scratch', '--yes'];

  it('whose answer a firewall keeps back was done, and another one is issued', async () => {
    const blocked = { method: 'POST', path: '/rotate', hits: [1], done: true, answer: page };
    const deployment = deploy({ intercept: faults(blocked) });
    const cwd = await workFolder();
    const { code, stdout } = await deployment.run([...rotate, '--to', 'file:t', '-q', '.reissued,.verified'], { cwd });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'true\ntrue\n' });
    expect(deployment.mutations()).toHaveLength(2);
  });

  it('that a firewall always refuses is exit 1 where the account is seen not to change', async () => {
    const deployment = deploy({ intercept: faults({ method: 'POST', path: '/rotate', answer: page }) });
    const cwd = await workFolder();
    const { code, stderr } = await deployment.run([...rotate, '--to', 'file:t'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain('a gateway answered in place of nscale: 403 with an HTML page; nothing was changed');
  });

  it.each(foreignAnswers)(
    'leaves a new token untried, not refused, where a gateway answers 401: %s',
    async (...foreign) => {
      const answer = answering(401, foreign);
      let isRotated = false;
      async function intercept(request: Request, next: (request: Request) => Promise<Response>): Promise<Response> {
        if (isRotated && request.url.endsWith('/organizations')) return answer();
        isRotated ||= request.url.endsWith('/rotate');
        return next(request);
      }
      const deployment = deploy({ ...predictable, intercept });
      const cwd = await workFolder();
      const context = deployment.context({ cwd });
      const { code, stdout, stderr } = await runIn(context, [
        ...rotate,
        '--to',
        'file:t',
        '-q',
        '.verified,.recoverId',
      ]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'null\nnull\n' });
      expect(stderr).toContain('the credential could not be verified: cannot list organizations: a gateway answered');
      // A refusal would be tried again.
      expect(context.sleeps).toEqual([]);
    },
  );
});

describe.each(foreignAnswers)('%s', (...foreign) => {
  const [, , , what] = foreign;
  const fault = { method: 'DELETE', answer: answering(200, foreign) };
  const argv = ['sa', 'delete', '--id', accountIds.ciDeploy, '--yes'];

  it('of 200 deletes nothing: exit 1', async () => {
    const deployment = deploy({ intercept: faults(fault) });
    const { code, stdout, stderr } = await deployment.run(argv);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`: a gateway answered in place of nscale: 200 with ${what}`);
    expect(deployment.requests.filter((request) => request.startsWith('DELETE'))).toHaveLength(1);
  });

  it('of 200 is a deletion where the account is gone', async () => {
    const deployment = deploy({ intercept: faults({ ...fault, done: true }) });
    const { code, stdout } = await deployment.run(argv);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`Deleted ci-deploy (${accountIds.ciDeploy})`)]);
  });
});
