// @module-tag slow
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { breakGlass, keyFile, ops } from '../../harness/age.ts';
import { useNscale } from '../../harness/nscale.ts';
import { issuedToken, newAccountId, predictable, workFolder } from '../support.ts';
import { entryIds, idsIn, keepCredential, leaveEntry, rotation } from './entries.ts';
import { as, recipients, sealing, stateOf, tracesOf, withSealed } from './sealing.ts';

const nscale = useNscale();
const id = entryIds.kept;

describe('where recipients are set', () => {
  it('no byte of the credential is on the disk, and whoever lists it sees that it is there', async () => {
    const deployment = await withSealed(nscale(predictable));
    const state = await stateOf(deployment);
    expect(tracesOf(issuedToken, state)).toEqual([]);
    expect(state).toContain('-----BEGIN AGE ENCRYPTED FILE-----');
    const list = await deployment.run(['recover', 'list', '-q', '.[] | [.state, .accountName]']);
    expect(list).toEqual({ code: 0, stdout: '["sealed","ci-deploy"]\n', stderr: '' });
    const show = await deployment.run(['recover', 'show', '--id', id], { terminal: 120 });
    expect(show.stdout).toContain('sealed: it has a sealed credential; anyone with the identity can deliver it');
    expect(show.stdout).toContain(`sactl recover deliver --id ${id}`);
    expect(deployment.asked()).toEqual([]);
  });

  it.each([
    ['the first', ops.identity],
    ['another', breakGlass.identity],
    ['a file of several', keyFile(breakGlass, ops)],
  ])('%s of the identities delivers it', async (_, identity) => {
    const deployment = await withSealed(nscale(predictable));
    const argv = ['recover', 'deliver', '--id', id, '--yes', '-q', '.credential.value'];
    expect(await deployment.run(argv, as(identity))).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
    expect(await idsIn(deployment)).toEqual([]);
  });

  it('a file, and a command of the configuration, hold the identity, too', async () => {
    const folder = await workFolder({ 'key.txt': keyFile(ops) });
    const deployment = await withSealed(nscale(predictable));
    const show = ['recover', 'show', '--id', id, '--reveal', '-q', '.credential.value'];
    const asFile = as(join(folder, 'key.txt'));
    expect(await deployment.run(show, asFile)).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
    const config = await workFolder({
      'config.json': JSON.stringify({ state: { identity: { command: ['cat', join(folder, 'key.txt')] } } }),
    });
    const asCommand = {
      env: { SACTL_CONFIG: join(config, 'config.json'), PATH: '/bin:/usr/bin' },
      homeDirectory: folder,
    };
    expect(await deployment.run(show, asCommand)).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
  });

  it('a create is sealed and delivered, too', async () => {
    const deployment = await withSealed(nscale(predictable), ['sa', 'create', '--name', 'ci']);
    const argv = ['recover', 'deliver', '--id', id, '--yes', '-q', '.id, .credential.value'];
    const delivered = await deployment.run(argv, as(ops.identity));
    expect(delivered).toEqual({ code: 0, stdout: `${newAccountId}\n${issuedToken}\n`, stderr: '' });
  });

  it('a second create of that name is told of the sealed one', async () => {
    const deployment = await withSealed(nscale(predictable), ['sa', 'create', '--name', 'ci']);
    const again = await deployment.run(['sa', 'create', '--name', 'ci', '--yes', '--json']);
    expect(again.code).toBe(7);
    expect(JSON.parse(again.stderr)).toMatchObject({ error: { hint: `sactl recover deliver --id ${id}` } });
  });

  it('a rotation by expiry counts the sealed one as kept', async () => {
    const deployment = await withSealed(nscale(predictable));
    const again = await deployment.run([
      'sa',
      'rotate',
      '--expiring-within',
      '1h',
      '--yes',
      '--to',
      'file:{name}',
      '-q',
      '.',
    ]);
    expect(again.code).toBe(8);
    expect(JSON.parse(again.stdout)).toMatchObject({ failed: [{ name: 'ci-deploy', recoverId: id }], rotated: [] });
  });

  it('a rotation erases it', async () => {
    const deployment = await withSealed(nscale(predictable));
    const rotated = await deployment.run([...rotation, '-q', '.credential.value']);
    expect(rotated).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
    expect(await idsIn(deployment)).toEqual([]);
  });

  it('what an earlier version kept as it came is delivered still', async () => {
    const deployment = sealing(nscale(predictable), recipients);
    await keepCredential(
      {
        ...deployment,
        context: (given) => deployment.context({ ...given, env: { SACTL_STATE_RECIPIENTS: undefined } }),
      },
      rotation,
    );
    const list = await deployment.run(['recover', 'list', '-q', '.[].state']);
    expect(list.stdout).toBe('kept\n');
    const argv = ['recover', 'deliver', '--id', id, '--yes', '-q', '.credential.value'];
    expect(await deployment.run(argv)).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
  });
});

const hint =
  'hint: who has one of these identities can deliver it: set SACTL_STATE_IDENTITY to the key, or to the path of its file\n';
const sealedFor = `sactl: entry ${id} is sealed for ${ops.recipient}, ${breakGlass.recipient}, and `;

describe('what is sealed is not opened', () => {
  const other = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX';

  it.each([
    ['without an identity', {}, 'no identity is set here'],
    [
      'with the identity of somebody else',
      as(other).env,
      'the identity from environment variable SACTL_STATE_IDENTITY does not open it',
    ],
    [
      'with a key that was mistyped',
      as(ops.identity.replace('GCJ3', 'GCJ4')).env,
      'the identity from environment variable SACTL_STATE_IDENTITY holds an age key with a typing error: its checksum is wrong',
    ],
    [
      'with a key of another kind',
      as('# AGE-SECRET-KEY-PQ-1QQQQ').env,
      'the identity from environment variable SACTL_STATE_IDENTITY holds no age key (AGE-SECRET-KEY-1…)',
    ],
    [
      'with a file that is not there',
      as('/nonexistent/key').env,
      'no identity: file /nonexistent/key cannot be read (ENOENT)',
    ],
  ])('%s', async (_, env, why) => {
    const deployment = await withSealed(nscale(predictable));
    for (const argv of [
      ['deliver', '--yes'],
      ['show', '--reveal'],
    ]) {
      const [verb = '', ...flags] = argv;
      const outcome = await deployment.run(['recover', verb, '--id', id, '--no-color', ...flags], {
        env: env ?? {},
        terminal: 200,
      });
      expect(outcome).toEqual({ code: 8, stdout: '', stderr: `${sealedFor}${why}\n${hint}` });
    }
    expect(deployment.asked()).toEqual([]);
    expect(await idsIn(deployment)).toEqual([id]);
  });

  it('where its text is damaged', async () => {
    const deployment = sealing(nscale(predictable), recipients);
    await leaveEntry(deployment, {});
    const path = join(deployment.stateDirectory, 'journal', `${id}.jsonl`);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/"base64":"[^"]*"/, '"base64":null,"sealed":"-----BEGIN AGE"'));
    const argv = ['recover', 'deliver', '--id', id, '--yes', '--no-color'];
    expect(await deployment.run(argv, { ...as(ops.identity), terminal: 200 })).toEqual({
      code: 1,
      stdout: '',
      stderr: `sactl: entry ${id} is sealed, and its sealed text is damaged\n`,
    });
  });
});

it('a recipient that was mistyped is refused before anything is sent', async () => {
  const deployment = sealing(nscale(predictable), { SACTL_STATE_RECIPIENTS: ops.recipient.replace('dkww', 'dkwx') });
  expect(await deployment.run([...rotation, '-q', '.'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('SACTL_STATE_RECIPIENTS has an item 1 with a typing error: its checksum is wrong'),
  });
  expect(deployment.requests).toEqual([]);
});
