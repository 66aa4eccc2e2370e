// @module-tag slow
import { describe, expect, it } from 'vitest';

import { ops } from '../harness/age.ts';
import { openRunner, type GithubRun } from './github.ts';
import { openMachine, outlasting, type Ended } from './machine.ts';
import { openWorld, type World } from './world.ts';

// The other workflows with a state store that the nightly rotation works with: what one machine leaves, the next one finds.

async function day({ programs, values, secrets, folder }: World, name: string, inputs = {}): Promise<GithubRun> {
  const { runJob } = await openRunner({ programs });
  const job = name === 'drift-report.yml' ? 'report' : 'rotate';
  return runJob(name, job, {
    vars: { ...values, SACTL_STATE: `file:${folder}` },
    secrets: {
      SACTL_NSCALE_TOKEN: secrets.nscale,
      SACTL_NSCALE_READ_TOKEN: secrets.nscale,
      SACTL_RUNAI_SECRET: secrets.runai,
      SACTL_RUNAI_READ_SECRET: secrets.runai,
      SACTL_GH_TOKEN: secrets.gh,
    },
    env: values,
    inputs,
  });
}

/** What somebody with the identity does at home. */
async function atHome({ programs, values, secrets, folder }: World, line: string): Promise<Ended> {
  const machine = await openMachine({ programs });
  await machine.install();
  const own = { SACTL_STATE: `file:${folder}`, SACTL_STATE_IDENTITY: ops.identity, GH_TOKEN: secrets.gh };
  return machine.run(['sh', '-c', line], { ...values, ...own, NSCALE_SERVICE_TOKEN: secrets.nscale });
}

describe.skipIf(process.platform === 'win32')('the workflows with a store', outlasting, () => {
  it('report in the morning what was rotated at night', async () => {
    const world = await openWorld();
    expect((await day(world, 'rotate-nightly.yml')).code).toBe(0);
    const { summary } = await day(world, 'drift-report.yml');
    expect(summary).toMatch(/## Changed[^]*ci-deploy/);
    expect(summary).toMatch(/## Changed[^]*batch-trainer/);
  });

  it('say who can deliver the replacement of a leaked token, which the next night does not overtake', async () => {
    const world = await openWorld();
    const place = 'gh acme/app@production#NSCALE_SERVICE_TOKEN';
    expect((await day(world, 'leak-response.yml', { account: 'ci-deploy' })).code).toBe(0);
    const before = world.places.kept.get(place);
    expect(await world.isLive('nscale', before)).toBe(true);
    world.places.refuses = true;
    const leak = await day(world, 'leak-response.yml', { account: 'ci-deploy' });
    expect(leak).toMatchObject({ code: 8, output: expect.stringContaining('"sactl recover deliver --all"') });
    expect(await world.isLive('nscale', before)).toBe(false);
    world.places.refuses = false;
    const night = await day(world, 'rotate-nightly.yml');
    expect(night).toMatchObject({
      code: 8,
      output: expect.stringContaining('::error::a credential is kept in the state'),
    });
    expect(await atHome(world, 'sactl recover deliver --all --yes')).toMatchObject({ code: 0 });
    expect(await world.isLive('nscale', world.places.kept.get(place))).toBe(true);
    expect(await day(world, 'rotate-nightly.yml')).toMatchObject({ code: 0 });
  });
});
