// @module-tag slow
import { EventEmitter, once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import { ops } from '../harness/age.ts';
import { openMachine, outlasting, type JobRun } from './machine.ts';
import { systems, type System } from './systems.ts';
import { openWorld, type World } from './world.ts';

// The nightly rotation of every CI system: nscale and Run:ai over HTTP, a bucket or a folder as the store, stand-ins for gh,
// glab, az and vault, and the scripts as they are in the examples.

const accounts = [
  ['ci-deploy', 'nscale'],
  ['nightly-train', 'nscale'],
  ['batch-trainer', 'runai'],
] as const;

/** A world in which the targets are there, as far as they have to be. */
async function openFor({ places }: System): Promise<World> {
  const world = await openWorld();
  for (const [name] of accounts) {
    if (places[name].startsWith('glab')) world.places.kept.set(places[name], 'none yet');
  }
  return world;
}

/** Which of the credentials that were delivered work, in the order of the accounts. */
async function live({ places: { kept }, isLive }: World, { places }: System): Promise<readonly boolean[]> {
  return Promise.all(accounts.map(([name, provider]) => isLive(provider, kept.get(places[name]))));
}

/** All that is in the store, as text. */
async function storeText({ folder, bucket }: World): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return [bucket.text(), ...(await Promise.all(files.map((file) => readFile(file, 'utf8'))))].join('\n');
}

/** What somebody with the identity does at home, signed in to everything. */
async function atHome(world: World, { store }: System, line: string): Promise<JobRun> {
  const machine = await openMachine(world);
  await machine.install();
  const { nscale, runai, gh, glab, az, vault, s3 } = world.secrets;
  const env = {
    ...world.values,
    SACTL_STATE: store(world),
    SACTL_STATE_IDENTITY: ops.identity,
    NSCALE_SERVICE_TOKEN: nscale,
    RUNAI_CLIENT_SECRET: runai,
    GH_TOKEN: gh,
    GITLAB_TOKEN: glab,
    VAULT_TOKEN: vault,
    AZURE_CONFIG_DIR: az,
    AWS_ACCESS_KEY_ID: world.bucket.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3,
  };
  const { code, output } = await machine.run(['sh', '-c', line], env);
  return { code, output, calls: await machine.calls() };
}

/** The output without the commands that tell a runner what to mask. */
function withoutMasks(output: string): string {
  return output.replaceAll(/^(?:::add-mask::|##vso\[task\.setsecret\]).*\n/gm, '');
}

/** What a program has there, but what it signs in with itself, and what opens the bucket. */
function environmentOf(env: Readonly<Record<string, string>>): readonly string[] {
  const own = new Set(['AZURE_CONFIG_DIR', 'GH_TOKEN', 'GITLAB_TOKEN', 'VAULT_TOKEN', 'AWS_SECRET_ACCESS_KEY']);
  return Object.entries(env).flatMap(([name, value]) => (own.has(name) ? [] : [value]));
}

/** The example of somebody who names what is not there. */
function mistaken(text: string): string {
  return text.replaceAll(/\b(?:ci-deploy|batch-trainer)\b/g, 'no-such-account');
}

/** The example of somebody who does not wait. */
function impatient(text: string): string {
  const patient = text.replaceAll('--wait 10m', '--wait 1s');
  return patient.replaceAll(/^( +)(?:expiring-within|older-than): .*$/gm, '$&\n$1wait: 1s');
}

describe.skipIf(process.platform === 'win32').each(systems)('a night of $name', outlasting, (system) => {
  it('rotates what is due of both providers, each credential into its place, and nothing else shows one', async () => {
    const world = await openFor(system);
    const { code, output, calls } = await system.night(world);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/2 rotated[^]*1 rotated/) });
    expect(await live(world, system)).toEqual([true, true, true]);
    const secret = [...Object.values(world.secrets), ...world.places.kept.values()];
    const store = await storeText(world);
    expect(store).toContain('"ci-deploy"');
    const argv = [...calls, ...world.calls.map((call) => call.argv)];
    const environments = world.calls.map(({ env }) => environmentOf(env));
    const seen = JSON.stringify({ log: withoutMasks(output), store, argv, environments });
    expect(secret.filter((text) => seen.includes(text))).toEqual([]);
    const again = await system.night(world);
    const nothing = expect.stringMatching(/0 rotated, 2 skipped[^]*0 rotated, 1 skipped/);
    expect({ code: again.code, output: again.output }).toEqual({ code: 0, output: nothing });
    expect(world.rotations()).toBe(3);
  });

  it('says who has an account that another run works on', async () => {
    const world = await openFor(system);
    const gate = new EventEmitter();
    const opened = once(gate, 'open').then(() => undefined);
    world.places.gate = (place) => (place === system.places['batch-trainer'] ? opened : Promise.resolve());
    const first = system.night(world);
    await vi.waitUntil(() => world.rotations() === 3, 30_000);
    const { code, output } = await system.night(world, { edit: impatient });
    gate.emit('open');
    const holder = expect.stringMatching(/batch-trainer.* is held by process \d+ on /);
    expect({ code, output }).toEqual({ code: 5, output: holder });
    expect(await first).toMatchObject({ code: 0 });
    expect(world.rotations()).toBe(3);
    expect(await live(world, system)).toEqual([true, true, true]);
  });

  it('says who can deliver what a target refused, and is well again once somebody did', async () => {
    const world = await openFor(system);
    world.places.refuses = true;
    const { code, output } = await system.night(world);
    const who = expect.stringContaining('who has the identity runs "sactl recover deliver --all"');
    expect({ code, output }).toEqual({ code: 8, output: who });
    expect(world.rotations()).toBe(3);
    expect(await live(world, system)).toEqual([false, false, false]);
    expect(await storeText(world)).toContain('BEGIN AGE ENCRYPTED FILE');
    world.places.refuses = false;
    expect(await atHome(world, system, 'sactl recover deliver --all --yes')).toMatchObject({ code: 0 });
    expect(await live(world, system)).toEqual([true, true, true]);
    expect(await system.night(world)).toMatchObject({ code: 0 });
    expect(world.rotations()).toBe(3);
  });

  it('sends nothing where the store does not answer', async () => {
    const world = await openFor(system);
    world.bucket.setDown(true);
    const gone = { ...world, folder: join(world.folder, 'not-mounted') };
    const { code, output } = await system.night(gone, { edit: impatient });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(/the store answered 503|is not there/) });
    expect(world.rotations()).toBe(0);
  });

  it.each([
    ['nscale', 1],
    ['runai', 2],
  ] as const)('rotates the others where the secret for %s is missing', async (name, others) => {
    const world = await openFor(system);
    const { code, output } = await system.night(world, { secrets: { [name]: '' } });
    // Jenkins does not begin without one of its credentials.
    const isJenkins = system.name === 'Jenkins';
    expect({ code, rotations: world.rotations() }).toEqual(
      isJenkins ? { code: 1, rotations: 0 } : { code: 4, rotations: others },
    );
    expect(output).toMatch(isJenkins ? `ERROR: sactl-${name}` : /no credential|refused|nscale answered 401/);
  });

  it('sends nothing where an account is not there', async () => {
    const world = await openFor(system);
    const { code, output } = await system.night(world, { edit: mistaken });
    expect({ code, output }).toEqual({
      code: 3,
      output: expect.stringContaining('no service account "no-such-account"'),
    });
    expect(world.rotations()).toBe(0);
  });

  it('sends nothing where the program of its targets is signed out', async () => {
    const world = await openFor(system);
    const { code, output } = await system.night(world, { secrets: { gh: 'x', glab: 'x', az: 'x', vault: 'x' } });
    expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining('you are not signed in') });
    expect(world.rotations()).toBe(0);
  });
});

// Whose job it is makes no difference: the store keeps them apart.
describe.skipIf(process.platform === 'win32')('two nights at once', outlasting, () => {
  it('rotates each account once where two runs meet', async () => {
    const [, system] = systems;
    const world = await openFor(system);
    for (const { code, output } of await Promise.all([system.night(world), system.night(world)])) {
      // The later one either finds nothing due, or that somebody was faster.
      expect([0, 5]).toContain(code);
      expect(output).toMatch(code === 0 ? /rotated, \d skipped, 0 failed/ : /in the meantime; nothing was sent/);
    }
    expect(world.rotations()).toBe(3);
    expect(await live(world, system)).toEqual([true, true, true]);
  });
});
