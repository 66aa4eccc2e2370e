import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { underWayHint } from '../../../src/state/stored-entry.ts';
import { openAccountLocks } from '../../../src/state/account-lock.ts';
import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { nscaleEndpoint, organizationId, useNscale } from '../../harness/nscale.ts';
import { endless, testNow } from '../../harness/context.ts';
import { brokenStdout, issuedToken, predictable, problems, workFolder } from '../support.ts';
import {
  entryIds,
  fromTheFuture,
  idsIn,
  keepCredential,
  leaveEntry,
  leaveFile,
  leftIntent,
  otherMachine,
  otherProcess,
  rotation,
  watched,
  type LeftEntry,
} from './entries.ts';

const nscale = useNscale();

const deliver = ['recover', 'deliver', '--id', '4f1c09d2'];
const name = `nscale service account ci-deploy (${accountIds.ciDeploy})`;
const again = `issue another: sactl serviceaccounts rotate --id ${accountIds.ciDeploy} --provider nscale --org ${organizationId}`;

describe('recover deliver off a terminal', () => {
  const missingId = '--id is missing: give the id of an entry, or its first characters (sactl recover list)';
  const missingYes = 'this needs a confirmation, and there is no terminal to ask on: add --yes';
  it.each([
    [[], [missingId, missingYes]],
    [['--id', '4f1c'], [missingYes]],
    [['--yes'], [missingId]],
    [['--yes', '--id', ' '], [missingId]],
    [['--yes', '--no-input'], [missingId]],
  ])('needs all of its input: %j', async (argv, lines) => {
    expect(await nscale().run(['recover', 'deliver', ...argv])).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(lines),
    });
  });
});

describe('recover deliver refuses an entry', () => {
  const holdsNone = `entry ${entryIds.kept} holds no credential:`;
  const creation = { operation: 'create', account: { ...leftIntent.account, id: null } } as const;
  const search = `see whether the account exists, and rotate it if so: sactl serviceaccounts list --search ci-deploy --provider nscale --org ${organizationId}`;
  const discard = `sactl recover discard --id ${entryIds.kept}`;
  const cases: readonly (readonly [string, LeftEntry, number, readonly [string, string]])[] = [
    ['without an answer', { answer: null }, 3, [`${holdsNone} the request left, and no answer is known`, again]],
    [
      'of a create without an answer',
      { ...creation, answer: null },
      3,
      [`${holdsNone} the request left, and no answer is known`, `${search}; then: ${discard}`],
    ],
    [
      'without its secret',
      { keepsSecrets: false },
      3,
      [`${holdsNone} it was left without its secret (--no-journal)`, again],
    ],
    [
      'that sent nothing',
      { isSent: false, self: otherMachine, seconds: 121 },
      3,
      [`${holdsNone} nothing was sent`, discard],
    ],
    [
      'whose answer cannot be read',
      { answer: { text: '{"status":' } },
      1,
      [
        `entry ${entryIds.kept} keeps an answer from which no credential could be read`,
        `look at it: sactl recover show --id ${entryIds.kept} --reveal`,
      ],
    ],
    [
      'that another run is at',
      { self: otherProcess },
      5,
      [`entry ${entryIds.kept} is under way in process 99 on test-host`, underWayHint],
    ],
  ];
  it.each(cases)('%s', async (_, left, code, [message, hint]) => {
    const deployment = nscale();
    await leaveEntry(deployment, left);
    const self = { pid: 4711, host: 'test-host', isRunning: () => true };
    expect(await deployment.run([...deliver, '--yes', '--to', 'file:x'], { self })).toEqual({
      code,
      stdout: '',
      stderr: problems([message], hint),
    });
    expect(deployment.requests).toEqual([]);
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });

  it('of a newer version', async () => {
    const deployment = nscale();
    await leaveEntry(deployment);
    await fromTheFuture(deployment);
    expect(await deployment.run([...deliver, '--yes'])).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([`entry ${entryIds.kept} was written by a newer sactl; use that one`]),
    });
  });

  it('that is none', async () => {
    const deployment = nscale();
    const path = await leaveFile(deployment, { id: entryIds.kept, text: 'garbage\n' });
    expect(await deployment.run([...deliver, '--yes'])).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(
        [`entry ${entryIds.kept} cannot be read: it does not begin like an entry`],
        `look at ${path}; to remove it: ${discard}`,
      ),
    });
  });
});

describe('recover deliver refuses targets', () => {
  it('that make no sense or cannot be written, all of them', async () => {
    const deployment = nscale();
    const cwd = await workFolder();
    await leaveEntry(deployment);
    const argv = [...deliver, '--yes', '--to', 'ftp:x', '--to', 'file:', '--to', 'profile'];
    expect(await deployment.run(argv, { cwd })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^sactl: --to "ftp:x": "ftp" is not a kind of target.*\nsactl: --to "file:": a place must follow.*\nsactl: --to "profile": no profile .*\nsactl: --to "profile": the credential was not issued for a profile; use file:<path>\n$/,
      ),
    });
    const same = [...deliver, '--yes', '--to', 'file:a', '--to', 'file:A'];
    expect(await deployment.run(same, { cwd })).toMatchObject({ code: 2, stdout: '' });
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });

  it('that were recorded against a folder that is gone', async () => {
    const deployment = nscale();
    await leaveEntry(deployment, { targets: ['file:token'], directory: '/nonexistent/work' });
    expect(await deployment.run([...deliver, '--yes'], { cwd: await workFolder() })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['--to "file:token": there is no folder /nonexistent/work; make it first (mkdir)']),
    });
  });
});

describe('recover deliver refuses a credential that no longer works', () => {
  it('because it was rotated on another machine', async () => {
    const cwd = await workFolder({ token: 'what works' });
    await chmod(join(cwd, 'token'), 0o600);
    let count = 0;
    const deployment = nscale({ newSecret: () => `issued.token.${(count += 1)}` });
    await keepCredential(deployment, rotation);
    const elsewhere = { env: { SACTL_STATE_DIR: join(cwd, 'elsewhere') } };
    const rotated = await deployment.run([...rotation, '-q', '.credential.value'], elsewhere);
    expect(rotated.stdout).toBe('issued.token.2\n');
    const { asked } = watched(deployment);
    expect(await deployment.run([...deliver, '--yes', '--to', 'file:token'], { cwd })).toEqual({
      code: 8,
      stdout: '',
      stderr: problems(
        [
          `the credential that entry ${entryIds.kept} keeps for ${name} does not work: cannot list organizations: nscale answered 401: this is not an nscale token, or only a part of one (unrecognized bearer token format); nothing was delivered`,
        ],
        `if a newer one is in use: sactl recover discard --id ${entryIds.kept}; else ${again}`,
      ),
    });
    expect(asked()).toEqual(['GET /api/v1/organizations']);
    expect(await readFile(join(cwd, 'token'), 'utf8')).toBe('what works');
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });

  it('and a later rotation here erases it', async () => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    const outcome = await deployment.run([...rotation, '-q', '.credential.value']);
    expect(outcome).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
    expect(await deployment.run([...deliver, '--yes'])).toEqual({
      code: 3,
      stdout: '',
      stderr: problems(['there is no journal entry "4f1c09d2"'], 'sactl recover list'),
    });
  });
});

describe('recover deliver respects the lock of the account', () => {
  it('that another run holds', async () => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    const { asked } = watched(deployment);
    const locks = openAccountLocks({
      stateDirectory: deployment.stateDirectory,
      now: () => testNow,
      platform: process.platform,
      userId: process.getuid?.() ?? null,
      self: otherProcess,
      timeout: endless,
    });
    const key = ['nscale', nscaleEndpoint, organizationId, accountIds.ciDeploy];
    const lock = await locks.lock({ key, name });
    const self = { pid: 4711, host: 'test-host', isRunning: () => true };
    const argv = [...deliver, '--yes', '-q', '.credential.value'];
    const { code, stdout, stderr } = await deployment.run(argv, { self });
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'locked',
        message: `${name} is locked by process 99 on test-host since 2026-11-22T12:00:00Z`,
        retryable: true,
      },
    });
    expect(asked()).toEqual([]);
    await lock.release();
    expect(await deployment.run(argv, { self })).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
  });
});

describe('recover deliver that fails keeps the credential', () => {
  const kept = `the credential that entry ${entryIds.kept} keeps for ${name}`;
  const hint = `sactl recover deliver --id ${entryIds.kept}`;

  it.each(['EPIPE', 'ENOSPC'])('when stdout takes nothing: %s', async (error) => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    const outcome = await deployment.run([...deliver, '--yes', '--format', 'yaml'], { stdout: brokenStdout(error) });
    expect(outcome).toMatchObject({ code: 8, stdout: '' });
    expect(outcome.stderr).toMatch(
      new RegExp(`^sactl: .*could not be written to stdout.*; it is kept\nhint: ${hint}\n$`),
    );
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });

  it('when one of its targets fails, and remembers the other', async () => {
    const cwd = await workFolder();
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    const argv = [...deliver, '--yes', '--to', 'file:a', '--to', 'exec:false', '--quiet'];
    const outcome = await deployment.run([...argv, '-q', '.recoverId'], { cwd, env: { PATH: '/usr/bin:/bin' } });
    expect(outcome).toMatchObject({ code: 8, stdout: `${entryIds.kept}\n` });
    expect(JSON.parse(outcome.stderr)).toMatchObject({
      error: {
        code: 'undelivered',
        message: expect.stringMatching(`^${escaped(kept)} was not delivered to exec:false: .*; it is kept$`),
        hint,
      },
    });
    expect(await readFile(join(cwd, 'a'), 'utf8')).toBe(issuedToken);
    const filter = '[.state, .delivered, .targets]';
    const show = ['recover', 'show', '--id', '4f1c', '-q', filter];
    expect((await deployment.run(show)).stdout).toBe('["kept",["file:a"],[]]\n');
  });

  it('and another try delivers it', async () => {
    const cwd = await workFolder();
    await mkdir(join(cwd, 'out'));
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    await deployment.run([...deliver, '--yes', '--json'], { stdout: brokenStdout('ENOSPC') });
    const argv = [...deliver, '--yes', '--to', 'file:out/token', '-q', '.verified'];
    expect(await deployment.run(argv, { cwd })).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
    expect(await readFile(join(cwd, 'out/token'), 'utf8')).toBe(issuedToken);
    expect(await idsIn(deployment)).toEqual([]);
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[()]/g, String.raw`\$&`);
}
