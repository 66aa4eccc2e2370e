// @module-tag slow
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { groupIds } from '../../src/sandbox/nscale/seed-ids.ts';
import { hashSecret } from '../../src/sandbox/records.ts';
import type { TestContextOptions } from '../harness/context.ts';
import { problems } from '../commands/support.ts';
import { disagreements, itemsOf } from './agreement.ts';
import { createWorld, toFiles, type World, type WorldOptions } from './world.ts';

const rotate = ['sa', 'rotate', ...toFiles, '--no-color'];
const ownToken = 'app-002-signs-in';
const ownId = 'c0000000-0000-4000-8000-000000000002';
const missing = 'this is the account that sactl signs in with: --allow-self is missing';

/** nscale, and whoever signs in there is app-002, which may do everything. */
const asItself: WorldOptions = {
  accounts: 12,
  arrange: ({ nscale }) => {
    const state = nscale?.nscale ?? null;
    const own = state?.accounts.find(({ id }) => id === ownId);
    if (own) own.tokenHash = hashSecret(ownToken);
    const administrators = state?.groups.find(({ id }) => id === groupIds.platformAdmins);
    administrators?.accountIds.push(ownId);
  },
};

const env = { NSCALE_SERVICE_TOKEN: ownToken };

/** The ids of the accounts that were rotated, in the order of the requests. */
function order(world: World): readonly string[] {
  return world.mutations().map((request) => request.replace(/^.*accounts\/(.*)\/(?:rotate|secret)$/, '$1'));
}

/** A person at a terminal who says yes; the questions are noted. */
function asked(answers: string[]): TestContextOptions {
  return {
    env,
    terminal: 120,
    prompt: {
      confirm: ({ message }) => {
        answers.push(message);
        return Promise.resolve(true);
      },
    },
  };
}

describe("the caller's own account", () => {
  it('is refused with everything else when it is named, and nothing is sent', async () => {
    const world = createWorld(asItself);
    const argv = [...rotate, '--id', 'app-001', '--id', 'app-002', '--yes'];
    expect(await world.run(argv, { env })).toEqual({ code: 2, stdout: '', stderr: problems([`app-002: ${missing}`]) });
    expect(world.mutations()).toEqual([]);
  });

  it('is left when it was only selected, and says so', async () => {
    const world = createWorld(asItself);
    const run = await world.run([...rotate, '--all', '--yes', '--json'], { env });
    expect(run.code).toBe(0);
    expect(itemsOf(run).filter(({ kind }) => kind === 'skipped')).toMatchObject([
      { name: 'app-002', reason: 'own account', detail: missing, exitCode: 0 },
    ]);
    expect(order(world)).not.toContain(ownId);
    expect(disagreements(world, run)).toEqual([]);
  });

  it.each([['--all'], ['--expiring-within', '14d'], ['--id', 'app-001', '--id', 'app-002', '--id', 'app-003']])(
    'is rotated with --allow-self, after all others have come to their end: %s',
    async (...selector) => {
      const world = createWorld(asItself);
      const argv = [...rotate, ...selector, '--yes', '--allow-self', '--json'];
      const run = await world.run(argv, { env });
      expect({ code: run.code, last: order(world).at(-1) }).toEqual({ code: 0, last: ownId });
      // Its trial is the only request after it, and that comes with the new credential.
      const after = world.requests.slice(world.requests.indexOf(world.mutations().at(-1) ?? '') + 1);
      expect(after).toEqual(['GET https://nscale.example.com/api/v1/organizations']);
    },
  );

  it('is not given to a place that does not last', async () => {
    const world = createWorld(asItself);
    const argv = ['sa', 'rotate', '--to', 'exec:cat {name}', '--yes', '--no-color', '--allow-self'];
    const named = [...argv, '--id', 'app-001', '--id', 'app-002'];
    const path = { ...env, PATH: '/bin:/usr/bin' };
    const durable =
      'this is the account that sactl signs in with: give a durable --to (file, dotenv, session, profile, gh-secret, gitlab-variable, kubernetes, vault, aws-secret, gcp-secret, azure-keyvault, doppler or op)';
    expect(await world.run(named, { env: path })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([`app-002: ${durable}`]),
    });
    const run = await world.run([...argv, '--all', '--json'], { env: path });
    expect(itemsOf(run).find(({ id }) => id === ownId)).toMatchObject({ detail: durable });
    expect(order(world)).not.toContain(ownId);
  });

  describe('at a terminal', () => {
    it('is spoken of in the question, which is as good as the flag', async () => {
      const world = createWorld(asItself);
      const questions: string[] = [];
      const run = await world.run([...rotate, '--all'], asked(questions));
      expect({ code: run.code, questions }).toEqual({
        code: 0,
        questions: ['Rotate the credentials of 12 service accounts?'],
      });
      expect(run.stderr).toContain(
        '  - 1 of them: this is the account that sactl signs in with: if the answer is lost, only an administrator can issue another credential\n',
      );
      expect(order(world).at(-1)).toBe(ownId);
    });

    it('is left when --yes answered without having seen it', async () => {
      const world = createWorld(asItself);
      const run = await world.run([...rotate, '--all', '--yes', '--json'], asked([]));
      expect(run.code).toBe(0);
      expect(order(world)).not.toContain(ownId);
    });

    it('is rotated with --yes when it was named', async () => {
      const world = createWorld(asItself);
      const argv = [...rotate, '--id', 'app-001', '--id', 'app-002', '--yes'];
      expect((await world.run(argv, asked([]))).code).toBe(0);
      expect(order(world)).toContain(ownId);
    });
  });

  it('may be any where the provider does not say, and nothing is sent', async () => {
    const world = createWorld({
      accounts: 2,
      network: (fetch) => (input, init) =>
        new Request(input, init).url.endsWith('/userinfo')
          ? Promise.resolve(Response.json({ error: 'forbidden', error_description: 'forbidden' }, { status: 403 }))
          : fetch(input, init),
    });
    const may = 'this may be the account that sactl signs in with: --allow-self is missing';
    expect(await world.run([...rotate, '--all', '--yes'])).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([`app-001: ${may}`, `app-002: ${may}`]),
    });
    expect(world.mutations()).toEqual([]);
    const allowed = await world.run([...rotate, '--all', '--yes', '--allow-self', '--json']);
    expect(itemsOf(allowed).map(({ kind }) => kind)).toEqual(['rotated', 'rotated']);
  });
});

/** An administrator's profile, and one that signs in as app-002. */
function twoProfiles(world: World): TestContextOptions {
  const { nscale } = world.servers;
  const path = join(world.folder, 'config.json');
  function profile(name: string, secret: string): object {
    const file = join(world.folder, `${name}.credential`);
    writeFileSync(file, secret, { mode: 0o600 });
    return { provider: 'nscale', endpoint: nscale?.endpoint, credential: { file } };
  }
  const profiles = {
    admin: profile('admin', nscale?.env['NSCALE_SERVICE_TOKEN'] ?? ''),
    itself: profile('itself', ownToken),
  };
  writeFileSync(path, JSON.stringify({ profiles }), { mode: 0o600 });
  return { env: { SACTL_CONFIG: path } };
}

describe("another connection's own account", () => {
  it('is guarded like that of the one that shows it', async () => {
    const world = createWorld(asItself);
    const options = twoProfiles(world);
    const argv = [...rotate, '--profile', 'admin', '--profile', 'itself', '--all', '--yes', '--json'];
    const run = await world.run(argv, options);
    const own = itemsOf(run).find(({ id }) => id === ownId);
    expect(own).toMatchObject({ profile: 'admin', reason: 'own account', detail: missing });
    const allowed = await world.run([...argv, '--allow-self'], options);
    expect({ code: allowed.code, last: order(world).at(-1) }).toEqual({ code: 0, last: ownId });
  });
});
