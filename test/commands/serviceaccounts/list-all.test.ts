import { describe, expect, it } from 'vitest';

import { run } from '../../harness/run.ts';

const sandbox = { SACTL_SANDBOX: '1' };
const list = ['sa', 'list', '--provider', 'all'];

interface Row {
  readonly provider: string;
  readonly name: string;
}

describe('sa list --provider all', () => {
  it('has the accounts of every provider in one shape, sorted by name', async () => {
    const { code, stdout } = await run([...list, '--json'], { env: sandbox });
    const rows = JSON.parse(stdout) as readonly Row[];
    expect(code).toBe(0);
    expect(new Set(rows.map((row) => Object.keys(row).join()))).toHaveLength(1);
    expect(new Set(rows.map(({ provider }) => provider))).toEqual(new Set(['nscale', 'runai']));
    expect(rows.map(({ name }) => name)).toEqual(rows.map(({ name }) => name).toSorted());
    expect(rows).toHaveLength(26);
  });

  it('is what SACTL_PROVIDER=all is, and a flag wins over that', async () => {
    const env = { ...sandbox, SACTL_PROVIDER: 'all' };
    const count = ['-q', 'length'];
    expect((await run(['sa', 'list', ...count], { env })).stdout).toBe('26\n');
    const one = ['sa', 'list', '--provider', 'nscale', ...count];
    expect((await run(one, { env })).stdout).toBe('13\n');
  });

  it('shows with --active what Augment saw at work, in the same shape', async () => {
    const argv = [...list, '--active', '-q', '.[] | select(.provider == "augment") | .name'];
    expect((await run(argv, { env: sandbox })).stdout).toBe('ci-reviewer\n');
  });

  it('is exit 6 with the others there when one fails, and says which', async () => {
    const env = { ...sandbox, SACTL_SANDBOX_FAULT: 'runai.list=expired' };
    const { code, stdout, stderr } = await run([...list, '--quiet', '-q', 'length'], { env });
    expect({ code, stdout }).toEqual({ code: 6, stdout: '13\n' });
    expect(stderr).toBe(
      '[sandbox] sactl: no accounts of runai: cannot list service accounts: runai answered 401: Issuer is not familiar\n',
    );
  });

  it('fails as that one does when there is no other', async () => {
    const env = { NSCALE_SERVICE_TOKEN: 'x' };
    const { code, stdout, stderr } = await run(list, {
      env,
      fetch: () =>
        Promise.resolve(Response.json({ error: 'access_denied', error_description: 'access_denied' }, { status: 401 })),
    });
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toContain('nscale answered 401');
  });

  it.each([
    [['--raw', '--json'], '--raw prints the answer of one provider'],
    [['--org', 'x'], '--org does not go with all providers'],
    [['--sort', 'nope'], '--sort: there is no column "nope"'],
  ])('refuses before any request: %j', async (flags, message) => {
    const { code, stdout, stderr } = await run([...list, ...flags], { env: sandbox });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('is for lists only', async () => {
    const { code, stderr } = await run(['sa', 'get', '--provider', 'all', '--id', 'x'], { env: sandbox });
    expect(code).toBe(2);
    expect(stderr).toContain('says all, and this needs one provider');
  });
});
