// @module-tag slow
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { useNscale } from '../../harness/nscale.ts';
import { ops, keyFile } from '../../harness/age.ts';
import { testContext } from '../../harness/context.ts';
import { runIn } from '../../harness/run.ts';
import { freshStateDirectory } from '../../harness/state.ts';
import { brokenStdout, issuedToken, predictable, workFolder } from '../support.ts';
import { entryIds, rotation, runWithId, type Watched } from './entries.ts';
import { as, recipients, sealing, stateOf, tracesOf } from './sealing.ts';

const nscale = useNscale();
const id = entryIds.kept;

/** A job on a runner, whose disk is gone afterwards. */
function job(env: Record<string, string> = {}, options = predictable): Watched {
  return sealing(nscale(options), { CI: 'true', ...recipients, ...env });
}

const announcement =
  'sactl: a sealed copy of the new credential; with the identity, get it out of the log: sactl recover open -f job.log\n';

/** What is on stderr when a copy is printed, and nothing else. */
const copy = new RegExp(
  `^${announcement.replaceAll('.', '\\.')}-----BEGIN AGE ENCRYPTED FILE-----\n(?:[A-Za-z0-9+/=]{1,64}\n)+-----END AGE ENCRYPTED FILE-----\n$`,
);

/** The log of a job that could not deliver its credential. */
async function logOf(deployment: Watched, argv: readonly string[] = rotation, entry: string = id): Promise<string> {
  const run = { id: entry, argv: [...argv, '--json'], options: { stdout: brokenStdout('ENOSPC') } };
  const { code, stderr } = await runWithId(deployment, run);
  expect(code).toBe(8);
  return stderr;
}

/** Another machine, whose user has the identity. */
function elsewhere(deployment: Watched, env: Record<string, string> = as(ops.identity).env) {
  const stateDirectory = freshStateDirectory();
  return {
    stateDirectory,
    run: (argv: readonly string[], stdin = '') =>
      deployment.run(argv, {
        stdin,
        env: { CI: '', SACTL_STATE_RECIPIENTS: '', ...env, SACTL_STATE_DIR: stateDirectory },
      }),
  };
}

describe('a job of CI prints a sealed copy', () => {
  it('of what it kept, before it is delivered', async () => {
    const deployment = job();
    const folder = await workFolder();
    const rotated = await deployment.run([...rotation, '--to', 'file:t', '--json'], { cwd: folder });
    expect(rotated.code).toBe(0);
    expect(rotated.stderr).toMatch(copy);
    expect(tracesOf(issuedToken, `${rotated.stdout}${rotated.stderr}${await stateOf(deployment)}`)).toEqual([]);
    for (const word of ['ci-deploy', 'eyJ0eXBlIjoi']) expect(rotated.stderr).not.toContain(word);
  });

  it('before any verification, and whatever --quiet says', async () => {
    const seen: string[] = [];
    const deployment = job(
      {},
      {
        ...predictable,
        intercept: (request, next) => {
          seen.push(request.method);
          return next(request);
        },
      },
    );
    const context = deployment.context();
    const { write } = context.ctx.stderr;
    const stderr = {
      ...context.ctx.stderr,
      write: (text: string) => (seen.push(text.includes('BEGIN AGE') ? 'copy' : 'text'), write(text)),
    };
    const argv = [...rotation, '--quiet', '-q', '.credential.value'];
    expect(await runIn({ ...context, ctx: { ...context.ctx, stderr } }, argv)).toMatchObject({ code: 0 });
    expect(seen.slice(seen.indexOf('POST'))).toEqual(['POST', 'copy', 'GET']);
  });

  it.each([
    ['--no-capsule', {}, ['--no-capsule']],
    ['SACTL_STATE_CAPSULE', { SACTL_STATE_CAPSULE: 'off' }, []],
    ['no CI', { CI: '' }, []],
    ['CI=false', { CI: 'false' }, []],
    ['no recipients', { SACTL_STATE_RECIPIENTS: '' }, []],
  ])('and none with %s', async (_, env, flags) => {
    const argv = [...rotation, ...flags, '-q', '.credential.value'];
    expect(await job(env).run(argv)).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
  });

  it('and none where the configuration says so', async () => {
    const folder = await workFolder({ 'config.yaml': 'state: { capsule: off }' });
    const deployment = job({ SACTL_CONFIG: join(folder, 'config.yaml') });
    const rotated = await deployment.run([...rotation, '-q', '.credential.value']);
    expect(rotated).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
  });

  it('and none of what is not to be kept', async () => {
    const argv = [...rotation, '--no-journal', '--to', 'file:t', '-q', '.id'];
    expect(await job().run(argv, { cwd: await workFolder() })).toMatchObject({ code: 0, stderr: '' });
  });

  it('of a create and of a supplied token, too', async () => {
    const created = await job().run(['sa', 'create', '--name', 'ci', '-q', '.credential.value']);
    expect(created).toMatchObject({ code: 0, stdout: `${issuedToken}\n`, stderr: expect.stringMatching(copy) });
  });

  it('of each account in lines that stay together', async () => {
    const folder = await workFolder();
    const ids = ['ci-deploy', 'terraform', 'nightly-train'].flatMap((name) => ['--id', name]);
    const { code, stderr } = await job().run(['sa', 'rotate', ...ids, '--yes', '--to', 'file:{name}', '--json'], {
      cwd: folder,
    });
    expect(code).toBe(0);
    const copies = stderr.match(
      /-----BEGIN AGE ENCRYPTED FILE-----\n(?:[A-Za-z0-9+/=]+\n)+-----END AGE ENCRYPTED FILE-----\n/g,
    );
    expect(copies).toHaveLength(3);
  });
});

describe('recover open', () => {
  it("puts what a job kept into this machine's journal, where it is delivered from", async () => {
    const deployment = job();
    const log = await logOf(deployment);
    await rm(deployment.stateDirectory, { recursive: true });
    const laptop = elsewhere(deployment);
    const asked = deployment.requests.length;
    expect(await laptop.run(['recover', 'open', '-q', '.[] | [.id, .state, .accountName, .operation]'], log)).toEqual({
      code: 0,
      stdout: `["${id}","kept","ci-deploy","rotate"]\n`,
      stderr: `sactl: to deliver it: sactl recover deliver --id ${id}\n`,
    });
    expect(deployment.requests.length).toBe(asked);
    const delivered = await laptop.run(['recover', 'deliver', '--id', id, '--yes', '-q', '.credential.value']);
    expect(delivered).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
  });

  it('says how to deliver several at once', async () => {
    const deployment = job();
    const ids = ['ci-deploy', 'terraform'].flatMap((name) => ['--id', name]);
    const rotated = ['sa', 'rotate', ...ids, '--yes', '--to', 'file:{name}', '--json'];
    const { stderr } = await deployment.run(rotated, { cwd: await workFolder() });
    expect(
      await elsewhere(deployment).run(['recover', 'open', '-q', '[.[].accountName] | sort | .[]'], stderr),
    ).toEqual({
      code: 0,
      stdout: 'ci-deploy\nterraform\n',
      stderr: 'sactl: to deliver them: sactl recover deliver --all\n',
    });
  });

  it('prints a list, and for people a table', async () => {
    const deployment = job();
    const log = await logOf(deployment);
    const list = await elsewhere(deployment).run(['recover', 'open', '--json'], log);
    expect(JSON.parse(list.stdout)).toMatchObject([{ id, state: 'kept', message: 'it came from the log of a job' }]);
    const table = await elsewhere(deployment).run(['recover', 'open', '--format', 'table'], log);
    expect(table.stdout).toMatch(/^STATE +ACCOUNT .*\nkept +ci-deploy /);
  });

  it('seals it again where recipients are set, so that nothing is on this disk either', async () => {
    const deployment = job();
    const log = await logOf(deployment);
    const laptop = elsewhere(deployment, { ...recipients, ...as(ops.identity).env });
    expect((await laptop.run(['recover', 'open', '-q', '.[].state'], log)).stdout).toBe('sealed\n');
    expect(tracesOf(issuedToken, await stateOf(laptop))).toEqual([]);
    const delivered = await laptop.run(['recover', 'deliver', '--id', id, '--yes', '-q', '.credential.value']);
    expect(delivered).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
  });

  it('reads a file, behind the times of a CI system', async () => {
    const deployment = job();
    const log = (await logOf(deployment)).replaceAll(/^/gm, '2026-11-29T16:41:00.1234567Z ');
    const folder = await workFolder({ 'job.log': log, 'key.txt': keyFile(ops) });
    const laptop = elsewhere(deployment, as(join(folder, 'key.txt')).env);
    const opened = await laptop.run(['recover', 'open', '-f', join(folder, 'job.log'), '-q', '.[].id']);
    expect(opened).toMatchObject({ code: 0, stdout: `${id}\n` });
  });

  it('leaves an entry as it is that is in the journal', async () => {
    const deployment = job();
    const log = await logOf(deployment);
    const before = await stateOf(deployment);
    const again = await deployment.run(['recover', 'open', '--json'], { ...as(ops.identity), stdin: log });
    expect(again).toEqual({
      code: 0,
      stdout: '[]\n',
      stderr: `sactl: entry ${id} is in the journal already, and stays as it is\n`,
    });
    expect(await stateOf(deployment)).toBe(before);
  });

  it('takes all of several, and tells those that are damaged with their lines', async () => {
    const deployment = job();
    const first = await logOf(deployment);
    const second = await logOf(deployment, ['sa', 'rotate', '--id', 'terraform', '--yes'], entryIds.other);
    const damaged = first.replace(/\n([A-Za-z0-9+/]{64}\n){2}/, '\n');
    const laptop = elsewhere(deployment);
    const opened = await laptop.run(['recover', 'open', '--no-color', '-q', '.[].id'], `${damaged}${second}`);
    expect({ code: opened.code, stdout: opened.stdout }).toEqual({ code: 6, stdout: `${entryIds.other}\n` });
    expect(opened.stderr).toContain('line 2 of the log: the sealed copy is damaged, or cut off');
    const nothing = await elsewhere(deployment).run(['recover', 'open', '--json'], damaged);
    expect({ code: nothing.code, stdout: nothing.stdout }).toEqual({ code: 1, stdout: '[]\n' });
  });

  it('takes the last of several copies of one entry', async () => {
    const deployment = job();
    const log = await logOf(deployment);
    const opened = await elsewhere(deployment).run(['recover', 'open', '-q', '.[].id'], `${log}\n${log}`);
    expect(opened).toMatchObject({ code: 0, stdout: `${id}\n` });
  });

  it('says so where nothing is found', async () => {
    const message = 'the log has no sealed copy of a credential';
    const opened = await elsewhere(job()).run(['recover', 'open', '--json'], 'nothing here\n');
    expect({ code: opened.code, stdout: opened.stdout }).toEqual({ code: 3, stdout: '' });
    expect(JSON.parse(opened.stderr)).toMatchObject({ error: { code: 'not_found', message } });
  });

  it.each([
    ['no identity', {}, 2, 'no identity is set here'],
    [
      'an identity that cannot be read',
      as('/nonexistent/key').env,
      2,
      'no identity: file /nonexistent/key cannot be read (ENOENT)',
    ],
    [
      'the identity of somebody else',
      as('AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX').env,
      1,
      'line 2 of the log: the identity from environment variable SACTL_STATE_IDENTITY does not open it',
    ],
  ])('opens nothing with %s', async (_, env, code, message) => {
    const deployment = job();
    const log = await logOf(deployment);
    const opened = await elsewhere(deployment, env).run(['recover', 'open', '--json'], log);
    expect(opened.code).toBe(code);
    expect(JSON.parse(opened.stderr)).toMatchObject({ error: { message } });
  });

  it.each([
    [
      'a file that is not there',
      ['-f', '/nonexistent/log'],
      'cannot read /nonexistent/log: no such file or directory (ENOENT)',
    ],
    ['a folder', ['-f', '/'], 'cannot read /: it is a directory'],
  ])('refuses %s', async (_, flags, message) => {
    const opened = await elsewhere(job()).run(['recover', 'open', '--json', ...flags]);
    expect(opened.code).toBe(2);
    expect(JSON.parse(opened.stderr)).toMatchObject({ error: { message } });
  });

  it('reads no terminal', async () => {
    const { code, stderr } = await runIn(testContext({ terminal: 100, env: { NO_COLOR: '1' } }), ['recover', 'open']);
    expect(code).toBe(2);
    expect(stderr).toContain('the log is read from standard input, which is a terminal: pipe it in, or use -f <file>');
  });

  it('takes what is of the sandbox into the sandbox only', async () => {
    const deployment = job();
    const sandbox = await runWithId(deployment, { id, argv: [...rotation, '--sandbox', '-q', '.credential.value'] });
    expect(sandbox.stderr).toContain('-----BEGIN AGE ENCRYPTED FILE-----');
    const laptop = elsewhere(deployment);
    const opened = await laptop.run(['recover', 'open', '--json'], sandbox.stderr);
    expect(opened.code).toBe(1);
    expect(opened.stderr).toContain('line 2 of the log: it is from the sandbox: add --sandbox');
    const rehearsed = await laptop.run(['recover', 'open', '--sandbox', '-q', '.[].id'], sandbox.stderr);
    expect(rehearsed).toMatchObject({ code: 0, stdout: `${id}\n` });
  });
});
