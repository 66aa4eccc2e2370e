import { mkdir } from 'node:fs/promises';

import { describe, expect, test } from 'vitest';

import { isDurable } from '../../../src/delivery/targets/kinds.ts';
import { createTargets } from '../../../src/delivery/targets/schemes.ts';
import { parseTargets } from '../../../src/delivery/targets/parse.ts';
import type { Target, TargetEnvironment } from '../../../src/delivery/targets/target.ts';
import { UsageError } from '../../../src/errors.ts';
import { createFolder, never, payload, subject } from './folder.ts';

function create(values: readonly string[], environment: TargetEnvironment, owner = subject): readonly Target[] {
  const { specs, problems } = parseTargets(values, environment);
  expect(problems).toStrictEqual([]);
  return createTargets(specs, owner, environment);
}

describe('targets', () => {
  test.each([
    ['file:{name}', 'file:ci-deploy', true],
    ['file+json:{id}', 'file+json:sa-1', true],
    ['dotenv:{org}.env#KEY', 'dotenv:acme.env#KEY', true],
    ['profile', 'profile', true],
    ['github-env:TOKEN', 'github-env:TOKEN', false],
    ['github-output:{provider}', 'github-output:nscale', false],
    ['exec:tee x', 'exec:tee x', false],
    ['gh-secret:acme/app#TOKEN', 'gh-secret:acme/app#TOKEN', true],
    ['kubernetes:prod/{name}#token', 'kubernetes:prod/ci-deploy#token', true],
    ['vault:secret/{name}#token', 'vault:secret/ci-deploy#token', true],
  ])('%s is %s', async (given, name, durable) => {
    await using folder = await createFolder();
    const environment = folder.environment({ profileFile: folder.at('token') });
    const targets = create([given], environment);
    expect(targets.map((target) => [target.name, isDurable(target)])).toStrictEqual([[name, durable]]);
  });

  test('come in the order they were given in', async () => {
    await using folder = await createFolder();
    const targets = create(['file:b', 'file:a'], folder.environment());
    expect(targets.map(({ name }) => name)).toStrictEqual(['file:b', 'file:a']);
  });

  test('say all at once why an account cannot have them', async () => {
    await using folder = await createFolder();
    const owner = { ...subject, id: null, name: 'a/b' };
    const values = ['file:{id}-{name}', 'file:fine', 'session:s.json'];
    expect(() => create(values, folder.environment(), owner)).toThrow(
      new UsageError([
        '--to "file:{id}-{name}": the id of an account is not known before it is created; use {name}',
        '--to "file:{id}-{name}": {name} would be "a/b" here, and a value with a slash would lead to another folder',
        '--to "session:s.json": only the session of an Augment account goes there; for nscale, use file:',
      ]),
    );
  });
});

describe('in the sandbox', () => {
  test('files are written', async () => {
    await using folder = await createFolder();
    const environment = folder.environment({ isSandbox: true });
    const owner = { ...subject, provider: 'augment' } as const;
    const values = ['file:a', 'file+json:b', 'dotenv:c#KEY', 'session:d'];
    for (const target of create(values, environment, owner)) {
      expect(await target.preflight()).toStrictEqual([]);
      await target.deliver(payload('tok-1'), never);
    }
    expect(await folder.names()).toStrictEqual(['a', 'b', 'c', 'd']);
  });

  test.each([
    'profile',
    'github-env:TOKEN',
    'github-output:token',
    "exec:sh -c 'touch made'",
    'gh-secret:acme/app#TOKEN',
    'kubernetes:prod/ci#token',
    'vault:secret/ci#token',
  ])('%s is only simulated', async (given) => {
    await using folder = await createFolder();
    const environment = folder.environment({ isSandbox: true });
    const [target] = create([given], environment);
    expect(await target?.preflight()).toStrictEqual([`${given} is only simulated in the sandbox`]);
    await target?.deliver(payload('tok-1'), never);
    expect(await target?.place()).toStrictEqual({ place: given, slot: null });
    expect(await folder.names()).toStrictEqual([]);
  });

  test('a file that GitHub Actions names is left alone', async () => {
    await using folder = await createFolder();
    const path = await folder.write('commands', 'A=1\n');
    const environment = folder.environment({ isSandbox: true, ctx: { env: { GITHUB_ENV: path } } });
    for (const target of create(['github-env:TOKEN'], environment)) {
      await target.preflight();
      await target.deliver(payload('tok-1'), never);
    }
    expect(await folder.text('commands')).toBe('A=1\n');
  });

  test('a .env file elsewhere is refused', async () => {
    await using folder = await createFolder();
    await mkdir(folder.at('work'));
    const environment = folder.environment({ isSandbox: true, ctx: { cwd: folder.at('work') } });
    for (const target of create(['dotenv:../.env#KEY'], environment)) {
      expect(await folder.failure(() => target.preflight())).toBe(
        'UsageError: --to "dotenv:../.env#KEY": the sandbox writes files below the working directory only, ~/work',
      );
    }
    expect(await folder.names()).toStrictEqual(['work']);
  });
});
