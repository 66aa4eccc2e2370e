import { describe, expect, test } from 'vitest';

import { runaiSandboxClients, useRunai } from '../../harness/runai.ts';
import { faults } from '../faults.ts';
import { forbidden } from './faults.ts';
import { ciVision, list } from './paths.ts';

const deploy = useRunai();
const client = runaiSandboxClients.newcomer;
const source = 'environment variables RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET';

function hint(account: string, from = source): string {
  return (
    `the credential from ${from} lacks the permission; its account may have no access rule yet: ` +
    `sactl accessrules create --provider runai --account ${account} --role <role> --scope <scope>`
  );
}

describe('403 to a fresh account says how to add an access rule', () => {
  test('list', async () => {
    const deployment = deploy({ client });
    expect(await deployment.run(['sa', 'list'])).toEqual({
      code: 4,
      stdout: '',
      stderr:
        'sactl: cannot list service accounts: runai answered 403: Lack of permissions to read service-account\n' +
        `hint: ${hint('sandbox-newcomer')}\n`,
    });
    expect(deployment.requests).toEqual([list]);
  });

  test.each([
    ['accessrules', 'list'],
    ['roles', 'list'],
    ['scopes', 'list'],
    ['sa', 'get', '--id', 'x'],
    ['sa', 'create', '--name', 'fresh'],
    ['sa', 'rotate', '--id', 'x', '--yes'],
  ])('%s %s', async (...argv) => {
    const { code, stdout, stderr } = await deploy({ client }).run([...argv, '--json']);
    expect([code, stdout]).toEqual([4, '']);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'forbidden', status: 403, hint: hint('sandbox-newcomer') },
    });
  });
});

test.each([
  ['update', ['--disable'], 'PATCH'],
  ['rotate', ['--yes'], 'POST'],
  ['delete', ['--yes'], 'PATCH'],
])('403 to %s says so, too', async (verb, flags, method) => {
  const fault = { method, path: method === 'POST' ? '/secret' : ciVision.id, answer: forbidden };
  const deployment = deploy({ intercept: faults(fault) });
  const outcome = await deployment.run(['sa', verb, '--id', 'ci-vision', ...flags, '--json']);
  expect([outcome.code, outcome.stdout]).toEqual([4, '']);
  expect(JSON.parse(outcome.stderr)).toMatchObject({
    error: { code: 'forbidden', hint: hint('sandbox-administrator') },
  });
  expect(deployment.mutations()).toHaveLength(1);
});

test('a token names no account', async () => {
  const deployment = deploy({ intercept: forbidden });
  const env = { RUNAI_CLIENT_ID: undefined, RUNAI_CLIENT_SECRET: undefined, RUNAI_TOKEN: 'a.b.c' };
  const { stderr } = await deployment.run(['sa', 'list'], { env });
  expect(stderr).toContain(`hint: ${hint('<name>', 'environment variable RUNAI_TOKEN')}\n`);
});

test('a client id that a shell would take apart is left out', async () => {
  const deployment = deploy({ intercept: faults({ method: 'GET', answer: forbidden }) });
  deployment.state.accounts = deployment.state.accounts.map((item) => ({
    ...item,
    clientId: item.name === 'sandbox-administrator' ? 'x; rm -r' : item.clientId,
  }));
  const env = { RUNAI_CLIENT_ID: 'x; rm -r' };
  const { stderr } = await deployment.run(['sa', 'list'], { env });
  expect(stderr).toContain(`hint: ${hint('<name>')}\n`);
});

describe('whoami', () => {
  test('shows the client id and what it may do', async () => {
    const deployment = deploy();
    const argv = ['whoami', '-q', '.subject,.kind,.permissions[1]'];
    expect(await deployment.run(argv)).toEqual({
      code: 0,
      stdout: 'sandbox-administrator\nservice-account\napps: create, read, update, delete\n',
      stderr: '',
    });
    expect(deployment.requests).toEqual(['GET /api/v1/authorization/permissions']);
  });

  test('knows a fresh account, and says that no permission is named', async () => {
    const outcome = await deploy({ client }).run(['whoami', '-q', '.subject,(.permissions|length)']);
    expect(outcome).toEqual({
      code: 0,
      stdout: 'sandbox-newcomer\n0\n',
      stderr: 'sactl: the provider lists no permissions of this credential: it may have no access rule yet\n',
    });
  });

  test('does not say that nothing is allowed where it is not told', async () => {
    const unknown = { method: 'GET', path: '/permissions', answer: forbidden };
    const outcome = await deploy({ intercept: faults(unknown) }).run(['whoami', '-q', '.subject,.permissions']);
    expect(outcome).toEqual({ code: 0, stdout: 'sandbox-administrator\nnull\n', stderr: '' });
  });
});
