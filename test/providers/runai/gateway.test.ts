// @module-tag slow
import { describe, expect, it } from 'vitest';

import { doctor, said } from '../../commands/doctor/rows.ts';
import { isTokenRequest, runaiEndpoint, useRunai } from '../../harness/runai.ts';
import { faults } from '../faults.ts';
import { answering, foreignAnswers, signInPage } from '../foreign.ts';
import { problem } from './faults.ts';
import { accounts, apps, ciVision, rules } from './paths.ts';

const deploy = useRunai();
const where = `look for a proxy, firewall or login page before ${runaiEndpoint}, and check that endpoint (environment variable RUNAI_BASE_URL)`;

describe.each(foreignAnswers)('%s', (...foreign) => {
  const [, , , what] = foreign;

  it.each([400, 401, 403, 404, 409])('of %i is a gateway’s: exit 1', async (status) => {
    const answer = answering(status, foreign);
    const deployment = deploy({ intercept: (request, next) => (isTokenRequest(request) ? next(request) : answer()) });
    const { code, stdout, stderr } = await deployment.run(['sa', 'list', '--json']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'gateway',
        message: expect.stringContaining(`: a gateway answered in place of runai: ${status} with ${what}`) as string,
        hint: where,
        status,
        exitCode: 1,
      },
    });
  });

  it.each([400, 401, 403])('of %i in place of an access token blames no secret', async (status) => {
    const answer = answering(status, foreign);
    const deployment = deploy({ intercept: (request, next) => (isTokenRequest(request) ? answer() : next(request)) });
    const { code, stderr } = await deployment.run(['sa', 'list', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'gateway', hint: where, status, exitCode: 1 } });
    expect(deployment.requests).toEqual([]);
    expect(deployment.tokenRequests).toHaveLength(1);
  });
});

it('doctor does not blame the secret for a page', async () => {
  const found = await doctor([], {}, deploy({ intercept: answering(403, signInPage) }).run);
  expect(said('endpoint', found)).toEqual([
    `error: cannot get an access token: a gateway answered in place of runai: 403 with an HTML page -> ${where}`,
  ]);
  expect(said('credential', found)).toEqual([
    'ok: the credential comes from environment variables RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET; whether it works is not known',
  ]);
});

it('an account is not gone for a page of 404 to its deletion: exit 6, disabled', async () => {
  const answer = answering(404, signInPage);
  const deployment = deploy({ intercept: faults({ method: 'DELETE', path: ciVision.id, answer }) });
  const { code, stderr } = await deployment.run(['sa', 'delete', '--id', ciVision.id, '--yes', '--json']);
  expect(code).toBe(6);
  expect(stderr).toContain('a gateway answered in place of runai: 404 with an HTML page; it is disabled');
});

it('an access rule is not gone for a page of 404 to its deletion', async () => {
  const answer = answering(404, signInPage);
  const deployment = deploy({ intercept: faults({ method: 'DELETE', answer }) });
  const listed = await deployment.run(['accessrules', 'list', '-q', '.[0].id']);
  const argv = ['accessrules', 'delete', '--id', listed.stdout.trim(), '--yes', '--json'];
  const { code, stderr } = await deployment.run(argv);
  expect(code).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'gateway', status: 404 } });
});

it.each([
  ['service accounts', [accounts, apps], ['sa', 'get', '--id', ciVision.name]],
  ['access rules', [rules], ['sa', 'delete', '--id', ciVision.name, '--yes', '--ignore-missing']],
  ['roles', ['/api/v2/authorization/roles', '/api/v1/authorization/roles'], ['roles', 'list']],
  ['clusters', ['/api/v1/clusters'], ['scopes', 'list']],
])('404 of the list of %s is about no account: exit 1', async (noun, paths, argv) => {
  const gone = paths.map((path) => ({ method: 'GET', path, answer: () => problem(404, 'not found') }));
  const deployment = deploy({ intercept: faults(...gone) });
  const { code, stdout, stderr } = await deployment.run([...argv, '--format', 'yaml']);
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: '',
    stderr: `sactl: cannot list ${noun}: runai answered 404: not found\n`,
  });
  expect(deployment.mutations()).toEqual([]);
});

it('an answer nested too deeply is no sign of an older version', async () => {
  const deep = `[${'['.repeat(20_000)}${']'.repeat(20_000)}]`;
  const headers = { 'Content-Type': 'application/json' };
  const answer = { method: 'GET', path: accounts, answer: () => new Response(deep, { headers }) };
  const deployment = deploy({ intercept: faults(answer) });
  const { code, stderr } = await deployment.run(['sa', 'list', '--format', 'yaml']);
  expect(code).toBe(1);
  expect(stderr).toContain('sactl: cannot list service accounts: ');
  expect(deployment.requests).toEqual([`GET ${accounts}`]);
});

describe.each(foreignAnswers)('%s', (...foreign) => {
  const [, , , what] = foreign;
  const told = `a gateway answered in place of runai: 200 with ${what}`;

  it('of 200 deletes no account: exit 6, disabled', async () => {
    const fault = { method: 'DELETE', path: ciVision.id, answer: answering(200, foreign) };
    const deployment = deploy({ intercept: faults(fault) });
    const { code, stdout, stderr } = await deployment.run(['sa', 'delete', '--id', ciVision.id, '--yes']);
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toContain(told);
  });

  it('of 200 disables no account: exit 1', async () => {
    const fault = { method: 'PATCH', path: ciVision.id, answer: answering(200, foreign) };
    const deployment = deploy({ intercept: faults(fault) });
    const { code, stdout, stderr } = await deployment.run(['sa', 'update', '--id', ciVision.id, '--disable']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(told);
  });

  it('of 200 deletes no access rule', async () => {
    const deployment = deploy({ intercept: faults({ method: 'DELETE', answer: answering(200, foreign) }) });
    const listed = await deployment.run(['accessrules', 'list', '-q', '.[0].id']);
    const argv = ['accessrules', 'delete', '--id', listed.stdout.trim(), '--yes'];
    const { code, stdout, stderr } = await deployment.run(argv);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(told);
  });
});
