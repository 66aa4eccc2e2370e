// @module-tag slow
import { describe, expect, it } from 'vitest';

import type { PromptChoice } from '../../../src/context.ts';
import { projectIds, roleIds, runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { marked, runaiSandbox } from '../runai-sandbox.ts';

const create = ['accessrules', 'create'];
const forms =
  'must be tenant, or one of tenant:<id>, cluster:<name or id>, department:<name or id>, project:<name or id>';
const roles =
  'System administrator (1), Department administrator (2), Department viewer (3), Editor (4), Research manager (5), ' +
  'L1 researcher (6), ML engineer (9), Viewer (10), Environment administrator (13)';

function grant(scope: string, role = 'Viewer'): string[] {
  return [...create, '--account', 'ci-vision', '--role', role, '--scope', scope];
}

describe('accessrules create', () => {
  it.each([
    ['an exact name', grant('project:language'), 'project', projectIds.language],
    ['an id', grant(`project:${projectIds.language}`), 'project', projectIds.language],
    ['a role in another case', grant('project:language', 'vIEWER'), 'project', projectIds.language],
    ['a role by id', grant('department:lab', String(roleIds.viewer)), 'department', '53'],
    [
      'a cluster that tells two apart',
      [...grant('project:vision'), '--cluster', 'gpu-west'],
      'project',
      projectIds.visionWest,
    ],
    ['the tenant, which needs no name', grant('tenant'), 'tenant', '1001'],
  ])('takes %s', async (_, argv, scopeType, scopeId) => {
    const sandbox = await runaiSandbox();
    const { code, stdout, stderr } = await sandbox([...argv, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      account: 'ci-vision',
      role: 'Viewer',
      scopeType,
      scopeId,
      sandbox: true,
    });
    const rules = await sandbox(['accessrules', 'list', '--account', 'ci-vision', '-q', '.[].scopeId']);
    expect(rules.stdout.split('\n')).toContain(scopeId);
  });

  it.each([
    ['name', 'ci-vision'],
    ['id', runaiAccountIds.ciVision],
  ])('finds the account by its %s, and binds the rule to its name', async (_, account) => {
    const sandbox = await runaiSandbox();
    const argv = [...create, '--account', account, '--role', 'Viewer', '--scope', 'tenant'];
    expect((await sandbox([...argv, '-q', '.account'])).stdout).toBe('ci-vision\n');
  });

  it('shows a rule that exists already, and makes no second one', async () => {
    const sandbox = await runaiSandbox();
    const again = [...grant('project:language', 'L1 researcher'), '-q', '.id'];
    again.splice(again.indexOf('ci-vision'), 1, 'ci-language');
    expect(await sandbox(again)).toEqual({
      code: 0,
      stdout: '104\n',
      stderr: marked('sactl: ci-language had this access rule already'),
    });
    const rules = ['accessrules', 'list', '--account', 'ci-language', '-q', 'length'];
    expect((await sandbox(rules)).stdout).toBe('1\n');
  });

  it('--dry-run shows the request and sends nothing', async () => {
    const sandbox = await runaiSandbox();
    const { code, stdout, stderr } = await sandbox([...grant('project:language'), '--dry-run', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      dryRun: true,
      provider: 'runai',
      operation: 'create',
      requests: [
        {
          method: 'POST',
          url: 'https://runai.sandbox.invalid/api/v1/authorization/access-rules',
          body: expect.objectContaining({
            subjectId: 'ci-vision',
            subjectType: 'service-account',
            roleId: roleIds.viewer,
            scopeType: 'project',
            scopeId: projectIds.language,
          }),
        },
      ],
      effects: ['ci-vision is granted Viewer on project language (4303)'],
      targets: [],
      sandbox: true,
    });
    const rules = await sandbox(['accessrules', 'list', '--account', 'ci-vision', '-q', 'length']);
    expect(rules.stdout).toBe('2\n');
  });

  it('asks on a terminal, and a no leaves everything as it is', async () => {
    const sandbox = await runaiSandbox();
    const asked: string[] = [];
    const { code, stdout, stderr } = await sandbox([...grant('tenant'), '--no-color'], {
      terminal: 100,
      prompt: {
        confirm: ({ message }) => {
          asked.push(message);
          return Promise.resolve(false);
        },
      },
    });
    expect({ code, stdout, asked }).toEqual({ code: 2, stdout: '', asked: ['Create an access rule for ci-vision?'] });
    expect(stderr).toContain('ci-vision is granted Viewer on tenant');
    expect(stderr).toContain('not confirmed; nothing was changed');
  });
});

describe('accessrules create at a terminal', () => {
  it('lets what is missing be chosen', async () => {
    const sandbox = await runaiSandbox();
    const asked: string[] = [];
    function choose({ message, choices }: { message: string; choices: readonly PromptChoice[] }) {
      asked.push(message);
      const wanted = ['ci-vision', 'Viewer', 'project gpu-west/vision'];
      const chosen = choices.find(({ label }) => wanted.some((text) => label.startsWith(text)));
      return Promise.resolve(chosen?.value ?? '');
    }
    const { code, stdout } = await sandbox([...create, '--yes', '--json'], {
      terminal: 100,
      prompt: { select: choose },
    });
    expect({ code, asked }).toEqual({ code: 0, asked: ['Which service account?', 'Which role?', 'On which scope?'] });
    expect(JSON.parse(stdout)).toMatchObject({
      account: 'ci-vision',
      role: 'Viewer',
      scopeType: 'project',
      scopeId: projectIds.visionWest,
    });
  });

  it('asks for nothing with --no-input', async () => {
    const sandbox = await runaiSandbox();
    const { code, stderr } = await sandbox([...create, '--no-input', '--no-color'], { terminal: 100 });
    expect(code).toBe(2);
    expect(stderr).toContain('--role is missing');
  });
});

describe('accessrules create refuses', () => {
  const cases: readonly (readonly [name: string, argv: readonly string[], lines: readonly string[]])[] = [
    [
      'everything that is missing, at once',
      create,
      ['--account is missing', '--role is missing', '--scope is missing'],
    ],
    [
      'what is missing and what is malformed, at once',
      [...create, '--role', ' ', '--scope', 'galaxy:x'],
      ['--account is missing', '--role is missing', `--scope: scope "galaxy:x" ${forms}`],
    ],
    ['a scope without a name', grant('project:'), [`--scope: scope "project:" ${forms}`]],
    ['a scope without a type', grant('language'), [`--scope: scope "language" ${forms}`]],
  ];
  it.each(cases)('%s', async (_, argv, lines) => {
    const sandbox = await runaiSandbox();
    expect(await sandbox(argv)).toEqual({
      code: 2,
      stdout: '',
      stderr: marked(...lines.map((line) => `sactl: ${line}`)),
    });
  });

  it.each([
    [
      'a role that does not exist, listing those there are',
      grant('project:language', 'nope'),
      `no role has the id or name "nope"; there are ${roles}`,
    ],
    [
      'a role that is disabled',
      grant('project:language', 'L2 researcher'),
      'no role has the id or name "L2 researcher"',
    ],
    [
      'a project that is on two clusters',
      grant('project:vision'),
      'several projects are named "vision": 4301 (gpu-east/vision), 4302 (gpu-west/vision)',
    ],
    ['a project that does not exist', grant('project:nope'), 'no project has the id or name "nope"'],
    [
      'a project of another cluster',
      [...grant('project:language'), '--cluster', 'gpu-west'],
      'no project has the id or name "language"',
    ],
    [
      'a cluster that does not exist',
      [...grant('project:vision'), '--cluster', 'gpu-north'],
      'no cluster has the id or name "gpu-north"; there are gpu-east, gpu-west',
    ],
    [
      'a role and a cluster at once',
      [...grant('project:vision', 'nope'), '--cluster', 'gpu-north'],
      'no role has the id or name "nope"',
    ],
  ])('%s', async (_, argv, message) => {
    const sandbox = await runaiSandbox();
    const { code, stdout, stderr } = await sandbox(argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`[sandbox] sactl: ${message}`);
    const rules = await sandbox(['accessrules', 'list', '-q', 'length']);
    expect(rules.stdout).toBe('14\n');
  });

  it('an account that does not exist', async () => {
    const sandbox = await runaiSandbox();
    const argv = [...create, '--account', 'nobody', '--role', 'Viewer', '--scope', 'tenant'];
    expect(await sandbox(argv)).toMatchObject({ code: 3, stdout: '' });
  });
});
