import { chownSync, writeFileSync } from 'node:fs';
import { chmod, chown, lchown, link, mkdir, readFile, rm, stat, symlink } from 'node:fs/promises';

import { describe, expect, test } from 'vitest';

import { dotenvScheme } from '../../../src/delivery/targets/dotenv.ts';
import { fileScheme } from '../../../src/delivery/targets/file.ts';
import type { Scheme } from '../../../src/delivery/targets/scheme.ts';
import { sessionScheme } from '../../../src/delivery/targets/session.ts';
import type { Target, TargetEnvironment } from '../../../src/delivery/targets/target.ts';
import { wayTo } from '../../../src/files/private-directory.ts';
import { createFolder, never, payload, specOf, subject, type Folder } from './folder.ts';
import { isRoot } from './user.ts';

const stranger = 1234;

/** `shared` is a folder such as /tmp, `home` is the stranger's, and everything else is root's. */
async function createMachine(): Promise<Folder> {
  const folder = await createFolder();
  for (const name of ['shared/ours', 'shared/theirs/deep', 'open', 'home/real', 'ours']) {
    await mkdir(folder.at(name), { recursive: true });
  }
  for (const name of ['shared', 'open']) await chmod(folder.at(name), name === 'open' ? 0o777 : 0o1777);
  for (const name of ['shared/theirs', 'home', 'home/real']) await chown(folder.at(name), stranger, stranger);
  return folder;
}

interface Case {
  readonly body: string;
  readonly build?: (folder: Folder) => Promise<unknown>;
  readonly problem: string;
}

async function put(folder: Folder, name: string, owner = stranger): Promise<void> {
  await folder.write(name, 'old');
  await chown(folder.at(name), owner, owner);
}

async function putLink(folder: Folder, name: string, to: string, owner: number): Promise<void> {
  await symlink(to, folder.at(name));
  await lchown(folder.at(name), owner, owner);
}

const inShared = 'and everyone may write in ~/shared; use a folder that only you can write in';

const refused: readonly Case[] = [
  {
    body: 'shared/token',
    build: (folder) => put(folder, 'shared/token'),
    problem: `~/shared/token belongs to user 1234, ${inShared}`,
  },
  {
    body: 'open/token',
    build: (folder) => put(folder, 'open/token'),
    problem:
      '~/open/token belongs to user 1234, and everyone may write in ~/open; use a folder that only you can write in',
  },
  { body: 'shared/theirs/token', problem: `~/shared/theirs belongs to user 1234, ${inShared}` },
  { body: 'shared/theirs/deep/token', problem: `~/shared/theirs belongs to user 1234, ${inShared}` },
  {
    body: 'shared/link/token',
    build: (folder) => putLink(folder, 'shared/link', '../ours', stranger),
    problem: `~/shared/link belongs to user 1234, ${inShared}`,
  },
  {
    body: 'shared/link/token',
    build: (folder) => putLink(folder, 'shared/link', 'theirs/deep/../deep', 0),
    problem: `~/shared/theirs belongs to user 1234, ${inShared}`,
  },
  {
    body: 'ours/link/token',
    build: (folder) => putLink(folder, 'ours/link', folder.at('shared/theirs'), 0),
    problem: `~/shared/theirs belongs to user 1234, ${inShared}`,
  },
  {
    body: 'home/link/token',
    build: (folder) => putLink(folder, 'home/link', '../ours', stranger),
    problem: '~/home/link is a link of user 1234 to what belongs to user 0; name that instead',
  },
  {
    body: 'shared/token',
    build: async (folder) => {
      await folder.write('ours/readable', 'old');
      await link(folder.at('ours/readable'), folder.at('shared/token'));
    },
    problem: `~/shared/token is a file with several names, ${inShared}`,
  },
];

interface Kind {
  readonly kind: string;
  readonly scheme: Scheme;
}

const schemes: readonly Kind[] = [
  { kind: 'file', scheme: fileScheme },
  { kind: 'dotenv', scheme: dotenvScheme },
  { kind: 'session', scheme: sessionScheme },
];

function targetAt(scheme: Scheme, body: string, environment: TargetEnvironment): Target {
  const spec = specOf({ body, slot: scheme === dotenvScheme ? 'KEY' : null });
  return scheme.create(spec, { ...subject, provider: 'augment' }, environment);
}

describe.runIf(isRoot).each(schemes)('what somebody else has put in the way of $kind:', ({ scheme }) => {
  test.each(refused.flatMap((each) => [each, { ...each, isAbsolute: true }]))(
    'is refused: $problem',
    async ({ body, build, problem, ...rest }) => {
      await using folder = await createMachine();
      await build?.(folder);
      const before = await folder.names();
      const target = targetAt(scheme, 'isAbsolute' in rest ? folder.at(body) : body, folder.environment());
      expect(await folder.failure(() => target.preflight())).toBe(`UsageError: --to "given": ${problem}`);
      expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(`TargetError: ${problem}`);
      expect(await folder.names()).toStrictEqual(before);
      expect(await readFile(folder.at(body), 'utf8').catch(() => 'old')).toBe('old');
    },
  );

  test('is refused when it came after all was tried', async () => {
    await using folder = await createMachine();
    const target = targetAt(scheme, 'shared/token', folder.environment());
    await target.preflight();
    await put(folder, 'shared/token');
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
      `TargetError: ~/shared/token belongs to user 1234, ${inShared}`,
    );
    expect(await folder.text('shared/token')).toBe('old');
  });

  test('is refused when it came into the way to a folder after all was tried', async () => {
    await using folder = await createMachine();
    await putLink(folder, 'shared/way', 'ours', 0);
    const target = targetAt(scheme, 'shared/way/token', folder.environment());
    expect(await target.preflight()).toStrictEqual([]);
    await rm(folder.at('shared/way'));
    await putLink(folder, 'shared/way', 'theirs', stranger);
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
      `TargetError: ~/shared/way belongs to user 1234, ${inShared}`,
    );
  });

  test.each([
    ['a new file in a folder for everybody', 'shared/token', 0],
    ['a new file in one of ours in it', 'shared/ours/token', 0],
    ['a file of ours in it', 'shared/token', 0],
    ['a file of somebody in their own folder', 'home/token', stranger],
    ['one there by a link of theirs to what is theirs', 'home/link/token', stranger],
  ])('is fine: %s', async (what, body, owner) => {
    await using folder = await createMachine();
    await putLink(folder, 'home/link', 'real', stranger);
    if (!what.startsWith('a new')) await put(folder, body, owner);
    const target = targetAt(scheme, body, folder.environment());
    expect(await target.preflight()).toStrictEqual([]);
    await target.deliver(payload('tok-1'), never);
    expect(await folder.text(body)).toContain('tok-1');
    expect(await stat(folder.at(body))).toMatchObject({ uid: owner, gid: owner });
  });

  test('is fine: a file of several names where nobody else can write', async () => {
    await using folder = await createMachine();
    await folder.write('ours/one', 'old');
    await link(folder.at('ours/one'), folder.at('ours/token'));
    const target = targetAt(scheme, 'ours/token', folder.environment());
    await target.preflight();
    await target.deliver(payload('tok-1'), never);
    expect([await folder.text('ours/token'), await folder.text('ours/one')]).toStrictEqual([
      expect.stringContaining('tok-1'),
      'old',
    ]);
  });
});

test.runIf(isRoot)('a file that comes while the .env file is locked is not written either', async () => {
  await using folder = await createMachine();
  const environment = folder.environment();
  function uuid(): string {
    // Called for the lock first, before the file is read.
    writeFileSync(folder.at('shared/.env'), 'old', { flag: 'a' });
    chownSync(folder.at('shared/.env'), stranger, stranger);
    return environment.ctx.uuid();
  }
  const target = targetAt(dotenvScheme, 'shared/.env', { ...environment, ctx: { ...environment.ctx, uuid } });
  expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
    `TargetError: ~/shared/.env belongs to user 1234, ${inShared}`,
  );
  expect(await folder.text('shared/.env')).toBe('old');
});

describe.runIf(isRoot)('a stranger', () => {
  test.each([
    ['is not root, nor the user', 'shared/theirs/x', stranger, null],
    ['is any other user', 'shared/theirs/x', 4321, '~/shared/theirs belongs to user 1234'],
    ['is nobody where users have no numbers', 'shared/theirs/x', null, null],
    ['is not root for another user', 'shared/ours/x', 4321, null],
  ])('%s', async (_, path, userId, problem) => {
    await using folder = await createMachine();
    const found = wayTo(folder.at(path), { userId });
    expect(found.problem?.replaceAll(folder.path, '~').replace(/, and .*/, '') ?? null).toBe(problem);
  });

  test('leads nobody round in circles', async () => {
    await using folder = await createMachine();
    await symlink('round', folder.at('ours/round'));
    const { problem } = wayTo(folder.at('ours/round/x'), { userId: 0 });
    expect(problem).toBe(`${folder.at('ours/round')} goes by too many links`);
  });
});

test.runIf(!isRoot && process.platform !== 'win32')('what is not the user’s or root’s is refused', async () => {
  await using folder = await createFolder();
  await mkdir(folder.at('shared/mine'), { recursive: true });
  await chmod(folder.at('shared'), 0o1777);
  const environment = folder.environment({ ctx: { overrides: { userId: 4_000_000 } } });
  const target = targetAt(fileScheme, 'shared/mine/token', environment);
  expect(await folder.failure(() => target.preflight())).toContain('everybody may write in');
});
