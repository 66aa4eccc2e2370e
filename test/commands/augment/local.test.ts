import { describe, expect, it } from 'vitest';

import {
  reviewer,
  seedInventory,
  useAugment,
  type AugmentDeployment,
} from '../../harness/augment.ts';
import { workFolder } from '../support.ts';

const deploy = useAugment();
const id = `--id ${reviewer.account}`;

describe('on a machine without a session of its own', () => {
  const options = { env: { AUGMENT_SESSION_AUTH: undefined, SACTL_PROVIDER: 'augment' } };

  it.each([
    ['sa list', 0],
    [`sa get ${id}`, 0],
    [`tokens list ${id}`, 0],
    [`sa update ${id} --description New`, 0],
    [`sa delete ${id}`, 20],
    [`sa delete ${id} --done --yes`, 0],
    [`tokens revoke ${id} --token ${reviewer.token} --done --yes`, 0],
    ['whoami', 4],
    ['sa list --active', 4],
  ])('what is recorded there needs none: %s ends with %i', async (argv, code) => {
    const { run, requests } = deploy({ inventory: seedInventory() });
    const outcome = await run(argv.split(' '), options);
    expect(outcome.code).toBe(code);
    expect(requests).toEqual([]);
  });

  it.each([`sa rotate ${id} --yes --to file:out`, `tokens create ${id}`, 'sa create --name ci'])(
    'a new token is tried with itself: %s',
    async (argv) => {
      const deployment = deploy({ inventory: seedInventory() });
      const stdin = deployment.issue({ token: 'second', value: 'fresh' });
      const words = [...argv.split(' '), '--stdin', '-q', '.verified'];
      const outcome = await deployment.run(words, { ...options, stdin, cwd: await workFolder() });
      expect(outcome).toMatchObject({ code: 0, stdout: 'true\n' });
      expect(deployment.authorizations).toEqual(['Bearer fresh']);
    },
  );
});

/** The reviewer with a token of unknown whereabouts, and `one` and `two` in files of these names. */
async function machine(): Promise<{ deployment: AugmentDeployment; cwd: string }> {
  const deployment = deploy({ inventory: seedInventory() });
  const cwd = await workFolder();
  for (const token of ['one', 'two']) {
    const argv = `tokens create ${id} --token ${token} --stdin --to file:${token} --json`;
    const stdin = deployment.issue({ token });
    expect((await deployment.run(argv.split(' '), { cwd, stdin })).code).toBe(0);
  }
  return { deployment, cwd };
}

describe('a rotation of an account with several tokens', () => {
  it.each([
    ['--to file:one', ['one']],
    ['--to file:one --to file:two', ['one', 'two']],
    ['--to file:three', []],
  ])('replaces those that were in its targets: %s', async (to, replaced) => {
    const { deployment, cwd } = await machine();
    const stdin = deployment.issue({ token: 'new' });
    const argv = `sa rotate ${id} --token new --stdin --yes ${to} --json`;
    const { code, stdout } = await deployment.run(argv.split(' '), { cwd, stdin });
    expect(code).toBe(0);
    const { actionsRequired } = JSON.parse(stdout) as { actionsRequired: { goal: string }[] };
    expect(actionsRequired.map(({ goal }) => goal)).toEqual(
      replaced.map((token) => `revoke the token "${token}" of the service account "ci-reviewer"`),
    );
    const filter = '.[] | select(.state == "pending-revoke").name';
    const listed = await deployment.run([...`tokens list ${id} -q`.split(' '), filter]);
    expect(listed.stdout.trim().split('\n').filter(Boolean)).toEqual(replaced);
  });
});
