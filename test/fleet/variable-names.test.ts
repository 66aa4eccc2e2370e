// @module-tag slow
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { problems } from '../commands/support.ts';
import { createWorld, type World } from './world.ts';

const rotate = ['sa', 'rotate', '--all', '--yes', '--no-color', '--to'];

/** A fleet of these names, and programs that keep what they are given in a folder, under the name they are given. */
function fleetOf(...names: readonly string[]): World {
  const world = createWorld({
    accounts: names.length,
    arrange: ({ nscale }) => {
      for (const [index, account] of (nscale?.nscale?.accounts ?? []).entries()) account.name = names[index] ?? '';
    },
  });
  mkdirSync(binOf(world));
  mkdirSync(join(world.folder, 'set'));
  script(world, 'gh', 'test "$1" = api || cat >"set/$3"');
  script(world, 'kubectl', 'cat >/dev/null');
  script(world, 'doppler', 'test "$2" = set && cat >"set/$3"; exit 0');
  return world;
}

function binOf({ folder }: World): string {
  return join(dirname(folder), 'bin');
}

function script(world: World, name: string, line: string): void {
  const path = join(binOf(world), name);
  writeFileSync(path, `#!/bin/sh\n${line}\n`);
  chmodSync(path, 0o755);
}

function pathOf(world: World): { readonly env: Record<string, string> } {
  return { env: { PATH: `${binOf(world)}:/usr/bin:/bin` } };
}

/** What the programs were given, by name. */
function setIn({ folder }: World): unknown {
  const names = readdirSync(join(folder, 'set')).toSorted();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, 'set', name), 'utf8')]));
}

/** What was issued last to the accounts, by the names that their secrets have. */
function issuedAs({ servers: { nscale } }: World, names: readonly string[]): unknown {
  const accounts = nscale?.accounts() ?? [];
  return Object.fromEntries(names.map((name, index) => [name, nscale?.issuedTo(accounts[index]?.id ?? '').join()]));
}

describe('a fleet whose names have hyphens', () => {
  it.each([
    { target: 'gh-secret:acme/app#{NAME}', prefix: '' },
    { target: 'gh-secret:org/acme#NSCALE_{NAME}_TOKEN', prefix: 'NSCALE_' },
    { target: 'doppler:web/prd#{NAME}', prefix: '' },
  ])('goes to $target with one line', async ({ target, prefix }) => {
    const world = fleetOf('ci-deploy', 'web.front-end', 'größe-1', 'a b', 'cost-🚀report');
    const suffix = prefix === '' ? '' : '_TOKEN';
    const run = await world.run([...rotate, target], pathOf(world));
    expect({ code: run.code, sent: world.mutations().length }).toEqual({ code: 0, sent: 5 });
    const names = ['CI_DEPLOY', 'WEB_FRONT_END', 'GR__E_1', 'A_B', 'COST__REPORT'];
    expect(setIn(world)).toEqual(
      issuedAs(
        world,
        names.map((name) => `${prefix}${name}${suffix}`),
      ),
    );
  });

  it('goes into one .env file', async () => {
    const world = fleetOf('ci-deploy', 'ci-test');
    const run = await world.run([...rotate, 'dotenv:.env#{NAME}'], pathOf(world));
    expect(run.code).toBe(0);
    const lines = readFileSync(join(world.folder, '.env'), 'utf8').trim().split('\n');
    expect(lines.map((line) => line.replace(/=.*/, '')).toSorted()).toEqual(['CI_DEPLOY', 'CI_TEST']);
  });
});

async function refusal(world: World, target: string): Promise<string> {
  const { code, stdout, stderr } = await world.run([...rotate, target, '--format', 'yaml'], pathOf(world));
  expect({ code, stdout, sent: world.mutations(), set: setIn(world) }).toEqual({
    code: 2,
    stdout: '',
    sent: [],
    set: {},
  });
  return stderr;
}

describe('names that would not do are refused before anything is sent', () => {
  const advice = 'put {id} into the value of --to, or rotate them one by one';
  const ofName = 'use letters, digits and _, without a digit or GITHUB_ at the start';

  it.each([
    ['gh-secret:acme/app#{NAME}', 'gh-secret:acme/app#CI_DEPLOY'],
    ['gh-secret:org/acme#T_{NAME}', 'gh-secret:org/acme#T_CI_DEPLOY'],
    ['doppler:web/prd#{NAME}', 'doppler:web/prd#CI_DEPLOY'],
    ['dotenv:.env#{NAME}', 'dotenv:.env#CI_DEPLOY'],
  ])('two accounts of one name: %s', async (target, name) => {
    const world = fleetOf('ci-deploy', 'web', 'ci.deploy');
    expect(await refusal(world, target)).toBe(
      problems([`${name} for ci-deploy and ${name} for ci.deploy are the same place; ${advice}`]),
    );
  });

  it('names that are the same whatever their case', async () => {
    const world = fleetOf('ci-deploy', 'CI-Deploy');
    expect(await refusal(world, 'kubernetes:ci/fleet#{NAME}')).toContain('are the same place');
  });

  it('names that begin with a digit, each of them', async () => {
    const world = fleetOf('1-app', 'web', '2-app');
    expect(await refusal(world, 'gh-secret:acme/app#{NAME}')).toBe(
      problems(
        ['1', '2'].map(
          (digit) =>
            `${digit}-app: --to "gh-secret:acme/app#{NAME}": the name of the secret cannot be "${digit}_APP": ${ofName}`,
        ),
      ),
    );
  });

  it('where the name decides whose secret it is', async () => {
    const world = fleetOf('ci-deploy', 'web');
    expect(await refusal(world, 'gh-secret:acme/{NAME}#T')).toBe(
      problems([
        '--to "gh-secret:acme/{NAME}#T": the repository must be written out: nothing in braces is expanded there',
      ]),
    );
  });
});
