import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { TestContextOptions } from '../harness/context.ts';
import { problems } from '../commands/support.ts';
import { itemsOf } from './agreement.ts';
import { createWorld, toFiles, type World, type WorldOptions } from './world.ts';

const rotate = ['sa', 'rotate', '--all', '--yes', '--no-color'];

function to(...targets: readonly string[]): readonly string[] {
  return targets.flatMap((target) => ['--to', target]);
}

describe('a run whose targets will not do is refused before anything is sent:', () => {
  const only = 'c0000000-0000-4000-8000-000000000001';
  const advice = 'put {name} or {id} into the value of --to, or rotate them one by one';
  const idOnly = 'put {id} into the value of --to, or rotate them one by one';
  interface Case {
    readonly name: string;
    readonly argv: readonly string[];
    readonly lines: readonly string[];
    readonly hint?: string;
    readonly world?: WorldOptions;
    readonly arrange?: (world: World) => void;
    readonly options?: TestContextOptions;
  }
  const cases: readonly Case[] = [
    {
      name: 'one file for all',
      argv: to('file:token'),
      lines: [`file:token for app-001 and file:token for app-002 are the same place; ${advice}`],
    },
    {
      name: 'one key for all',
      argv: to('dotenv:.env#TOKEN'),
      lines: [`dotenv:.env#TOKEN for app-001 and dotenv:.env#TOKEN for app-002 are the same place; ${advice}`],
    },
    {
      name: 'one file for very many',
      argv: to('file:token'),
      world: { accounts: 12 },
      lines: [
        ...[2, 3, 4, 5, 6].map(
          (nth) => `file:token for app-001 and file:token for app-00${nth} are the same place; ${advice}`,
        ),
        'and 6 more like these',
      ],
    },
    {
      name: 'folders that are not there for very many, and no state',
      argv: to('file:{name}/token'),
      world: { accounts: 12 },
      options: { env: { SACTL_STATE_DIR: '/dev/null' } },
      lines: [
        ...['app-001', 'app-002', 'app-003', 'app-004', 'app-005'].map(
          (name) => `--to "file:{name}/token": there is no folder FOLDER/${name}; make it first (mkdir)`,
        ),
        'and 7 more like these',
        'cannot use the folder "/dev/null/journal": not a directory (ENOTDIR)',
      ],
      hint: 'set SACTL_STATE_DIR to another folder',
    },
    {
      name: 'the same file twice',
      argv: to('file:{name}', 'file:./{name}'),
      lines: ['app-001', 'app-002'].map(
        (name) => `file:${name} for ${name} and file:./${name} for ${name} are the same place; name it once`,
      ),
    },
    {
      name: 'names that differ in case only',
      argv: to('file:{name}'),
      world: {
        accounts: 2,
        arrange: ({ nscale }) => {
          const [one] = nscale?.nscale?.accounts ?? [];
          if (one) one.name = 'APP-002';
        },
      },
      lines: [`file:APP-002 for APP-002 and file:app-002 for app-002 are the same place; ${idOnly}`],
    },
    {
      name: 'one name with two providers',
      argv: [...to('file:{name}'), '--provider', 'all'],
      world: { providers: ['nscale', 'runai'], accounts: 1 },
      lines: [
        'this list may be incomplete: without read permission an nscale token sees only its own account',
        `file:app-001 for app-001 (nscale ${only}) and file:app-001 for app-001 (runai ${only}) are the same place; ${idOnly}`,
      ],
    },
    {
      name: 'folders that are not there',
      argv: to('file:{name}/token'),
      lines: ['app-001', 'app-002'].map(
        (name) => `--to "file:{name}/token": there is no folder FOLDER/${name}; make it first (mkdir)`,
      ),
    },
    {
      name: 'a file that is a link for one of them',
      argv: to('file:{name}'),
      arrange: ({ folder }) => symlinkSync('elsewhere', join(folder, 'app-002')),
      lines: [
        '--to "file:{name}": FOLDER/app-002 is a symbolic link to elsewhere, where nothing is; name that instead',
      ],
    },
    {
      name: 'names that are no variables',
      argv: to('dotenv:.env#{name}'),
      lines: ['app-001', 'app-002'].map(
        (name) =>
          `${name}: --to "dotenv:.env#{name}": "${name}" is not a name for a variable: use letters, digits and _, no digit first`,
      ),
    },
    {
      name: 'a program that is not there',
      argv: to('exec:no-such-program {name}'),
      options: { env: { PATH: '/bin' } },
      lines: ['--to "exec:no-such-program {name}": there is no program "no-such-program" in PATH (/bin)'],
      hint: 'install it, or add its folder to PATH; the working directory, relative folders and node_modules are not searched',
    },
    {
      name: "the profile's own file",
      argv: to('profile'),
      lines: ['--to "profile": no profile with a {file} credential is in use'],
    },
    {
      name: 'no copy and no durable place',
      argv: [...to('exec:cat {name}'), '--no-journal'],
      options: { env: { PATH: '/bin:/usr/bin' } },
      lines: [
        '--no-journal needs a durable --to (file, dotenv, session, profile, gh-secret, gitlab-variable, kubernetes, vault, aws-secret, gcp-secret, azure-keyvault, doppler or op): otherwise nothing keeps the credential',
      ],
    },
    {
      name: 'a file that the report would be written over',
      argv: [...to('file:{name}.json'), '--report', './app-002.json'],
      lines: ['--report "./app-002.json" is where file:app-002.json for app-002 goes'],
    },
    {
      name: 'a file that the report would be written over by another way to its folder',
      argv: [...to('dotenv:vars-{name}.md#TOKEN'), '--report', 'link/VARS-app-001.md'],
      arrange: ({ folder }) => symlinkSync('.', join(folder, 'link')),
      lines: ['--report "link/VARS-app-001.md" is where dotenv:vars-app-001.md#TOKEN for app-001 goes'],
    },
  ];

  it.each(cases)('$name', async ({ argv, lines, hint, world: made, arrange, options }) => {
    const world = createWorld({ accounts: 2, ...made });
    arrange?.(world);
    const before = readdirSync(world.folder);
    const run = await world.run([...rotate, ...argv], options);
    expect({ ...run, stderr: run.stderr.replaceAll(world.folder, 'FOLDER') }).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(lines, hint),
    });
    expect(world.mutations()).toEqual([]);
    expect(readdirSync(world.folder)).toEqual(before);
  });
});

describe('every credential gets where it is wanted,', () => {
  it('into one .env file, side by side', async () => {
    const world = createWorld({
      accounts: 25,
      arrange: ({ nscale }) => {
        for (const account of nscale?.nscale?.accounts ?? []) {
          account.name = account.name.replace('-', '_').toUpperCase();
        }
      },
    });
    writeFileSync(join(world.folder, '.env'), 'OTHER=1\n', { mode: 0o600 });
    const run = await world.run([...rotate, ...to('dotenv:.env#{name}'), '--concurrency', '8']);
    expect({ code: run.code, sent: world.mutations().length }).toEqual({ code: 0, sent: 25 });
    const lines = readFileSync(join(world.folder, '.env'), 'utf8').trim().split('\n');
    const { nscale } = world.servers;
    const wanted = nscale?.accounts().map(({ id, name }) => `${name}=${nscale.issuedTo(id).join()}`) ?? [];
    expect(lines.toSorted()).toEqual(['OTHER=1', ...wanted].toSorted());
  });

  it('into a folder for each account, and all of several targets', async () => {
    const world = createWorld({ accounts: 2 });
    for (const name of ['app-001', 'app-002']) mkdirSync(join(world.folder, name));
    const argv = to('file:{name}/{provider}.token', 'file+json:{name}/{id}.json');
    const run = await world.run([...rotate, ...argv, '--json']);
    expect(itemsOf(run).map(({ deliveredTo }) => deliveredTo)).toEqual(
      ['app-001', 'app-002'].map((name, index) => [
        { target: `file:${name}/nscale.token`, ok: true, error: null },
        { target: `file+json:${name}/c0000000-0000-4000-8000-00000000000${index + 1}.json`, ok: true, error: null },
      ]),
    );
    expect(existsSync(join(world.folder, 'app-002/nscale.token'))).toBe(true);
  });

  it('and a warning about them is said once', async () => {
    const world = createWorld({ accounts: 2 });
    writeFileSync(join(world.folder, 'app-001'), 'old', { mode: 0o644 });
    const { stderr } = await world.run([...rotate, ...to('file:{name}')]);
    expect(stderr.split('\n').filter((line) => line.includes('open to other users'))).toEqual([
      `sactl: ${join(world.folder, 'app-001')} is open to other users (mode 0644) and stays so; chmod 600 would close it`,
    ]);
  });
});

describe('a run that cannot be written down is refused before anything is sent:', () => {
  it('in the journal', async () => {
    const world = createWorld();
    writeFileSync(world.stateDirectory, 'a file');
    const run = await world.run([...rotate, ...toFiles]);
    expect({ ...run, stderr: run.stderr.replaceAll(world.stateDirectory, 'STATE') }).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(
        ['cannot use the folder "STATE/journal": not a directory (ENOTDIR)'],
        'set SACTL_STATE_DIR to another folder',
      ),
    });
    expect(world.mutations()).toEqual([]);
  });

  it('in the audit log', async () => {
    const world = createWorld();
    mkdirSync(join(world.stateDirectory, 'audit.jsonl'), { recursive: true, mode: 0o700 });
    const run = await world.run([...rotate, ...toFiles]);
    expect({ ...run, stderr: run.stderr.replaceAll(world.stateDirectory, 'STATE') }).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(
        ['cannot use the audit log "STATE/audit.jsonl": it is not a regular file'],
        'set SACTL_STATE_DIR to another folder',
      ),
    });
    expect(world.mutations()).toEqual([]);
  });

  it('in a log that somebody else could have written, when ages are asked for', async () => {
    const world = createWorld();
    mkdirSync(world.stateDirectory, { mode: 0o700 });
    symlinkSync('elsewhere', join(world.stateDirectory, 'audit.jsonl'));
    const argv = ['sa', 'rotate', '--older-than', '1d', '--yes', ...toFiles];
    const run = await world.run(argv);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 2, stdout: '' });
    expect(run.stderr).toContain('cannot use the audit log');
    expect(world.mutations()).toEqual([]);
  });
});
