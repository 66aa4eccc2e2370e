import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { mkdir, readdir, rename, symlink } from 'node:fs/promises';

import { describe, expect, test } from 'vitest';

import { dotenvScheme } from '../../../src/delivery/targets/dotenv.ts';
import { fileScheme, profileScheme } from '../../../src/delivery/targets/file.ts';
import type { Scheme } from '../../../src/delivery/targets/scheme.ts';
import { sessionScheme } from '../../../src/delivery/targets/session.ts';
import type { Target, TargetEnvironment } from '../../../src/delivery/targets/target.ts';
import { createFolder, never, payload, specOf, subject, type Folder } from './folder.ts';

/** `clone/deep` is the working directory, and `elsewhere` is what must not be written to. */
async function createClone(): Promise<Folder> {
  const folder = await createFolder();
  for (const name of ['clone/deep/inside', 'elsewhere/sub', 'home']) await mkdir(folder.at(name), { recursive: true });
  return folder;
}

function environmentIn(folder: Folder): TargetEnvironment {
  return folder.environment({ ctx: { cwd: folder.at('clone/deep') } });
}

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

const advice = 'if that is meant, name it by its absolute path';

interface Way {
  readonly body: string;
  /** From the working directory. */
  readonly link: string;
  readonly to: string;
  readonly problem: string;
}

const outward: readonly Way[] = [
  { body: 'out/t', link: 'out', to: '../../elsewhere', problem: 'from ~/clone/deep/out to ~/elsewhere' },
  { body: 'out/sub/t', link: 'out', to: '../../elsewhere', problem: 'from ~/clone/deep/out/sub to ~/elsewhere/sub' },
  { body: './inside/../out/t', link: 'out', to: '../../elsewhere', problem: 'from ~/clone/deep/out to ~/elsewhere' },
  { body: 'inside/out/t', link: 'inside/out', to: '..', problem: '' },
  { body: 'up/t', link: 'up', to: '..', problem: 'from ~/clone/deep/up to ~/clone' },
  { body: 'up/deep-2/t', link: 'up', to: '..', problem: 'from ~/clone/deep/up/deep-2 to ~/clone/deep-2' },
  { body: '../out/t', link: '../out', to: '../elsewhere', problem: 'from ~/clone/out to ~/elsewhere' },
  { body: '../../out/t', link: '../../out', to: 'elsewhere', problem: '' },
];
const [leading, staying] = [
  outward.filter(({ problem }) => problem !== ''),
  outward.filter((way) => way.problem === ''),
];

async function put(folder: Folder, { link, to }: Pick<Way, 'link' | 'to'>): Promise<void> {
  await mkdir(folder.at('clone/deep-2'), { recursive: true });
  await symlink(to, folder.at(`clone/deep/${link}`));
}

describe.each(schemes)('a relative path after $kind:', ({ scheme }) => {
  test.each(leading)('is not led out of where it starts: $body', async ({ problem, ...way }) => {
    await using folder = await createClone();
    await put(folder, way);
    const before = await folder.names();
    const target = targetAt(scheme, way.body, environmentIn(folder));
    const start = way.body.startsWith('..') ? '~/clone' : '~/clone/deep';
    const sentence = `a link leads ${problem}, out of ${start}; ${advice}`;
    expect(await folder.failure(() => target.preflight())).toBe(`UsageError: --to "given": ${sentence}`);
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(`TargetError: ${sentence}`);
    expect(await folder.names()).toStrictEqual(before);
  });

  test.each(staying)('may go by a link that stays below: $body', async (way) => {
    await using folder = await createClone();
    await put(folder, way);
    const target = targetAt(scheme, way.body, environmentIn(folder));
    expect(await target.preflight()).toStrictEqual([]);
    await target.deliver(payload('tok-1'), never);
    expect(await folder.text(`clone/deep/${way.body}`)).toContain('tok-1');
  });

  test('is not led out by a link that came after it was tried', async () => {
    await using folder = await createClone();
    await mkdir(folder.at('clone/deep/out'));
    const target = targetAt(scheme, 'out/t', environmentIn(folder));
    await target.preflight();
    await rename(folder.at('clone/deep/out'), folder.at('clone/deep/moved'));
    await put(folder, { link: 'out', to: '../../elsewhere' });
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
      `TargetError: a link leads from ~/clone/deep/out to ~/elsewhere, out of ~/clone/deep; ${advice}`,
    );
    expect(await readdir(folder.at('elsewhere'))).toStrictEqual(['sub']);
  });

  test('is not led elsewhere with the folder where it starts', async () => {
    await using folder = await createClone();
    const target = targetAt(scheme, 't', environmentIn(folder));
    await target.preflight();
    await rename(folder.at('clone/deep'), folder.at('clone/moved'));
    await symlink('../elsewhere', folder.at('clone/deep'));
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
      `TargetError: ~/clone/deep, where the path starts, leads to ~/elsewhere and not to ~/clone/deep any more; ${advice}`,
    );
    expect(await readdir(folder.at('elsewhere'))).toStrictEqual(['sub']);
  });

  test('is not led out at the very moment of writing', async () => {
    await using folder = await createClone();
    mkdirSync(folder.at('clone/deep/out'));
    const environment = environmentIn(folder);
    let calls = Infinity;
    function uuid(): string {
      calls -= 1;
      if (calls === 0) {
        renameSync(folder.at('clone/deep/out'), folder.at('clone/deep/moved'));
        symlinkSync('../../elsewhere', folder.at('clone/deep/out'));
      }
      return environment.ctx.uuid();
    }
    const target = targetAt(scheme, 'out/t', { ...environment, ctx: { ...environment.ctx, uuid } });
    await target.preflight();
    // The last call names the file that is about to be made.
    calls = scheme === dotenvScheme ? 2 : 1;
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
      'TargetError: ~/clone/deep/out was put elsewhere meanwhile',
    );
    expect(calls).toBe(0);
    expect(await readdir(folder.at('elsewhere'))).toStrictEqual(['sub']);
  });

  test.each(['~/linked/t', 'absolute'])('that says where it is may go by any link: %s', async (way) => {
    await using folder = await createClone();
    await symlink('../elsewhere', folder.at('home/linked'));
    const body = way === 'absolute' ? folder.at('home/linked/t') : way;
    const target = targetAt(scheme, body, environmentIn(folder));
    expect(await target.preflight()).toStrictEqual([]);
    await target.deliver(payload('tok-1'), never);
    expect(await folder.text('elsewhere/t')).toContain('tok-1');
  });
});

describe('what a link leads out of a clone', () => {
  test('is no session of Augment either', async () => {
    await using folder = await createClone();
    await folder.write('elsewhere/t', '{"accessToken":"of somebody"}');
    await put(folder, { link: 'out', to: '../../elsewhere' });
    expect(await targetAt(sessionScheme, 'out/t', environmentIn(folder)).holds?.()).toBeNull();
    expect(await targetAt(fileScheme, 'out/t', environmentIn(folder)).isEmpty?.()).toBeNull();
  });

  test.each([
    ['is refused where the file with the profile names it so', true],
    ['may be where it is named by its absolute path', false],
  ])('as the file of a profile, %s', async (_, isRelative) => {
    await using folder = await createClone();
    await folder.write('elsewhere/t', 'old');
    await put(folder, { link: 'out', to: '../../elsewhere' });
    const profileFile = folder.at('clone/deep/out/t');
    const profileStart = isRelative ? folder.at('clone/deep') : null;
    const environment = folder.environment({ profileFile, profileStart });
    const target = profileScheme.create(specOf({ body: '' }), subject, environment);
    const end = await target.deliver(payload('tok-1'), never).catch(String);
    const why = `a link leads from ${folder.at('clone/deep/out')} to ${folder.at('elsewhere')}`;
    expect([end, await folder.text('elsewhere/t')]).toStrictEqual(
      isRelative ? [`TargetError: ${why}, out of ${folder.at('clone/deep')}; ${advice}`, 'old'] : [undefined, 'tok-1'],
    );
  });
});
