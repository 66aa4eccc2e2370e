import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { tokenOf, useAugment, type AugmentDeployment } from '../../harness/augment.ts';
import { useMachines, type Machine } from '../../harness/machines.ts';
import type { S3ServerOptions } from '../../harness/s3.ts';

const deploy = useAugment();

function two(options: S3ServerOptions = {}) {
  const deployment = deploy();
  const machines = useMachines(deployment, options);
  return { deployment, ...machines, first: machines.machine('runner-1'), second: machines.machine('laptop') };
}

function create({ issuance }: AugmentDeployment, machine: Machine, account: string) {
  const session = issuance({ account, token: 'one' });
  const argv = `sa create --provider augment --name ${account} --token one --stdin --to file:${account} -q .name`;
  return machine.run(argv.split(' '), { stdin: session }).then((outcome) => ({ outcome, session }));
}

const names = ['sa', 'list', '--provider', 'augment', '-q', '.[].name'];

describe('the Augment inventory in a store', () => {
  it('has what was recorded on another machine, and no token', async () => {
    const { deployment, first, second, dump } = two();
    const { outcome, session } = await create(deployment, first, 'ci');
    expect(outcome).toEqual({ code: 0, stdout: 'ci\n', stderr: expect.any(String) });
    expect(await second.run(names)).toMatchObject({ code: 0, stdout: expect.stringContaining('ci\n') });
    expect(dump()).toContain('prod/inventory/augment/all');
    expect(dump()).not.toContain(tokenOf(session));
    expect(existsSync(join(first.stateDirectory, 'augment/inventory.json'))).toBe(false);
  });

  it('loses nothing when two machines record at once', async () => {
    const { deployment, first, second } = two();
    const made = await Promise.all([
      create(deployment, first, 'one'),
      create(deployment, second, 'two'),
      create(deployment, first, 'three'),
    ]);
    expect(made.map(({ outcome }) => outcome.code)).toEqual([0, 0, 0]);
    const { stdout } = await second.run(names);
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['one', 'two', 'three']));
  });

  it('is exit 1 where the store does not answer', async () => {
    const { first } = two({ fault: () => 'lost-before' });
    const { code, stdout, stderr } = await first.run(names);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'state' } });
  });

  it('is refused where it is a newer version’s, or none', async () => {
    const { first, store } = two();
    store.write('prod/inventory/augment/all', '{"v":2,"stamp":"x"}\n{}');
    expect((await first.run(names)).stderr).toContain('was written by a newer sactl');
    store.write('prod/inventory/augment/all', 'garbage');
    expect(await first.run(names)).toMatchObject({ code: 1, stdout: '' });
    store.write('prod/inventory/augment/all', '{"v":1,"stamp":"x"}\n{"version":1}');
    const { code, stderr } = await first.run(names);
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'inventory',
        message: 'cannot use "s3://ops/prod/inventory/augment/all": it does not fit at "accounts"',
      },
    });
  });

  it('records a token once although the answer of the store is lost', async () => {
    let isLost = false;
    const { deployment, first, second } = two({
      fault: ({ method, url }) => {
        if (isLost || method !== 'PUT' || !url.includes('/inventory/')) return null;
        isLost = true;
        return 'lost-after';
      },
    });
    expect((await create(deployment, first, 'ci')).outcome.code).toBe(0);
    expect(isLost).toBe(true);
    const { stdout } = await second.run(['sa', 'get', '--provider', 'augment', '--id', 'ci', '-q', '.tokens[].name']);
    expect(stdout).toBe('one\n');
  });
});
