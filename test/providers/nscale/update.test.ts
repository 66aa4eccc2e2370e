import { describe, expect, test } from 'vitest';

import { groupIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { organizationId, useNscale } from '../../harness/nscale.ts';
import { ciDeploy, described, put, unchanged } from './ci-deploy.ts';
import { discovery, groups, list } from './paths.ts';

const deploy = useNscale();
const { inference, mlTraining, observability } = groupIds;
const update = ['sa', 'update', '--org', organizationId, '--id', 'ci-deploy'];

describe('what is not mentioned is sent again, because a PUT replaces everything', () => {
  const { metadata, spec } = unchanged;
  const { tags, ...withoutTags } = metadata;
  test.each([
    ['--name', ['--name', 'renamed'], { metadata: { ...metadata, name: 'renamed' }, spec }],
    ['--description', ['--description', 'new'], described],
    ['an empty description, which removes it', ['--description', ''], { metadata: { name: 'ci-deploy', tags }, spec }],
    [
      '--tag',
      ['--tag', 'stage=prod'],
      { metadata: { ...metadata, tags: [...tags, { name: 'stage', value: 'prod' }] }, spec },
    ],
    [
      '--tag on a tag that is there',
      ['--tag', 'team=data'],
      { metadata: { ...metadata, tags: [{ name: 'team', value: 'data' }] }, spec },
    ],
    ['--remove-tag', ['--remove-tag', 'team'], { metadata: withoutTags, spec }],
    ['--group', ['--group', 'observability'], { metadata, spec: { groupIDs: [observability] } }],
    [
      '--add-group',
      ['--add-group', 'observability'],
      { metadata, spec: { groupIDs: [mlTraining, inference, observability].toSorted() } },
    ],
    ['--remove-group', ['--remove-group', 'inference'], { metadata, spec: { groupIDs: [mlTraining] } }],
  ])('%s', async (_, flags, body) => {
    const deployment = deploy();
    const outcome = await deployment.run([...update, ...flags, '-q', '.id']);
    expect(outcome).toEqual({ code: 0, stdout: `${ciDeploy}\n`, stderr: '' });
    expect(deployment.mutations()).toEqual([put]);
    expect(deployment.bodies).toEqual([body]);
  });
});

test('a document names only what changes', async () => {
  const deployment = deploy();
  const stdin = JSON.stringify({ spec: { groupIDs: [observability] } });
  const argv = [...update, '--stdin', '-q', '.groups[]'];
  const outcome = await deployment.run(argv, { stdin });
  expect(outcome).toEqual({ code: 0, stdout: `${observability}\n`, stderr: '' });
  expect(deployment.bodies).toEqual([{ metadata: unchanged.metadata, spec: { groupIDs: [observability] } }]);
});

test('what get --raw prints can be sent back, and changes nothing', async () => {
  const deployment = deploy();
  const { stdout: stdin } = await deployment.run(['sa', 'get', '--id', ciDeploy, '--raw', '--json']);
  const outcome = await deployment.run([...update, '--stdin', '-q', '.name'], { stdin });
  expect(outcome).toEqual({ code: 0, stdout: 'ci-deploy\n', stderr: 'sactl: nothing to change; nothing was sent\n' });
  expect(deployment.mutations()).toEqual([]);
});

test('a change that is there already sends nothing', async () => {
  const deployment = deploy();
  const outcome = await deployment.run([...update, '--tag', 'team=platform', '-q', '.tags']);
  expect(outcome).toEqual({
    code: 0,
    stdout: '{"team":"platform"}\n',
    stderr: 'sactl: nothing to change; nothing was sent\n',
  });
  expect(deployment.mutations()).toEqual([]);
});

test('the groups of add, remove and replace are looked up once', async () => {
  const deployment = deploy();
  const flags = ['--group', 'inference', '--add-group', 'observability'];
  const argv = [...update, ...flags, '--remove-group', 'ml-training', '-q', '.groups[]'];
  const outcome = await deployment.run(argv);
  expect(outcome).toEqual({ code: 0, stdout: [inference, observability].toSorted().join('\n') + '\n', stderr: '' });
  expect(deployment.requests.filter((request) => request === `GET ${groups}`)).toHaveLength(1);
});

test('a dry run reads, shows the merge and sends nothing', async () => {
  const deployment = deploy();
  const filters = ['-q', '.effects[]', '-q', '.requests[0].body'];
  const argv = ['sa', 'update', '--id', 'ci-deploy', '--description', 'new', '--dry-run'];
  const outcome = await deployment.run([...argv, ...filters]);
  expect(outcome).toEqual({
    code: 0,
    stdout: `its description changes from "Deploys from the main branch" to "new"\n${JSON.stringify(described)}\n`,
    stderr: '',
  });
  expect(new Set(deployment.requests)).toEqual(new Set([discovery, list]));
});

test('what a provider says of an account is shown as one harmless line', async () => {
  const deployment = deploy();
  const account = deployment.state.accounts.find(({ id }) => id === ciDeploy);
  if (account !== undefined) account.description = 'two\nlines\u001b[31m';
  const argv = [...update, '--description', '', '--dry-run', '-q', '.effects[]'];
  expect((await deployment.run(argv)).stdout).toBe('its description "two lines" is removed\n');
});
