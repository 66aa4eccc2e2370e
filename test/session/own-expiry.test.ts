import { describe, expect, it } from 'vitest';

import { accountIds, groupIds } from '../../src/sandbox/nscale/seed-ids.ts';
import { testNow } from '../harness/context.ts';
import { nscaleEndpoint, organizationId, sandboxTokens, useNscale, type NscaleDeployment } from '../harness/nscale.ts';
import { homeWith, userFile } from '../commands/config/home.ts';
import { accountsPath, brokenStdout, predictable, workFolder } from '../commands/support.ts';

const nscale = useNscale();

const { selfRotating, ciDeploy } = accountIds;
const day = 86_400_000;

/** Signed in as a service account that may do everything, and whose own token ends in so many days. */
function pipeline(days: number): NscaleDeployment {
  const deployment = nscale({ ...predictable, token: sandboxTokens.selfRotating });
  const { groups, accounts } = deployment.state;
  groups.find(({ id }) => id === groupIds.platformAdmins)?.accountIds.push(selfRotating);
  for (const account of accounts.filter(({ id }) => id === selfRotating)) {
    account.expiry = new Date(testNow + days * day).toISOString();
  }
  return deployment;
}

const rotate = ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--to', 'file:token', '-q', '.name'];
const source = 'environment variable NSCALE_SERVICE_TOKEN';
const command = `sactl serviceaccounts rotate --provider nscale --id ${selfRotating} --to …`;

function warned(when: string): string {
  return `sactl: the credential from ${source} expires ${when}: ${command}\n`;
}

/** What planning and checking a rotation takes, with and without what is said here. */
const reads = ['GET /api/v1/organizations', `GET ${accountsPath}`, 'GET /oauth2/v2/userinfo', `GET ${accountsPath}`];

describe("the end of the caller's own credential", () => {
  it.each([
    [13.9, 'in 14 days'],
    [9, 'in 9 days'],
    [0.25, 'in 6 hours'],
  ])('is told of within 14 days: %d', async (days, when) => {
    const { run, requests } = pipeline(days);
    expect(await run(rotate, { cwd: await workFolder() })).toEqual({
      code: 0,
      stdout: 'ci-deploy\n',
      stderr: warned(when),
    });
    expect(requests).toEqual([...reads, `POST ${accountsPath}/${ciDeploy}/rotate`, 'GET /api/v1/organizations']);
  });

  it.each([
    ['is not, when it is later', 14.1, []],
    ['is not with --quiet', 9, ['--quiet']],
  ])('%s', async (_, days, flags) => {
    const { run } = pipeline(days);
    const { code, stderr } = await run([...rotate, ...flags], { cwd: await workFolder() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('is told of when the command fails, too', async () => {
    const { run } = pipeline(9);
    const argv = ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--to', 'file:none/token'];
    const { code, stderr } = await run(argv, { cwd: await workFolder() });
    expect(code).toBe(2);
    expect(stderr).toContain(warned('in 9 days'));
  });

  it('is told of with --dry-run, which asks who the caller is, too', async () => {
    const { run } = pipeline(9);
    const argv = [...rotate.slice(0, -2), '--dry-run', '-q', '.operation'];
    expect(await run(argv, { cwd: await workFolder() })).toEqual({
      code: 0,
      stdout: 'rotate\n',
      stderr: warned('in 9 days'),
    });
  });

  it('names the profile', async () => {
    const { context } = pipeline(9);
    const home = await homeWith({ [userFile]: 'profiles: { ci: { provider: nscale, credential: { env: TOKEN } } }' });
    const { stderr } = await home.run([...rotate, '--profile', 'ci'], {
      env: { TOKEN: sandboxTokens.selfRotating },
      fetch: (input, init) => context().ctx.fetch(input, init),
    });
    expect(stderr).toBe(
      `sactl: the credential from environment variable TOKEN (profile ci in ~/.config/sactl/config.yaml) expires in 9 days: sactl serviceaccounts rotate --profile ci --id ${selfRotating} --to …\n`,
    );
  });

  it('names what --org and --endpoint said', async () => {
    const { run } = pipeline(9);
    const flags = ['--org', organizationId, '--endpoint', nscaleEndpoint];
    const { code, stderr } = await run([...rotate, ...flags], { cwd: await workFolder() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: `${warned('in 9 days').trimEnd()} ${flags.join(' ')}\n` });
  });

  const several = ['sa', 'rotate', '--id', 'ci-deploy', '--id', 'scratch'];

  it.each([
    ['is told of once, after several accounts were rotated', several, warned('in 9 days')],
    ['is forgotten when it was among them', [...several, '--id', 'self-rotating', '--allow-self'], ''],
  ])('%s', async (_, argv, stderr) => {
    const { run } = pipeline(9);
    const flags = ['--yes', '--to', 'file:{name}', '-q', '.rotated[].exitCode', '--no-input'];
    const outcome = await run([...argv, ...flags], { cwd: await workFolder() });
    expect(outcome.code).toBe(0);
    expect(outcome.stderr.includes('expires')).toBe(stderr !== '');
    expect(outcome.stderr).toContain(stderr);
  });

  it('is forgotten when it was rotated itself', async () => {
    const { run } = pipeline(9);
    const self = ['sa', 'rotate', '--id', 'self-rotating', '--yes', '--allow-self'];
    const { code, stderr } = await run([...self, '--to', 'file:token', '-q', '.name'], { cwd: await workFolder() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const broken = await pipeline(9).run([...self, '--to', 'file:token', '-q', '.name'], {
      cwd: await workFolder(),
      stdout: brokenStdout('ENOSPC'),
    });
    expect(broken.stderr).not.toContain('expires');
  });

  it.each([
    [
      ['sa', 'list', '-q', 'length'],
      ['GET /api/v1/organizations', `GET ${accountsPath}`],
    ],
    [['whoami', '-q', '.kind'], ['GET /oauth2/v2/userinfo']],
  ])('is not asked for: %j', async (argv, requests) => {
    const deployment = pipeline(9);
    const { code, stderr } = await deployment.run(argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(deployment.requests).toEqual(requests);
  });

  it("is nobody's business where the caller is a person", async () => {
    const { run } = nscale(predictable);
    const { code, stderr } = await run(rotate, { cwd: await workFolder() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
