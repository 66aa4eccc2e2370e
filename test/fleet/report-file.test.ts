import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { asOrdinaryUser, ordinaryUser } from '../delivery/targets/user.ts';
import type { Outcome } from '../harness/run.ts';
import { problems } from '../commands/support.ts';
import { createWorld, isMutation, toFiles, type World } from './world.ts';

const rotate = ['sa', 'rotate', '--all', ...toFiles, '--yes', '--no-color'];

function textOf({ folder }: World, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

/** Two accounts; something happens in the folder when the first request that changes something comes. */
function during(work: (world: World) => void): World {
  let isFirst = true;
  const world: World = createWorld({
    accounts: 2,
    network: (fetch) => (input, init) => {
      const request = new Request(input, init);
      if (isMutation(request) && isFirst) {
        isFirst = false;
        work(world);
      }
      return fetch(request);
    },
  });
  return world;
}

describe('--report', () => {
  it('has in JSON what --json prints', async () => {
    const world = createWorld({ accounts: 2 });
    const { code, stdout } = await world.run([...rotate, '--json', '--report', 'report.json']);
    expect({ code, text: textOf(world, 'report.json') }).toEqual({ code: 0, text: stdout });
  });

  it('is Markdown for .md, in place of what was there', async () => {
    const world = createWorld({ accounts: 2 });
    writeFileSync(join(world.folder, 'report.md'), 'of yesterday, and a good deal longer'.repeat(99));
    expect((await world.run([...rotate, '--report', 'report.md'])).code).toBe(0);
    expect(textOf(world, 'report.md')).toMatch(
      /^## Rotation of service accounts\n\n2 rotated, 0 skipped, 0 failed\.\n\n### Rotated\n/,
    );
  });

  it('may be behind a link to a folder', async () => {
    const world = createWorld({ accounts: 2 });
    mkdirSync(join(world.folder, 'reports'));
    symlinkSync('reports', join(world.folder, 'latest'));
    expect((await world.run([...rotate, '--report', 'latest/report.md'])).code).toBe(0);
    expect(textOf(world, 'reports/report.md')).toContain('2 rotated');
  });

  it('is not led out of the working directory by such a link', async () => {
    const world = createWorld({ accounts: 2 });
    mkdirSync(join(dirname(world.folder), 'elsewhere'));
    symlinkSync('../elsewhere', join(world.folder, 'latest'));
    const { code, stderr } = await world.run([...rotate, '--report', 'latest/report.md']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: problems([
        `--report "latest/report.md": a link leads from ${world.folder}/latest to ${dirname(world.folder)}/elsewhere, out of ${world.folder}; if that is meant, name it by its absolute path`,
      ]),
    });
    expect(world.requests).toEqual([]);
  });

  it('nor by one that comes while it runs', async () => {
    const world = during(({ folder }) => {
      mkdirSync(join(dirname(folder), 'elsewhere'));
      rmdirSync(join(folder, 'latest'));
      symlinkSync('../elsewhere', join(folder, 'latest'));
    });
    mkdirSync(join(world.folder, 'latest'));
    const { code, stderr } = await world.run([...rotate, '--report', 'latest/report.md']);
    expect(code).toBe(6);
    expect(stderr).toContain('the report could not be written to "latest/report.md": a link leads from');
    expect(readdirSync(join(dirname(world.folder), 'elsewhere'))).toEqual([]);
  });

  it.each([
    ['a link', (path: string) => symlinkSync('elsewhere', path)],
    ['a folder', (path: string) => mkdirSync(path)],
  ])('is not written over %s', async (_, make) => {
    const world = createWorld({ accounts: 2 });
    make(join(world.folder, 'report.md'));
    expect(await world.run([...rotate, '--report', 'report.md'])).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['--report "report.md": it is there, and not a regular file']),
    });
    expect(world.requests).toEqual([]);
  });

  it('is refused beforehand where nothing can be written', async () => {
    const world = createWorld({ accounts: 2 });
    const locked = join(world.folder, 'locked');
    mkdirSync(locked);
    let run: Outcome | null = null;
    await asOrdinaryUser({ path: dirname(world.folder) }, async () => {
      chmodSync(locked, 0o500);
      run = await world.run([...rotate, '--report', 'locked/report.md'], { overrides: { userId: ordinaryUser } });
      chmodSync(locked, 0o700);
    });
    expect(run).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([`--report "locked/report.md": cannot write in ${locked}: permission denied (EACCES)`]),
    });
    expect(world.requests).toEqual([]);
  });

  it('is written when nothing was due, and not for a dry run', async () => {
    const world = createWorld({ accounts: 2 });
    const argv = ['sa', 'rotate', '--expiring-within', '1d', ...toFiles, '--yes'];
    await world.run([...argv, '--dry-run', '--report', 'report.md']);
    expect(existsSync(join(world.folder, 'report.md'))).toBe(false);
    await world.run([...argv, '--report', 'report.md']);
    expect(textOf(world, 'report.md')).toContain('0 rotated, 2 skipped, 0 failed.');
  });

  it('that cannot be written in the end is exit 6, and the rest is done', async () => {
    const world = during(({ folder }) => mkdirSync(join(folder, 'report.md')));
    const run = await world.run([...rotate, '--report', 'report.md', '-q', '.rotated | length']);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 6, stdout: '2\n' });
    expect(run.stderr).toMatch(
      /"message":"the accounts were rotated, but the report could not be written to \\"report.md\\": [^"]+"/,
    );
  });
});

it('a job of Azure Pipelines is told where the report is', async () => {
  const world = createWorld({ accounts: 1 });
  const env = { TF_BUILD: 'True', AGENT_TEMPDIRECTORY: world.folder };
  const { code, stderr } = await world.run([...rotate, '-q', '.rotated | length'], { env });
  expect(code).toBe(0);
  const path = /^##vso\[task\.uploadsummary\](.*)$/m.exec(stderr)?.[1] ?? '';
  expect(dirname(path)).toBe(world.folder);
  expect(readFileSync(path, 'utf8')).toMatch(/^## Rotation of service accounts\n\n1 rotated, 0 skipped, 0 failed\.\n/);
});

describe('$GITHUB_STEP_SUMMARY', () => {
  it('gets the report after what is in it', async () => {
    const world = createWorld({ accounts: 1 });
    const path = join(world.folder, 'summary');
    appendFileSync(path, '# Before\n');
    const run = await world.run(rotate, { env: { GITHUB_STEP_SUMMARY: path } });
    expect(run.code).toBe(0);
    expect(textOf(world, 'summary')).toMatch(/^# Before\n## Rotation of service accounts\n\n1 rotated[^]*\n\n$/);
  });

  it('that cannot be written is exit 6, and --report is written all the same', async () => {
    const world = createWorld({ accounts: 1 });
    const env = { GITHUB_STEP_SUMMARY: join(world.folder, 'none/summary') };
    const run = await world.run([...rotate, '--report', 'report.md'], { env });
    expect(run.code).toBe(6);
    expect(run.stderr.replaceAll(world.folder, 'FOLDER')).toContain(
      'sactl: the accounts were rotated, but the report could not be written to "FOLDER/none/summary": no such file or directory (ENOENT)\n',
    );
    expect(textOf(world, 'report.md')).toContain('1 rotated');
  });

  it('is left alone by a run that was refused', async () => {
    const world = createWorld({ accounts: 2 });
    const path = join(world.folder, 'summary');
    const argv = ['sa', 'rotate', '--all', '--to', 'file:token', '--yes'];
    expect((await world.run(argv, { env: { GITHUB_STEP_SUMMARY: path } })).code).toBe(2);
    expect(existsSync(path)).toBe(false);
  });
});
