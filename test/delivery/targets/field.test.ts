// @module-tag slow
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { main } from '../../../src/main.ts';
import { Secret } from '../../../src/model/credential.ts';
import { fingerprintOf } from '../../../src/model/fingerprint.ts';
import type { IssuingProvider } from '../../harness/providers.ts';
import type { Outcome } from '../../harness/run.ts';
import { entriesIn } from '../../outcomes/observe.ts';
import { createWorld, type World } from '../../outcomes/world.ts';

/** One run of sactl with a `gh` that keeps what it reads, and a job of GitHub Actions. */
async function run(world: World, argv: readonly string[]): Promise<Outcome> {
  const bin = join(dirname(world.folder), 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'gh'), '#!/bin/sh\n[ "$1" = api ] || /bin/cat >gh-got\n');
  chmodSync(join(bin, 'gh'), 0o755);
  const job = { GITHUB_ENV: join(world.folder, 'env'), GITHUB_OUTPUT: join(world.folder, 'output') };
  for (const path of Object.values(job)) if (!existsSync(path)) writeFileSync(path, '');
  const { ctx, stdout, stderr } = world.context({ env: { PATH: `${bin}:/usr/bin:/bin`, ...job } });
  const code = await main(argv, ctx);
  return { code, stdout: stdout(), stderr: stderr() };
}

function rotate(world: World, ...targets: readonly string[]): Promise<Outcome> {
  return run(world, [...world.argv, ...targets.flatMap((target) => ['--to', target]), '-q', '.deliveredTo[].target']);
}

function textOf({ folder }: World, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

/** What a variable or an output of a job was set to. */
function valueOf(world: World, file: 'env' | 'output'): string | undefined {
  return /<<.*\n(.*)\n/.exec(textOf(world, file))?.[1];
}

describe.each([
  { provider: 'nscale', field: 'expiresAt', part: /^2027-02-20T12:00:00Z$/ },
  { provider: 'nscale', field: 'kind', part: /^access-token$/ },
  { provider: 'runai', field: 'clientId', part: /^batch-trainer/ },
  { provider: 'runai', field: 'kind', part: /^client-secret$/ },
] as const)('$field of $provider', ({ provider, field, part }) => {
  test('goes to every sort of target, beside the credential itself', async () => {
    const world = createWorld(provider, 'rotate', {});
    const targets = [
      'file:token',
      `file:part?field=${field}`,
      `dotenv:.env#PART?field=${field}`,
      `github-env:PART?field=${field}`,
      `github-output:part?field=${field}`,
      `exec:sh -c 'cat >got'?field=${field}`,
      `gh-secret:acme/app#PART?field=${field}`,
    ];
    const { code, stdout, stderr } = await rotate(world, ...targets);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: targets.map((to) => `${to}\n`).join(''), stderr: '' });
    expect(textOf(world, 'token')).toBe(world.issued[0]);
    const got = textOf(world, 'part');
    expect(got).toMatch(part);
    expect(textOf(world, '.env')).toMatch(/^PART=/);
    expect(textOf(world, '.env')).toContain(got);
    expect([textOf(world, 'got'), textOf(world, 'gh-got'), valueOf(world, 'env'), valueOf(world, 'output')]).toEqual([
      got,
      got,
      got,
      got,
    ]);
    const others = ['part', '.env', 'env', 'output', 'got', 'gh-got'].map((name) => textOf(world, name)).join('\n');
    expect(others).not.toContain(world.issued[0]);
    expect(entriesIn(world.stateDirectory)).toEqual([]);
  });
});

test('the fingerprint is that of the credential', async () => {
  const world = createWorld('nscale', 'rotate', {});
  await rotate(world, 'file:token', 'file:part?field=fingerprint');
  expect(textOf(world, 'part')).toBe(fingerprintOf(new Secret(world.issued[0] ?? '')));
});

test('a file whose name ends like a part is written with ?field=value behind it', async () => {
  const world = createWorld('nscale', 'rotate', {});
  const outcome = await rotate(world, 'file:a?field=kind?field=value', 'file:b?field=value');
  expect(outcome).toEqual({ code: 0, stdout: 'file:a?field=kind?field=value\nfile:b\n', stderr: '' });
  expect([textOf(world, 'a?field=kind'), textOf(world, 'b')]).toEqual([world.issued[0], world.issued[0]]);
});

test('a target that took no part gets it from recover deliver', async () => {
  const world = createWorld('runai', 'rotate', {});
  const folder = join(world.folder, 'later');
  mkdirSync(folder);
  // The folder is gone when the program before it has run.
  const targets = ["exec:sh -c 'cat >got && rmdir later'", 'file:later/id?field=clientId'];
  const { code, stderr } = await rotate(world, ...targets);
  expect(code).toBe(8);
  expect(stderr).toContain('file:later/id?field=clientId: there is no folder ');
  expect(entriesIn(world.stateDirectory)).toHaveLength(1);
  mkdirSync(folder);
  const recovered = await run(world, [
    'recover',
    'deliver',
    '--all',
    '--yes',
    '-q',
    '.delivered[].deliveredTo[].target',
  ]);
  expect(recovered.code).toBe(0);
  expect(textOf(world, 'later/id')).toMatch(/^batch-trainer/);
  expect(textOf(world, 'got')).toBe(world.issued[0]);
  expect(entriesIn(world.stateDirectory)).toEqual([]);
});

async function refused(provider: IssuingProvider, ...targets: readonly string[]): Promise<string> {
  const world = createWorld(provider, 'rotate', {});
  const to = targets.flatMap((target) => ['--to', target]);
  const { code, stdout, stderr } = await run(world, [...world.argv, ...to, '--format', 'yaml']);
  expect({ code, stdout, sent: world.mutations() }).toEqual({ code: 2, stdout: '', sent: 0 });
  expect(existsSync(join(world.folder, 'token'))).toBe(false);
  return stderr;
}

describe('what is no part of a credential is refused before anything is sent', () => {
  const parts =
    'the parts are value, clientId, expiresAt, fingerprint and kind; to a name that ends in ?field=…, add ?field=value';

  test('nscale has no client id, and Run:ai no expiry', async () => {
    expect(await refused('nscale', 'file:token', 'file:id?field=clientId', 'exec:cat?field=clientId')).toBe(
      [
        'sactl: --to "file:id?field=clientId": ?field=clientId: the credentials of nscale have none\n',
        'sactl: --to "exec:cat?field=clientId": ?field=clientId: the credentials of nscale have none\n',
      ].join(''),
    );
    expect(await refused('runai', 'file:token', 'file:at?field=expiresAt')).toBe(
      'sactl: --to "file:at?field=expiresAt": ?field=expiresAt: the credentials of runai have none\n',
    );
  });

  test('nobody has another part', async () => {
    expect(await refused('runai', 'file:token', 'file:a?field=secret', 'file:b?field=')).toBe(
      [
        `sactl: --to "file:a?field=secret": "secret" is not a part of a credential: ${parts}\n`,
        `sactl: --to "file:b?field=": "" is not a part of a credential: ${parts}\n`,
      ].join(''),
    );
  });

  test('a file that is signed in with takes no part', async () => {
    expect(await refused('runai', 'file:token', 'profile?field=kind', 'session:s?field=fingerprint')).toBe(
      [
        'sactl: --to "profile?field=kind": profile takes the credential itself: leave out ?field=kind\n',
        'sactl: --to "session:s?field=fingerprint": session takes the credential itself: leave out ?field=fingerprint\n',
      ].join(''),
    );
  });

  test('two parts are no two places', async () => {
    expect(await refused('runai', 'file:token', 'file:a?field=kind', 'file:a?field=clientId')).toContain(
      'are the same place; name it once',
    );
  });
});
