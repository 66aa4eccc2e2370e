import { expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { organizationId, sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { problems } from '../support.ts';

const nscale = useNscale();

it.each([accountIds.ciDeploy, accountIds.ciDeploy.toUpperCase(), 'ci-deploy', ' ci-deploy '])(
  'finds an account by "%s"',
  async (id) => {
    const { code, stdout, stderr } = await nscale().run(['sa', 'get', '--id', id, '-q', '.id']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${accountIds.ciDeploy}\n`, stderr: '' });
  },
);

it('shows what is known of an account', async () => {
  expect(await nscale().run(['serviceaccount', 'get', '--id', 'scratch'])).toEqual({
    code: 0,
    stdout: [
      'Name:          scratch',
      `ID:            ${accountIds.scratch}`,
      'Provider:      nscale',
      'Status:        active',
      `Organization:  ${organizationId}`,
      'Created:       2026-10-23T12:00:00Z',
      'Created by:    ann@example.com',
      'Expires:       2027-02-14T12:00:00Z',
      '',
    ].join('\n'),
    stderr: '',
  });
});

it('shows names beside ids on a terminal, with a request for each kind', async () => {
  const deployment = nscale();
  const { code, stdout, stderr } = await deployment.run(['sa', 'get', '--id', 'ci-deploy', '--no-color'], {
    terminal: 80,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`Organization:  acme-research (${organizationId})\n`);
  expect(stdout).toMatch(/^Groups: +ml-training \(c77f6a10-[-0-9a-f]+\), inference \(d90b1c22-[-0-9a-f]+\)$/m);
  const before = nscale();
  await before.run(['sa', 'get', '--id', 'ci-deploy']);
  expect(deployment.requests.length - before.requests.length).toBe(2);
});

it('shows ids alone where the names cannot be read', async () => {
  const { code, stdout, stderr } = await nscale({ token: sandboxTokens.selfRotating }).run(
    ['sa', 'get', '--id', 'self-rotating', '--no-color'],
    { terminal: 80 },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Name:          self-rotating\n');
});

it.each([[[]], [['--id', '']], [['--id', '  ']]])('needs --id where nobody can be asked: %j', async (flags) => {
  const deployment = nscale();
  expect(await deployment.run(['sa', 'get', ...flags])).toEqual({
    code: 2,
    stdout: '',
    stderr: problems(['--id is missing: give the id or the exact name of an account']),
  });
  expect(deployment.requests).toEqual([]);
});

it('lets a person choose from the accounts, by name', async () => {
  let labels: readonly string[] = [];
  const { code, stdout } = await nscale().run(['sa', 'get', '-q', '.name'], {
    terminal: 100,
    prompt: {
      select: ({ message, choices }) => {
        expect(message).toBe('Which service account?');
        labels = choices.map(({ label }) => label);
        return Promise.resolve(accountIds.scratch);
      },
    },
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'scratch\n' });
  expect(labels).toHaveLength(13);
  expect(labels[0]).toBe(`ci-deploy (${accountIds.ciDeploy}), active`);
});

it.each([{ env: { CI: '1' } }, {}])('asks nobody in CI or with --no-input: %j', async (options) => {
  const argv = ['sa', 'get', ...('env' in options ? [] : ['--no-input'])];
  expect((await nscale().run(argv, { terminal: 100, ...options })).code).toBe(2);
});

it('names the organization that has no such account', async () => {
  expect(await nscale().run(['sa', 'get', '--id', 'nobody'])).toEqual({
    code: 3,
    stdout: '',
    stderr: problems(
      [`no service account "nobody" in nscale organization ${organizationId}`],
      'sactl serviceaccounts list',
    ),
  });
});

it('says that a token without rights may not see the account', async () => {
  const deployment = nscale({ token: sandboxTokens.selfRotating });
  const { code, stderr } = await deployment.run(['sa', 'get', '--id', 'ci-deploy']);
  expect(code).toBe(3);
  expect(stderr).toContain('this list may be incomplete');
});

it('names the ids behind an ambiguous name', async () => {
  expect(await nscale().run(['sa', 'get', '--id', 'inference-gateway'])).toEqual({
    code: 5,
    stdout: '',
    stderr: problems(
      [`2 nscale service accounts are named "inference-gateway": ${accountIds.gateway}, ${accountIds.gatewayOld}`],
      'name one of them by its id: --id <id>',
    ),
  });
});
