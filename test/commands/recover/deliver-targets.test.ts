// @module-tag slow
import { chmod, mkdir, readFile, readdir, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { useNscale } from '../../harness/nscale.ts';
import { accountsPath, issuedToken, predictable, workFolder } from '../support.ts';
import {
  entryIds,
  fingerprint,
  idsIn,
  leaveEntry,
  leftIntent,
  rotation,
  runWithId,
  watched,
  type LeftEntry,
  type Watched,
} from './entries.ts';

const nscale = useNscale();

const deliver = ['recover', 'deliver', '--id', '4f1c09d2'];
const verification = 'GET /api/v1/organizations';

/** A deployment with an entry that no run left, whose token works. */
async function withEntry(left: LeftEntry): Promise<Watched> {
  const deployment = nscale(predictable);
  await deployment.run([...rotation, '-q', '.credential.value']);
  await leaveEntry(deployment, left);
  return watched(deployment);
}

const report = [...deliver, '--yes', '-q', '[.credential.value, .deliveredTo, .verified]'];

function reported(...targets: readonly string[]): string {
  const deliveredTo = targets.map((target) => ({ target, ok: true, error: null }));
  return `${JSON.stringify([null, deliveredTo, true])}\n`;
}

function omission(target: string): string {
  return `${target} has not had this credential, and does not get it: what is there stays`;
}

describe('recover deliver to the targets of the request', () => {
  it('goes to those that are left, against the folder they were given in', async () => {
    const directory = await workFolder({ there: 'old' });
    await mkdir(join(directory, 'secrets'));
    const targets = ['file:there', 'file:secrets/ci-deploy.token', 'dotenv:.env#TOKEN'];
    const deployment = await withEntry({ directory, targets, delivered: ['file:there'] });
    expect(await deployment.run(report, { cwd: await workFolder() })).toEqual({
      code: 0,
      stdout: reported('file:secrets/ci-deploy.token', 'dotenv:.env#TOKEN'),
      stderr: '',
    });
    expect(await readFile(join(directory, 'secrets/ci-deploy.token'), 'utf8')).toBe(issuedToken);
    expect(await readFile(join(directory, '.env'), 'utf8')).toBe(`TOKEN=${issuedToken}\n`);
    expect(await readFile(join(directory, 'there'), 'utf8')).toBe('old');
    expect(deployment.asked()).toEqual([verification, `GET ${accountsPath}`]);
    expect(await idsIn(deployment)).toEqual([]);
  });

  it('goes nowhere that a link leads to which came there since', async () => {
    const [above, elsewhere] = [await workFolder(), await workFolder()];
    const directory = join(above, 'clone');
    await mkdir(directory);
    const targets = ['file:t', 'file:../t', 'dotenv:secrets/.env#TOKEN'];
    const deployment = await withEntry({ directory, targets });
    await rmdir(directory);
    await symlink(elsewhere, directory);
    await mkdir(join(elsewhere, 'secrets'));
    const { asked } = watched(deployment);
    const { code, stdout, stderr } = await deployment.run([...deliver, '--yes'], { cwd: await workFolder() });
    const why = `${directory}, where the path starts, leads to ${elsewhere} and not to ${directory} any more`;
    const advice = 'if that is meant, name it by its absolute path';
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: ['file:t', 'dotenv:secrets/.env#TOKEN']
        .map((target) => `sactl: --to "${target}": ${why}; ${advice}\n`)
        .join(''),
    });
    expect(asked()).toEqual([]);
    expect(await readdir(join(elsewhere, 'secrets'))).toEqual([]);
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });

  it('says in the question where relative paths lead', async () => {
    const directory = await workFolder();
    const deployment = await withEntry({ directory, targets: ['file:token'] });
    const outcome = await deployment.run([...deliver, '--no-color', '-q', '.id'], {
      terminal: 100,
      prompt: { confirm: () => Promise.resolve(true) },
    });
    expect(outcome).toEqual({
      code: 0,
      stdout: `${accountIds.ciDeploy}\n`,
      stderr: [
        '  - the credential goes to file:token',
        `  - relative paths are against ${directory}`,
        '  - the entry is erased',
        '',
      ].join('\n'),
    });
    expect(await readFile(join(directory, 'token'), 'utf8')).toBe(issuedToken);
  });

  it('delivers what a run could not, when its folder is there again', async () => {
    const cwd = await workFolder();
    const folder = join(cwd, 'out');
    await mkdir(folder);
    const deployment = nscale({
      ...predictable,
      intercept: async (request, next) => {
        const answer = await next(request);
        if (request.method === 'POST') await rm(folder, { recursive: true });
        return answer;
      },
    });
    const failed = await runWithId(deployment, {
      id: entryIds.kept,
      argv: [...rotation, '--to', 'file:out/token', '--to', 'file:other', '--json'],
      options: { cwd },
    });
    expect(failed.code).toBe(8);
    expect(await readFile(join(cwd, 'other'), 'utf8')).toBe(issuedToken);
    await mkdir(folder);
    expect(await deployment.run(report)).toEqual({ code: 0, stdout: reported('file:out/token'), stderr: '' });
    expect(await readFile(join(folder, 'token'), 'utf8')).toBe(issuedToken);
    expect(await idsIn(deployment)).toEqual([]);
  });

  it('prints nothing secret where all of them have it, and erases the entry', async () => {
    const targets = ['exec:false', 'file:/nonexistent/token'];
    const deployment = await withEntry({ targets, delivered: targets });
    expect(await deployment.run(report)).toEqual({ code: 0, stdout: reported(...targets), stderr: '' });
    expect(await idsIn(deployment)).toEqual([]);
  });

  it("replaces the profile's own file", async () => {
    const folder = await workFolder({ token: 'old' });
    const content = { profiles: { prod: { provider: 'nscale', credential: { file: 'token' } } } };
    await writeFile(join(folder, 'config.json'), JSON.stringify(content));
    await chmod(join(folder, 'token'), 0o600);
    const connection = { ...leftIntent.connection, profile: 'prod' };
    const deployment = await withEntry({ connection, targets: ['profile'] });
    const env = { SACTL_CONFIG: join(folder, 'config.json') };
    expect(await deployment.run(report, { env })).toEqual({ code: 0, stdout: reported('profile'), stderr: '' });
    expect(await readFile(join(folder, 'token'), 'utf8')).toBe(issuedToken);
  });
});

describe('recover deliver --to', () => {
  it('goes there instead, against the working directory', async () => {
    const cwd = await workFolder();
    const deployment = await withEntry({ targets: ['file:/nonexistent/token'] });
    const argv = [...report, '--to', 'file:{name}.token', '--to', 'file+json:all.json'];
    expect(await deployment.run(argv, { cwd })).toEqual({
      code: 0,
      stdout: reported('file:ci-deploy.token', 'file+json:all.json'),
      stderr: `sactl: ${omission('file:/nonexistent/token')}\n`,
    });
    expect(await readFile(join(cwd, 'ci-deploy.token'), 'utf8')).toBe(issuedToken);
    expect(JSON.parse(await readFile(join(cwd, 'all.json'), 'utf8'))).toEqual({
      kind: 'access-token',
      value: issuedToken,
      clientId: null,
      expiresAt: '2027-02-20T12:00:00Z',
      fingerprint,
    });
    expect(await idsIn(deployment)).toEqual([]);
  });

  const open = ['gh-secret:acme/app#TOKEN', 'exec:deploy {name}', 'file:there', 'file:token'];

  it('says which targets of the request do not get it, also with --yes, and erases the entry', async () => {
    const cwd = await workFolder();
    const deployment = await withEntry({ targets: open, delivered: ['file:there'], directory: cwd });
    expect(await deployment.run([...report, '--to', 'file:other', '--to', 'file:./token'], { cwd })).toEqual({
      code: 0,
      stdout: reported('file:other', 'file:./token'),
      stderr: open
        .slice(0, 2)
        .map((target) => `sactl: ${omission(target)}\n`)
        .join(''),
    });
    expect(await idsIn(deployment)).toEqual([]);
  });

  it('takes a relative target of another folder for another place', async () => {
    const directory = await workFolder();
    const deployment = await withEntry({ targets: ['file:token'], directory });
    expect(await deployment.run([...report, '--to', 'file:token'], { cwd: await workFolder() })).toEqual({
      code: 0,
      stdout: reported('file:token'),
      stderr: `sactl: ${omission(`file:${directory}/token`)}\n`,
    });
  });

  it('says it in the question, and erases nothing where the answer is no', async () => {
    const cwd = await workFolder();
    const deployment = await withEntry({ targets: open, delivered: ['file:there'], directory: cwd });
    const { code, stderr } = await deployment.run([...deliver, '--no-color', '--to', 'file:other'], {
      cwd,
      terminal: 200,
      prompt: { confirm: () => Promise.resolve(false) },
    });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: [
        '  - the credential goes to file:other',
        ...[open[0], open[1], `file:${cwd}/token`].map((target) => `  - ${omission(target ?? '')}`),
        '  - the entry is erased',
        'sactl: not confirmed; nothing was changed',
        '',
      ].join('\n'),
    });
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
    expect(await readdir(cwd)).toEqual([]);
  });

  it('shows people where it went', async () => {
    const cwd = await workFolder();
    const deployment = await withEntry({});
    const argv = [...deliver, '--yes', '--to', 'file:token'];
    const { code, stdout, stderr } = await deployment.run(argv, { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').slice(-4)).toEqual([
      `Fingerprint:   ${fingerprint}`,
      'Delivered to:  file:token',
      'Verified:      true',
      '',
    ]);
    expect(stdout).not.toContain(issuedToken);
  });

  it('warns of a file that others can read', async () => {
    const cwd = await workFolder({ token: 'old' });
    const path = join(cwd, 'token');
    await chmod(path, 0o644);
    const deployment = await withEntry({});
    expect(await deployment.run([...report, '--to', 'file:token'], { cwd })).toEqual({
      code: 0,
      stdout: reported('file:token'),
      stderr: `sactl: ${path} is open to other users (mode 0644) and stays so; chmod 600 would close it\n`,
    });
  });
});
