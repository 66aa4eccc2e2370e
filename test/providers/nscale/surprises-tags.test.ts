import { describe, expect, test } from 'vitest';

import { seedNscale } from '../../../src/sandbox/nscale/seed.ts';
import { testNow } from '../../harness/context.ts';
import { useNscale, type NscaleDeployment } from '../../harness/nscale.ts';
import { ciDeploy, put, unchanged } from './ci-deploy.ts';

/** Surprise 33 of docs/contracts/nscale.md 9: tag names may repeat. */
const install = useNscale();
const twins = [
  { name: 'a', value: '1' },
  { name: 'team', value: 'platform' },
  { name: 'a', value: '2' },
];
const update = ['sa', 'update', '--id', ciDeploy];

/** A deployment where ci-deploy has two tags of one name. */
function deploy(): NscaleDeployment {
  const state = seedNscale(testNow);
  const account = state.accounts.find(({ id }) => id === ciDeploy);
  if (account === undefined) throw new Error('the seed has it');
  account.tags = twins;
  return install({ state });
}

function withTags(tags: readonly object[], more: object = {}): object {
  return { ...unchanged, metadata: { ...unchanged.metadata, ...more, tags } };
}

test('a tag may have any name', async () => {
  const deployment = deploy();
  const argv = [...update, '--tag', 'constructor=1', '--dry-run', '-q', '.effects[]'];
  expect((await deployment.run(argv)).stdout).toBe('its tag constructor becomes "1"\n');
});

describe('33: two tags of one name', () => {
  test('stay where nothing is said of them', async () => {
    const deployment = deploy();
    const effects = await deployment.run([...update, '--description', 'new', '--dry-run', '-q', '.effects[]']);
    expect(effects.stdout).toBe('its description changes from "Deploys from the main branch" to "new"\n');
    expect((await deployment.run([...update, '--description', 'new', '-q', '.id'])).code).toBe(0);
    expect(deployment.bodies).toEqual([withTags(twins, { description: 'new' })]);
  });

  test.each([
    ['one of another name is added', ['--tag', 'b=3'], [...twins, { name: 'b', value: '3' }], 'its tag b becomes "3"'],
    [
      'both become the one that is set',
      ['--tag', 'a=3'],
      [{ name: 'a', value: '3' }, twins[1]],
      'its tag a changes from "1" and "2" to "3"',
    ],
    ['both are removed', ['--remove-tag', 'a'], [twins[1]], 'its tag a "1" and "2" is removed'],
  ])('%s', async (_, flags, tags, effect) => {
    const deployment = deploy();
    const preview = await deployment.run([...update, ...flags, '--dry-run', '-q', '.effects[]']);
    expect(preview).toEqual({ code: 0, stdout: `${effect}\n`, stderr: '' });
    expect((await deployment.run([...update, ...flags, '-q', '.id'])).code).toBe(0);
    expect(deployment.mutations()).toEqual([put]);
    expect(deployment.bodies).toEqual([withTags(tags as object[])]);
  });

  test('stay in a document that was printed by get --raw and given back', async () => {
    const deployment = deploy();
    const { stdout } = await deployment.run(['sa', 'get', '--id', ciDeploy, '--raw', '--json']);
    const outcome = await deployment.run([...update, '--stdin', '-q', '.id'], { stdin: stdout });
    expect(outcome).toEqual({
      code: 0,
      stdout: `${ciDeploy}\n`,
      stderr: 'sactl: nothing to change; nothing was sent\n',
    });
    expect(deployment.mutations()).toEqual([]);
  });

  test('can be given by a document', async () => {
    const deployment = deploy();
    const tags = [...twins.slice(1), { name: 'a', value: '3' }];
    const stdin = JSON.stringify({ metadata: { tags } });
    expect(await deployment.run([...update, '--stdin', '--dry-run', '-q', '.effects[]'], { stdin })).toEqual({
      code: 0,
      stdout: 'its tag a changes from "1" and "2" to "2" and "3"\n',
      stderr: '',
    });
  });

  test('can be created', async () => {
    const deployment = install({ newSecret: () => 'token' });
    const stdin = JSON.stringify({ metadata: { name: 'fresh', tags: twins } });
    const outcome = await deployment.run(['sa', 'create', '--stdin', '-q', '.credential.value'], { stdin });
    expect(outcome).toEqual({ code: 0, stdout: 'token\n', stderr: '' });
    const [body] = deployment.bodies as [{ metadata: { tags: { name: string; value: string }[] } }];
    expect(body.metadata.tags.filter(({ name }) => name === 'a').map(({ value }) => value)).toEqual(['1', '2']);
  });
});
