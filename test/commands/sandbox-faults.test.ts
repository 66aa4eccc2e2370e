import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { accountIds } from '../../src/sandbox/nscale/seed-ids.ts';
import { testContext } from '../harness/context.ts';
import { run, runIn, type Outcome } from '../harness/run.ts';
import { marked } from './runai-sandbox.ts';
import { operationId, workFolder } from './support.ts';

/** Runs on a sandbox of its own, with these faults. */
async function rehearse(
  faults: string,
  argv: readonly string[],
): Promise<Outcome & { readonly cwd: string; readonly env: Record<string, string> }> {
  const cwd = await workFolder();
  const env = { SACTL_STATE_DIR: join(cwd, 'state') };
  const outcome = await run([...argv, '--sandbox'], { cwd, env: { ...env, SACTL_SANDBOX_FAULT: faults } });
  return { ...outcome, cwd, env };
}

const list = ['sa', 'list', '--search', 'ci-deploy', '-q', '.[].name'];
const rotate = ['sa', 'rotate', '--id', 'ci-deploy', '--yes'];
const naming = `service account ci-deploy (${accountIds.ciDeploy})`;

describe('SACTL_SANDBOX_FAULT', () => {
  it.each([
    ['nothing', '', 0],
    ['white space', ' \t\n', 0],
  ])('may hold %s', async (_, faults, code) => {
    const outcome = await rehearse(faults, list);
    expect(outcome).toMatchObject({ code, stdout: 'ci-deploy\n', stderr: '' });
  });

  it('is named with every problem in it', async () => {
    const faults = 'nscale.list=teapot aws.list=503 nscale.list=503@0 nonsense';
    const outcome = await rehearse(faults, ['sa', 'list']);
    const names =
      '429, 503, expired, drop-before-commit, drop-after-commit, 500-after-commit, html-502, truncated, cut-json, slow';
    expect(outcome).toMatchObject({
      code: 2,
      stdout: '',
      stderr: marked(
        `sactl: SACTL_SANDBOX_FAULT "nscale.list=teapot": the fault must be one of ${names}`,
        'sactl: SACTL_SANDBOX_FAULT "aws.list=503": the provider must be one of nscale, runai, augment',
        'sactl: SACTL_SANDBOX_FAULT "nscale.list=503@0": what follows @ is the number of one request, from 1',
        'sactl: SACTL_SANDBOX_FAULT "nonsense": write <provider>.<operation>=<fault>[@<nth>], e.g. nscale.rotate=drop-after-commit@1',
      ),
    });
  });

  it('is not even read without --sandbox', async () => {
    const { code, stderr } = await run(['sa', 'list', '--provider', 'nscale'], {
      env: { SACTL_SANDBOX_FAULT: 'nonsense' },
    });
    expect(code).toBe(4);
    expect(stderr).not.toContain('SACTL_SANDBOX_FAULT');
  });

  it('counts the requests of each run anew', async () => {
    const { cwd, env } = await rehearse('', list);
    const options = { cwd, env: { ...env, SACTL_SANDBOX_FAULT: 'nscale.list=503@1' } };
    for (const _ of [1, 2]) {
      const context = testContext(options);
      const outcome = await runIn(context, [...list, '--sandbox', '--debug']);
      expect(outcome).toMatchObject({ code: 0, stdout: 'ci-deploy\n' });
      expect(context.sleeps).toHaveLength(1);
    }
  });

  it('acts on one provider and one operation', async () => {
    const outcome = await rehearse('runai.*=503 nscale.rotate=503', list);
    expect(outcome).toMatchObject({ code: 0, stdout: 'ci-deploy\n', stderr: '' });
  });
});

const unknownOutcome = '[sandbox] sactl: the outcome of a request is unknown: sactl recover list --sandbox\n';

describe('a rehearsal', () => {
  it('of a provider that is down fails after some tries, and changes nothing', async () => {
    const outcome = await rehearse('nscale.list=503', ['sa', 'list']);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 1, stdout: '' });
    for (const line of outcome.stderr.trimEnd().split('\n')) expect(line).toMatch(/^\[sandbox\] /);
    expect(outcome.stderr).toContain('nscale answered 503');
  });

  it('of an expired credential is exit 4', async () => {
    const { code, stderr } = await rehearse('nscale.*=expired', ['sa', 'list', '--json']);
    expect(code).toBe(4);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'unauthenticated', status: 401, exitCode: 4 },
      sandbox: true,
    });
  });

  it('of a lost answer brings the token of a second rotation', async () => {
    const argv = [...rotate, '--to', 'file:token', '-q', '.reissued, .verified'];
    const outcome = await rehearse('nscale.rotate=drop-after-commit@1', argv);
    expect(outcome).toMatchObject({
      code: 0,
      stdout: 'true\ntrue\n',
      stderr: marked(
        'sactl: the answer was lost; looking for its outcome, for up to 30 s',
        `sactl: issuing another credential for ci-deploy (${accountIds.ciDeploy})`,
      ),
    });
    expect(await readFile(join(outcome.cwd, 'token'), 'utf8')).toMatch(/^\S{100,}$/);
  });

  it('of a lost answer is exit 7 where nothing may be issued again', async () => {
    const argv = [...rotate, '--no-reissue', '--format', 'yaml'];
    const outcome = await rehearse('nscale.rotate=html-502', argv);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 7, stdout: '' });
    const lines = outcome.stderr.trimEnd().split('\n');
    expect(lines.every((line) => line.startsWith('[sandbox] '))).toBe(true);
    expect(lines[1]).toContain(`cannot rotate ${naming}`);
    expect(lines[1]).toContain('it was rotated: the old credential is dead');
    const show = await run(['recover', 'list', '--sandbox', '-q', '.[] | [.state, .sandbox]'], { env: outcome.env });
    expect(show).toEqual({ code: 0, stdout: '["asked",true]\n', stderr: '' });
    const next = await run([...list, '--sandbox'], { env: outcome.env });
    expect(next).toEqual({ code: 0, stdout: 'ci-deploy\n', stderr: unknownOutcome });
  });

  it('of half an answer keeps what came', async () => {
    const argv = [...rotate, '--no-reissue', '--format', 'yaml'];
    const { code, env } = await rehearse('nscale.rotate=cut-json', argv);
    expect(code).toBe(8);
    const reveal = ['recover', 'show', '--sandbox', '--reveal'];
    const ids = await run(['recover', 'list', '--sandbox', '-q', '.[].id'], { env });
    const outcome = await run([...reveal, '--id', ids.stdout.trim(), '-q', '.state, .answer'], { env });
    expect(outcome).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^broken\n\{"metadata":/),
      stderr: marked('sactl: no credential could be read from the answer; it is printed as it was received'),
    });
  });
});

/** A sandbox with a token that is kept, because stdout was full. */
async function withKept(): Promise<{ env: Record<string, string>; cwd: string }> {
  const cwd = await workFolder();
  const env = { SACTL_STATE_DIR: join(cwd, 'state') };
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
  const { code } = await run([...rotate, '--json', '--sandbox'], {
    env,
    stdout: { write: () => Promise.reject(full) },
  });
  expect(code).toBe(8);
  return { env, cwd };
}

describe('a rehearsal of recover deliver', () => {
  const deliver = ['recover', 'deliver', '--sandbox', '--id', '0000', '--yes'];

  it('delivers in the sandbox, with the emulator', async () => {
    const { env, cwd } = await withKept();
    const argv = [...deliver, '--to', 'file:token', '--to', 'gh-secret:acme/app#TOKEN'];
    const outcome = await run([...argv, '-q', '.verified, .deliveredTo[].ok'], { env, cwd });
    expect(outcome).toEqual({
      code: 0,
      stdout: 'true\ntrue\ntrue\n',
      stderr: marked('sactl: gh-secret:acme/app#TOKEN is only simulated in the sandbox'),
    });
    expect(await readFile(join(cwd, 'token'), 'utf8')).toMatch(/^\S{100,}$/);
  });

  it('delivers no token that cannot be tried, and says so', async () => {
    const { env, cwd } = await withKept();
    const faults = { SACTL_SANDBOX_FAULT: 'nscale.read=drop-before-commit' };
    const argv = [...deliver, '--to', 'file:token', '-q', '.verified'];
    const outcome = await run(argv, { env: { ...env, ...faults }, cwd });
    expect(outcome).toMatchObject({ code: 8, stdout: '' });
    expect(outcome.stderr).toContain('could not be tried');
    await expect(readFile(join(cwd, 'token'), 'utf8')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses a token that is dead, and says how to replace it', async () => {
    const { env, cwd } = await withKept();
    const faults = { SACTL_SANDBOX_FAULT: 'nscale.read=expired' };
    const outcome = await run([...deliver, '--to', 'file:token'], { env: { ...env, ...faults }, cwd });
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 8, stdout: '' });
    expect(outcome.stderr).toMatch(/^\[sandbox\] sactl: the credential that entry /);
    expect(outcome.stderr).toContain(
      `sactl recover discard --id ${operationId} --sandbox; else issue another: sactl serviceaccounts rotate --id ${accountIds.ciDeploy} --provider nscale --sandbox\n`,
    );
  });

  it('cannot be reached by a fault that makes no sense', async () => {
    const { env, cwd } = await withKept();
    const outcome = await run([...deliver, '--to', 'file:token'], { env: { ...env, SACTL_SANDBOX_FAULT: 'x' }, cwd });
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: marked(
        'sactl: SACTL_SANDBOX_FAULT "x": write <provider>.<operation>=<fault>[@<nth>], e.g. nscale.rotate=drop-after-commit@1',
      ),
    });
  });
});
