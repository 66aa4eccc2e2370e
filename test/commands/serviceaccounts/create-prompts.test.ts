import { describe, expect, it } from 'vitest';

import type { Prompter } from '../../../src/context.ts';
import { seedNscale } from '../../../src/sandbox/nscale/seed.ts';
import { groupIds, organizationId, otherOrganizationId, roleIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { testNow } from '../../harness/context.ts';
import { sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { scripted } from '../../harness/prompts.ts';
import { issuedToken, predictable, workFolder } from '../support.ts';

const nscale = useNscale();

const create = ['sa', 'create', '--no-color', '-q', '.credential.value'];

describe('sa create on a terminal', () => {
  it('asks for name, description and groups, then for confirmation', async () => {
    const deployment = nscale(predictable);
    const { prompt, asked } = scripted([' ci ', 'Runs tests', [groupIds.inference], true]);
    const { code, stdout, stderr } = await deployment.run(create, { terminal: 100, prompt });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${issuedToken}\n` });
    expect(asked.map(({ message }) => message)).toEqual([
      'Name',
      'Description (optional)',
      'Groups',
      `Create service account ci in organization acme-research (${organizationId})?`,
    ]);
    expect(stderr).toBe(
      [
        `  - service account "ci" is created in organization acme-research (${organizationId})`,
        `  - it joins group inference (${groupIds.inference})`,
        '  - a token is issued, which nscale shows only once',
        '',
      ].join('\n'),
    );
    expect(deployment.bodies).toMatchObject([
      { metadata: { name: 'ci', description: 'Runs tests' }, spec: { groupIDs: [groupIds.inference] } },
    ]);
  });

  it('offers groups with the names of their roles, and not those that may not be granted', async () => {
    const { prompt, asked } = scripted(['ci', '', [], true]);
    await nscale(predictable).run(create, { terminal: 100, prompt });
    expect(asked[2]?.choices).toEqual([
      {
        value: groupIds.billingReadonly,
        label: 'billing-readonly (auditor)',
        names: ['billing-readonly', groupIds.billingReadonly],
        disabled: 'you may not grant auditor',
      },
      { value: groupIds.inference, label: 'inference (reader, user)', names: ['inference', groupIds.inference] },
      { value: groupIds.mlTraining, label: 'ml-training (user)', names: ['ml-training', groupIds.mlTraining] },
      {
        value: groupIds.observability,
        label: 'observability (reader)',
        names: ['observability', groupIds.observability],
      },
      {
        value: groupIds.platformAdmins,
        label: 'platform-admins (administrator)',
        names: ['platform-admins', groupIds.platformAdmins],
      },
    ]);
  });

  it('takes typed group ids from somebody who may not list groups', async () => {
    const state = seedNscale(testNow);
    const roles = state.roles.map((role) =>
      role.id === roleIds.administrator
        ? { ...role, permissions: { 'identity:serviceaccounts': ['create', 'read'] as const } }
        : role,
    );
    const deployment = nscale({ ...predictable, state: { ...state, roles } });
    const typed = `${groupIds.inference}, ${groupIds.mlTraining}`;
    const { prompt, asked } = scripted(['ci', '', typed, true]);
    const { code } = await deployment.run(create, { terminal: 100, prompt });
    expect({ code, asked: asked[2]?.message }).toEqual({
      code: 0,
      asked: 'Group ids, separated by commas (this token may not list groups; optional)',
    });
    expect(deployment.bodies).toMatchObject([{ spec: { groupIDs: [groupIds.inference, groupIds.mlTraining] } }]);
  });

  it('asks with --name for what is left open, and each may be passed over', async () => {
    const { prompt, asked } = scripted(['', [], true]);
    const deployment = nscale(predictable);
    expect((await deployment.run([...create, '--name', 'ci'], { terminal: 100, prompt })).code).toBe(0);
    expect(asked.map(({ message }) => message)).toEqual([
      'Description (optional)',
      'Groups',
      `Create service account ci in organization acme-research (${organizationId})?`,
    ]);
    expect(deployment.bodies).toMatchObject([{ metadata: { name: 'ci' }, spec: { groupIDs: [] } }]);
  });

  it('asks for nothing but the name with --yes', async () => {
    const { prompt, asked } = scripted(['ci']);
    expect((await nscale(predictable).run([...create, '--yes'], { terminal: 100, prompt })).code).toBe(0);
    expect(asked.map(({ message }) => message)).toEqual(['Name']);
  });

  it.each([
    ['a document says it all', ['--file', 'account.json']],
    ['--yes', ['--name', 'ci', '--yes']],
    ['--no-input', ['--name', 'ci', '--no-input']],
  ])('asks for nothing with %s', async (_, given) => {
    const { prompt, asked } = scripted([true]);
    const cwd = await workFolder({ 'account.json': '{"name":"ci"}' });
    expect((await nscale(predictable).run([...create, ...given], { terminal: 100, prompt, cwd })).code).toBe(0);
    expect(asked.filter(({ message }) => !message.startsWith('Create service account'))).toEqual([]);
  });

  it('says that the name is taken before it asks for more', async () => {
    const { prompt, asked } = scripted(['ci-deploy']);
    const { code, stderr } = await nscale().run(create, { terminal: 100, prompt });
    expect({ code, asked: asked.length }).toEqual({ code: 5, asked: 1 });
    expect(stderr).toContain('nscale has a service account named');
  });

  it.each([
    ['--description', 'Runs tests'],
    ['--group', 'inference'],
    ['--tag', 'team=platform'],
    ['--group', 'inference', '--tag', 'team=platform'],
  ])('asks for nothing but the name where a flag says more of the account: %s %s', async (...given) => {
    const { prompt, asked } = scripted(['ci', true]);
    const deployment = nscale(predictable);
    expect((await deployment.run([...create, ...given], { terminal: 100, prompt })).code).toBe(0);
    expect(asked.map(({ message }) => message)).toEqual([
      'Name',
      `Create service account ci in organization acme-research (${organizationId})?`,
    ]);
  });

  it('refuses a name against the rule as it is typed', async () => {
    let verdict: string | true = true;
    const { prompt } = scripted(['', [], false]);
    async function input(question: Parameters<Prompter['input']>[0]): Promise<string> {
      if (question.message !== 'Name') return '';
      verdict = question.validate?.('-x') ?? true;
      expect(question.validate?.(' ci ')).toBe(true);
      return 'ci';
    }
    await nscale().run(create, { terminal: 100, prompt: { ...prompt, input } });
    expect(verdict).toContain('nscale names have 1 to 63 letters');
  });

  it('sends nothing when the answer is no', async () => {
    const deployment = nscale();
    const { prompt } = scripted(['', [], false]);
    const argv = [...create, '--name', 'ci'];
    const { code, stdout, stderr } = await deployment.run(argv, { terminal: 100, prompt });
    expect({ code, stdout, sent: deployment.mutations() }).toEqual({ code: 2, stdout: '', sent: [] });
    expect(stderr).toContain('not confirmed; nothing was changed');
  });

  it('asks nothing in a dry run', async () => {
    const { prompt, asked } = scripted([]);
    const options = { terminal: 100, prompt };
    expect((await nscale().run([...create, '--dry-run'], options)).code).toBe(2);
    expect((await nscale().run([...create, '--dry-run', '--name', 'ci'], options)).code).toBe(0);
    expect(asked).toEqual([]);
  });
});

describe('a credential that sees several organizations', () => {
  const token = sandboxTokens.consultant;
  const list = ['sa', 'list', '--json'];

  it('is asked which one on a terminal', async () => {
    const { prompt, asked } = scripted([organizationId]);
    const deployment = nscale({ token });
    const { code } = await deployment.run(list, { terminal: 100, prompt });
    expect({ code, asked }).toEqual({
      code: 0,
      asked: [
        {
          message: 'Which organization?',
          choices: [
            {
              value: organizationId,
              label: `acme-research (${organizationId})`,
              names: ['acme-research', organizationId],
            },
            {
              value: otherOrganizationId,
              label: `acme-finance (${otherOrganizationId})`,
              names: ['acme-finance', otherOrganizationId],
            },
          ],
        },
      ],
    });
  });

  it('needs --org elsewhere', async () => {
    expect(await nscale({ token }).run(['sa', 'list'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'sactl: --org is missing: this credential sees several organizations: ' +
        `${organizationId} (acme-research), ${otherOrganizationId} (acme-finance)\n`,
    });
    const named = await nscale({ token }).run([...list, '--org', organizationId]);
    expect(named.code).toBe(0);
  });
});
