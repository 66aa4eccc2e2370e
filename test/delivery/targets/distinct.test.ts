import { symlink } from 'node:fs/promises';

import { describe, expect, test } from 'vitest';

import { createTargets } from '../../../src/delivery/targets/schemes.ts';
import { distinctProblems } from '../../../src/delivery/targets/distinct.ts';
import { parseTargets } from '../../../src/delivery/targets/parse.ts';
import { createFolder, subject } from './folder.ts';

/** What is wrong with these values for these accounts; `here` is a link to the working directory. */
async function problemsOf(values: readonly string[], accounts: readonly string[]): Promise<readonly string[]> {
  await using folder = await createFolder();
  await symlink('.', folder.at('here'));
  const env = { GITHUB_ENV: await folder.write('commands', '') };
  const environment = folder.environment({ profileFile: folder.at('token'), ctx: { env } });
  const { specs } = parseTargets(values, environment);
  const targets = await Promise.all(
    accounts.flatMap((account) =>
      createTargets(specs, { ...subject, name: account }, environment).map(async (target) => ({
        target: target.name,
        place: await target.place(),
        account,
        name: account,
      })),
    ),
  );
  expect(targets).toHaveLength(values.length * accounts.length);
  return distinctProblems(targets);
}

describe('for one account', () => {
  test.each([
    [['file:a', 'file:b']],
    [['dotenv:a#K', 'dotenv:a#L']],
    [['dotenv:a#k', 'dotenv:a#K']],
    [['gh-secret:acme/app#A', 'gh-secret:acme/app#B', 'gh-secret:acme/app@prod#A']],
    [['kubernetes:a/b#c', 'vault:a/b#c']],
    [['github-env:A', 'github-env:B']],
  ])('%j are distinct', async (values) => {
    expect(await problemsOf(values, ['ci'])).toStrictEqual([]);
  });

  test.each([
    ['file:a', 'file:./here/a'],
    ['file:a', 'file:A'],
    ['file:\u00E9', 'file:e\u0301'],
    ['file:a', 'file+json:a'],
    ['file:a', 'dotenv:a#K'],
    ['dotenv:a#K', 'file:a'],
    ['dotenv:a#K', 'dotenv:here/a#K'],
    ['file:token', 'profile'],
    ['github-env:A', 'file:commands'],
    ['gh-secret:acme/app#A', 'gh-secret:Acme/app#a'],
  ])('%s and %s are not', async (one, other) => {
    expect(await problemsOf([one, other], ['ci'])).toStrictEqual([
      `${one} for ci and ${other} for ci are the same place; name it once`,
    ]);
  });

  test.each(['file:a', 'kubernetes:a/b#c'])('%s is named twice', async (value) => {
    expect(await problemsOf([value, value], ['ci'])).toStrictEqual([`${value} for ci is given twice; give it once`]);
  });

  test('each is compared with the first that it meets', async () => {
    expect(await problemsOf(['dotenv:a#K', 'dotenv:a#L', 'file:a', 'file:b'], ['ci'])).toStrictEqual([
      'dotenv:a#K for ci and file:a for ci are the same place; name it once',
    ]);
  });
});

describe('for several accounts', () => {
  test('what has their names in it is distinct', async () => {
    expect(await problemsOf(['file:{name}'], ['ci', 'cd'])).toStrictEqual([]);
  });

  test('what has none in it is not', async () => {
    expect(await problemsOf(['file:token'], ['ci', 'cd'])).toStrictEqual([
      'file:token for ci and file:token for cd are the same place; put {name} or {id} into the value of --to, or rotate them one by one',
    ]);
  });

  test.each([
    ['file:{name}', ['ci', 'CI'], 'file:ci for ci and file:CI for CI'],
    ['dotenv:a#{NAME}', ['ci.prod', 'ci-prod'], 'dotenv:a#CI_PROD for ci.prod and dotenv:a#CI_PROD for ci-prod'],
    ['file:token', ['ci.prod', 'CI-PROD'], 'file:token for ci.prod and file:token for CI-PROD'],
  ])('%s of names that are alike as variables wants the id', async (value, accounts, both) => {
    expect(await problemsOf([value], accounts)).toStrictEqual([
      `${both} are the same place; put {id} into the value of --to, or rotate them one by one`,
    ]);
  });
});
