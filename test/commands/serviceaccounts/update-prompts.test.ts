import { describe, expect, it } from 'vitest';

import { groupIds, organizationId, accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { useNscale } from '../../harness/nscale.ts';
import { scripted } from '../../harness/prompts.ts';

const nscale = useNscale();
const update = ['sa', 'update', '--no-color', '-q', '.name'];
const named = [...update, '--id', 'ci-deploy'];
const confirmation = `Update service account ci-deploy (${accountIds.ciDeploy}) in organization acme-research (${organizationId})?`;

describe('sa update on a terminal, without a change', () => {
  it('asks what should change, with what it is now, and confirms the difference', async () => {
    const { prompt, asked } = scripted([['description', 'tags'], 'Deploys', 'cost-center=42, -team', true]);
    const deployment = nscale();
    const { code, stdout, stderr } = await deployment.run(named, { terminal: 100, prompt });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ci-deploy\n' });
    expect(asked.map(({ message }) => message)).toEqual([
      'What should change of ci-deploy?',
      'Description (empty removes it)',
      'Tags to set (key=value) and to remove (-key), with commas between them',
      confirmation,
    ]);
    expect(asked[0]?.choices?.map(({ label }) => label)).toEqual([
      'name: ci-deploy',
      'description: Deploys from the main branch',
      'groups: ml-training, inference',
      'tags: team=platform',
    ]);
    expect(stderr).toBe(
      [
        '  - its description changes from "Deploys from the main branch" to "Deploys"',
        '  - its tag team "platform" is removed',
        '  - its tag cost-center becomes "42"',
        '',
      ].join('\n'),
    );
  });

  it('asks for the account first, where none is named', async () => {
    const { prompt, asked } = scripted([accountIds.ciDeploy, []]);
    const deployment = nscale();
    expect(await deployment.run(update, { terminal: 100, prompt })).toEqual({
      code: 0,
      stdout: 'ci-deploy\n',
      stderr: 'sactl: nothing to change; nothing was sent\n',
    });
    expect(asked.map(({ message }) => message)).toEqual(['Which service account?', 'What should change of ci-deploy?']);
    expect(deployment.mutations()).toEqual([]);
  });

  it('begins with the name and the groups that it has', async () => {
    const { prompt, asked } = scripted([['name', 'groups'], 'ci-release', [groupIds.inference], true]);
    const deployment = nscale();
    expect((await deployment.run(named, { terminal: 100, prompt })).stdout).toBe('ci-release\n');
    expect(asked.slice(1, 3)).toMatchObject([
      { message: 'Name', initial: 'ci-deploy' },
      { message: 'Groups', chosen: [groupIds.mlTraining, groupIds.inference] },
    ]);
    expect(deployment.bodies).toMatchObject([
      { metadata: { name: 'ci-release' }, spec: { groupIDs: [groupIds.inference] } },
    ]);
  });

  it('asks nothing with --yes, --no-input or --dry-run', async () => {
    const { prompt, asked } = scripted([]);
    for (const flag of ['--yes', '--no-input', '--dry-run']) {
      const { code, stderr } = await nscale().run([...named, flag], { terminal: 100, prompt });
      expect({ code, asked }).toEqual({ code: 2, asked: [] });
      expect(stderr).toContain('nothing to change: give a flag');
    }
  });
});
