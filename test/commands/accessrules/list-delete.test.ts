import { describe, expect, it } from 'vitest';

import { runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { marked, runaiSandbox } from '../runai-sandbox.ts';

const list = ['accessrules', 'list'];
const remove = ['accessrules', 'delete'];

describe('accessrules list', () => {
  it.each([
    ['name', 'ci-vision'],
    ['id', runaiAccountIds.ciVision],
  ])('shows the rules of one account by its %s', async (_, account) => {
    const sandbox = await runaiSandbox();
    expect(await sandbox([...list, '--account', account])).toEqual({
      code: 0,
      stdout:
        'ACCOUNT    ROLE           SCOPE    NAME    SCOPE ID  ID\n' +
        'ci-vision  L1 researcher  project  vision  4301      102\n' +
        'ci-vision  L1 researcher  project  vision  4302      103\n',
      stderr: '',
    });
  });

  it('shows all accounts by name, and no users or groups', async () => {
    const { stdout } = await (await runaiSandbox())([...list, '-q', '.[].account']);
    const accounts = stdout.trimEnd().split('\n');
    expect(accounts).toHaveLength(14);
    expect(accounts).toEqual(accounts.toSorted((a, b) => a.localeCompare(b)));
    expect(accounts).toContain('old-batch');
    expect(accounts).not.toContain('ann@example.com');
    expect(accounts).not.toContain('vision-team');
  });

  it('is csv with all columns', async () => {
    const { stdout } = await (await runaiSandbox())([...list, '--account', 'robot-arm', '--format', 'csv']);
    expect(stdout).toBe(
      'account,role,scopeType,scopeName,scopeId,id\nrobot-arm,L1 researcher,project,robotics,4306,116\n',
    );
  });

  it('is [] for an account without rules, with a note', async () => {
    expect(await (await runaiSandbox())([...list, '--account', 'imported-job', '--json'])).toEqual({
      code: 0,
      stdout: '[]\n',
      stderr: marked('sactl: no access rules'),
    });
  });

  it('refuses an account that is empty, and one that does not exist', async () => {
    const sandbox = await runaiSandbox();
    expect(await sandbox([...list, '--account', ' '])).toEqual({
      code: 2,
      stdout: '',
      stderr: marked('sactl: --account is empty: give the id or name of an account'),
    });
    expect(await sandbox([...list, '--account', 'nobody'])).toMatchObject({ code: 3, stdout: '' });
  });
});

describe('accessrules delete', () => {
  it('deletes one rule and leaves the others', async () => {
    const sandbox = await runaiSandbox();
    const { code, stdout, stderr } = await sandbox([...remove, '--id', '102', '--yes', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ deleted: true, provider: 'runai', id: '102', sandbox: true });
    const left = await sandbox([...list, '--account', 'ci-vision', '-q', '.[].id']);
    expect(left.stdout).toBe('103\n');
  });

  it('--dry-run shows the request and what is lost, and sends nothing', async () => {
    const sandbox = await runaiSandbox();
    const { code, stdout } = await sandbox([...remove, '--id', '102', '--dry-run', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      dryRun: true,
      provider: 'runai',
      operation: 'delete',
      requests: [
        { method: 'DELETE', url: 'https://runai.sandbox.invalid/api/v1/authorization/access-rules/102', body: null },
      ],
      effects: ['ci-vision loses L1 researcher on project vision (4301)'],
      targets: [],
      sandbox: true,
    });
    expect((await sandbox([...list, '-q', 'length'])).stdout).toBe('14\n');
  });

  it.each([
    [
      [],
      [
        '--id is missing: give the number of an access rule',
        'this needs a confirmation, and there is no terminal to ask on: add --yes',
      ],
    ],
    [['--id', ' ', '-y'], ['--id is missing: give the number of an access rule']],
    [['--id', 'ci-vision', '-y'], ['--id "ci-vision" is not the number of an access rule']],
    [['--id', '102'], ['this needs a confirmation, and there is no terminal to ask on: add --yes']],
  ])('refuses %j', async (flags, lines) => {
    const sandbox = await runaiSandbox();
    expect(await sandbox([...remove, ...flags])).toEqual({
      code: 2,
      stdout: '',
      stderr: marked(...lines.map((line) => `sactl: ${line}`)),
    });
    expect((await sandbox([...list, '-q', 'length'])).stdout).toBe('14\n');
  });

  it.each([
    ['one that does not exist', '999'],
    ['one of a person, which is not its business', '114'],
    ['one of a group', '115'],
  ])('does not find %s', async (_, id) => {
    const sandbox = await runaiSandbox();
    const { code, stdout, stderr } = await sandbox([...remove, '--id', id, '-y']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(`sactl: there is no access rule with the id ${id} of a Run:ai service account\n`);
    expect(stderr).toContain('hint: sactl accessrules list --provider runai');
  });
});

describe('scopes list', () => {
  it('shows what --scope accepts, with the cluster in the path', async () => {
    const { code, stdout, stderr } = await (await runaiSandbox())(['scopes', 'list']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ +/).join(' '));
    expect(rows[0]).toBe('TYPE NAME PATH ID');
    expect(rows).toHaveLength(14);
    expect(rows).toContain('department research gpu-east/research 50');
    expect(rows.slice(-2)).toEqual(['project vision gpu-east/vision 4301', 'project vision gpu-west/vision 4302']);
  });
});
