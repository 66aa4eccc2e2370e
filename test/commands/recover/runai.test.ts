// @module-tag slow
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { runaiEndpoint, useRunai, type RunaiDeployment } from '../../harness/runai.ts';
import { newAccountId, problems, workFolder } from '../support.ts';
import { entryIds, idsIn, keepCredential, leaveEntry, leftIntent } from './entries.ts';

const runai = useRunai();

const secret = 'one-time-client-secret';
const predictable = { newSecret: () => secret, newId: () => newAccountId };

const create = ['sa', 'create', '--name', 'ci-speech'];
const rotate = ['sa', 'rotate', '--id', 'ci-vision', '--yes'];
const deliver = ['recover', 'deliver', '--id', '4f1c'];
const show = ['recover', 'show', '--id', '4f1c'];

/** A control plane with a credential that a run could not print. */
async function withKept(argv: readonly string[]): Promise<RunaiDeployment> {
  const deployment = runai(predictable);
  await keepCredential(deployment, argv);
  return deployment;
}

describe('recover list on Run:ai', () => {
  it('knows the account of a create by its answer, and the one of a rotation by the intent', async () => {
    const deployment = await withKept(create);
    await keepCredential(deployment, rotate, entryIds.other);
    const filter = '.[] | [.state, .provider, .operation, .accountId, .accountName, .endpoint]';
    expect(await deployment.run(['recover', 'list', '-q', filter])).toEqual({
      code: 0,
      stdout: [
        `["kept","runai","create","${newAccountId}","ci-speech","${runaiEndpoint}"]`,
        `["kept","runai","rotate","${runaiAccountIds.ciVision}","ci-vision","${runaiEndpoint}"]`,
        '',
      ].join('\n'),
      stderr: '',
    });
  });
});

describe('recover show on Run:ai', () => {
  it.each([
    [create, 'ci-speech'],
    [rotate, 'ci-vision'],
  ])('reveals the secret with its client id: %j', async (argv, clientId) => {
    const deployment = await withKept(argv);
    const filter = '.credential | [.kind, .clientId, .value, .expiresAt]';
    expect(await deployment.run([...show, '--reveal', '-q', filter])).toEqual({
      code: 0,
      stdout: `["client-secret","${clientId}","${secret}",null]\n`,
      stderr: '',
    });
  });

  it('points at the account whose answer is lost', async () => {
    const deployment = runai();
    const connection = {
      ...leftIntent.connection,
      provider: 'runai',
      endpoint: runaiEndpoint,
      organization: null,
    } as const;
    const account = { id: null, name: 'ci-speech', clientId: null, expiresAt: null };
    await leaveEntry(deployment, { operation: 'create', connection, account, answer: null });
    const { stdout } = await deployment.run(show);
    expect(stdout.split(/^Next: +/m)[1]).toBe(
      `see whether the account exists, and rotate it if so: sactl serviceaccounts list --search ci-speech --provider runai --endpoint ${runaiEndpoint}; then: sactl recover discard --id ${entryIds.kept}\n`,
    );
  });
});

describe('recover deliver on Run:ai', () => {
  it.each([create, rotate])('signs in with the secret, and prints it: %s %s', async (...argv) => {
    const deployment = await withKept(argv);
    const before = deployment.requests.length;
    const signIns = deployment.tokenRequests.length;
    const command = [...deliver, '--yes', '-q', '.verified, .credential.value'];
    expect(await deployment.run(command)).toEqual({ code: 0, stdout: `true\n${secret}\n`, stderr: '' });
    expect(deployment.requests.slice(before)).toEqual([]);
    expect(deployment.tokenRequests.slice(signIns)).toEqual(['POST /api/v2/token']);
    expect(await idsIn(deployment)).toEqual([]);
  });

  it('prints the answer itself with --raw', async () => {
    const deployment = await withKept(create);
    const argv = [...deliver, '--yes', '--raw', '-q', '[.id, .clientSecret]'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: `["${newAccountId}","${secret}"]\n`, stderr: '' });
  });

  it('brings it to a target', async () => {
    const deployment = await withKept(create);
    const cwd = await workFolder();
    const argv = [...deliver, '--yes', '--to', 'file:{id}', '-q', '.deliveredTo[].target'];
    expect(await deployment.run(argv, { cwd })).toEqual({ code: 0, stdout: `file:${newAccountId}\n`, stderr: '' });
    expect(await readFile(join(cwd, newAccountId), 'utf8')).toBe(secret);
  });

  it('refuses a secret that was replaced on another machine', async () => {
    let count = 0;
    const deployment = runai({ newSecret: () => `secret-${(count += 1)}` });
    await keepCredential(deployment, rotate);
    const elsewhere = { env: { SACTL_STATE_DIR: await workFolder() } };
    await deployment.run([...rotate, '-q', '.credential.value'], elsewhere);
    const outcome = await deployment.run([...deliver, '--yes', '-q', '.credential.value']);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 8, stdout: '' });
    expect(JSON.parse(outcome.stderr)).toMatchObject({
      error: {
        code: 'undelivered',
        message: expect.stringMatching(/ does not work: .*; nothing was delivered$/),
        hint: `if a newer one is in use: sactl recover discard --id ${entryIds.kept}; else issue another: sactl serviceaccounts rotate --id ${runaiAccountIds.ciVision} --provider runai --endpoint ${runaiEndpoint}`,
        provider: 'runai',
      },
    });
    expect(outcome.stderr).not.toContain('secret-1');
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });

  it('delivers nothing that the control plane does not judge', async () => {
    let isDown = false;
    const deployment = runai({
      ...predictable,
      intercept: (request, next) => (isDown ? Response.error() : next(request)),
    });
    await keepCredential(deployment, rotate);
    isDown = true;
    const outcome = await deployment.run([...deliver, '--yes', '-q', '.verified, .credential.value']);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 8, stdout: '' });
    expect(JSON.parse(outcome.stderr)).toMatchObject({
      error: {
        code: 'undelivered',
        message: expect.stringMatching(/ could not be tried: cannot get an access token: .*; nothing was delivered$/),
        hint: `try it again later: sactl recover deliver --id ${entryIds.kept}; or issue another: sactl serviceaccounts rotate --id ${runaiAccountIds.ciVision} --provider runai --endpoint ${runaiEndpoint}`,
      },
    });
    expect(await idsIn(deployment)).toEqual([entryIds.kept]);
  });
});

describe('recover discard on Run:ai', () => {
  it('forgets the secret', async () => {
    const deployment = await withKept(create);
    expect(await deployment.run(['recover', 'discard', '--id', '4f1c', '--yes'])).toEqual({
      code: 0,
      stdout: `Discarded ${entryIds.kept}.\n`,
      stderr: '',
    });
    expect(await deployment.run(deliver.concat('--yes'))).toEqual({
      code: 3,
      stdout: '',
      stderr: problems(['there is no journal entry "4f1c"'], 'sactl recover list'),
    });
  });
});
