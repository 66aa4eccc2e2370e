import { describe, expect, it } from 'vitest';

import { projectIds, runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { marked, runaiSandbox, type RunaiSandbox } from '../runai-sandbox.ts';

interface Printed {
  readonly id: string;
  readonly accessRules: readonly { readonly id: string }[];
  readonly credential: { readonly value: string; readonly fingerprint: string };
}

async function json(sandbox: RunaiSandbox, ...argv: readonly string[]): Promise<Printed> {
  const { code, stdout } = await sandbox([...argv, '--json']);
  expect(code).toBe(0);
  return JSON.parse(stdout) as Printed;
}

const create = 'sa create --json --name ci-speech --scope project:language'.split(' ');

describe('an account on Run:ai', () => {
  it('goes through its whole life', async () => {
    const sandbox = await runaiSandbox();
    const created = await sandbox([...create, '--role', 'L1 researcher']);
    expect({ code: created.code, stderr: created.stderr }).toEqual({
      code: 0,
      stderr: marked('sactl: granted L1 researcher on project language (4303)'),
    });
    const account = JSON.parse(created.stdout) as Printed;
    expect(account).toMatchObject({
      provider: 'runai',
      profile: 'sandbox',
      name: 'ci-speech',
      organization: '1001',
      status: 'active',
      enabled: true,
      clientId: 'ci-speech',
      credential: { kind: 'client-secret', clientId: 'ci-speech', expiresAt: null },
      verified: true,
    });

    const got = await json(sandbox, 'sa', 'get', '--id', 'ci-speech');
    expect(got).toMatchObject({ id: account.id, expiresAt: null });
    expect(got.accessRules).toEqual([
      { id: '117', role: 'L1 researcher', scopeType: 'project', scopeId: projectIds.language, scopeName: 'language' },
    ]);

    const rotated = await json(sandbox, 'sa', 'rotate', '--id', 'ci-speech', '--yes');
    expect(rotated).toMatchObject({
      id: account.id,
      credential: { kind: 'client-secret', clientId: 'ci-speech' },
      verified: true,
    });
    expect(rotated.credential.value).not.toBe(account.credential.value);

    const disabled = await json(sandbox, 'sa', 'update', '--id', account.id, '--disable');
    expect(disabled).toMatchObject({ status: 'disabled', enabled: false });
    const enabled = await json(sandbox, 'sa', 'update', '--id', account.id, '--enable');
    expect(enabled).toMatchObject({ status: 'active', enabled: true });

    expect(await sandbox(['sa', 'delete', '--id', 'ci-speech', '--yes', '--json'])).toMatchObject({
      code: 0,
      stderr: marked(
        'sactl: disabled ci-speech',
        'sactl: deleted access rule 117: L1 researcher on project language (4303)',
        'sactl: deleted ci-speech',
      ),
    });
    expect(await sandbox(['sa', 'get', '--id', 'ci-speech'])).toMatchObject({ code: 3 });
    const rules = await sandbox(['accessrules', 'list', '-q', '.[].account']);
    expect(rules.stdout).not.toContain('ci-speech');
  });

  it('is shown with its rules when a person chooses it from the list, too', async () => {
    const sandbox = await runaiSandbox();
    const { code, stdout } = await sandbox(['sa', 'get', '-q', '.accessRules[].id'], {
      terminal: 100,
      prompt: { select: () => Promise.resolve(runaiAccountIds.ciVision) },
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '102\n103\n' });
  });

  it('prints the secret in the place where Run:ai puts it with --raw', async () => {
    const sandbox = await runaiSandbox();
    const argv = ['sa', 'rotate', '--id', 'ci-vision', '--yes', '--raw', '-q', '.clientSecret'];
    const { code, stdout } = await sandbox(argv);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S{20,}\n$/);
  });

  it('shows who the credential is by what it may do', async () => {
    const { code, stdout } = await (await runaiSandbox())(['whoami', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      provider: 'runai',
      subject: 'sandbox-administrator',
      kind: 'service-account',
      permissions: expect.arrayContaining(['service-account: create, read, update, delete']),
      sandbox: true,
    });
  });

  it('tells permissions apart for people', async () => {
    const { stdout } = await (await runaiSandbox())(['whoami']);
    expect(stdout).toMatch(/^Permissions: .*delete; apps: create, read, update, delete; /m);
  });
});

describe('sa update on Run:ai', () => {
  it('sends nothing for an account that is as asked already', async () => {
    const sandbox = await runaiSandbox();
    const argv = ['sa', 'update', '--id', 'ci-vision', '--enable', '-q', '.status'];
    expect(await sandbox(argv)).toEqual({
      code: 0,
      stdout: 'active\n',
      stderr: marked('sactl: nothing to change; nothing was sent'),
    });
  });

  it('previews one request', async () => {
    const sandbox = await runaiSandbox();
    const argv = ['sa', 'update', '--id', 'ci-vision', '--disable', '--dry-run'];
    expect(await sandbox([...argv, '-q', '.requests[]'])).toEqual({
      code: 0,
      stdout: `{"method":"PATCH","url":"https://runai.sandbox.invalid/api/v1/service-accounts/${runaiAccountIds.ciVision}","body":{"enabled":false}}\n`,
      stderr: '',
    });
    expect((await sandbox(['sa', 'get', '--id', 'ci-vision', '-q', '.enabled'])).stdout).toBe('true\n');
  });

  it.each([
    ['--name x1', ['Run:ai accounts cannot be given another name', 'Run:ai can only enable or disable an account']],
    [
      '--description x',
      ['Run:ai accounts cannot be given a description', 'Run:ai can only enable or disable an account'],
    ],
    ['--add-group x', ['Run:ai accounts cannot be given groups', 'Run:ai can only enable or disable an account']],
    ['--tag a=b --disable', ['Run:ai accounts cannot be given tags', 'Run:ai can only enable or disable an account']],
    ['--enable --disable', ['--enable and --disable exclude each other']],
  ])('refuses %s', async (flags, lines) => {
    const sandbox = await runaiSandbox();
    expect(await sandbox(['sa', 'update', '--id', 'ci-vision', ...flags.split(' ')])).toEqual({
      code: 2,
      stdout: '',
      stderr: marked(...lines.map((line) => `sactl: ${line}`)),
    });
  });
});
