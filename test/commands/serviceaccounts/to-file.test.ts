// @module-tag slow
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { useNscale } from '../../harness/nscale.ts';
import { accountsPath, issuedToken, predictable, workFolder } from '../support.ts';
import {
  createdAccount,
  createdRaw,
  delivered,
  fileAt,
  goneElsewhere,
  rotatedAccount,
  rotatedRaw,
} from './delivery.ts';

const nscale = useNscale();

const rotate = ['sa', 'rotate', '--id', 'nightly-train', '--yes'];
const create = ['sa', 'create', '--name', 'ci'];
const verbs = [
  {
    verb: 'rotate',
    argv: rotate,
    account: rotatedAccount,
    raw: rotatedRaw,
    post: `POST ${accountsPath}/${accountIds.nightlyTrain}/rotate`,
  },
  { verb: 'create', argv: create, account: createdAccount, raw: createdRaw, post: `POST ${accountsPath}` },
];

const secretFile = { text: issuedToken, mode: '600' };

describe.each(verbs)('sa $verb --to file:', ({ argv, account, raw, post }) => {
  it('puts the token alone into a file of its own, and prints the rest', async () => {
    const deployment = nscale(predictable);
    const cwd = await workFolder();
    const command = [...argv, '--to', 'file:{name}.token', '--json'];
    const { code, stdout, stderr } = await deployment.run(command, { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      ...account,
      credential: goneElsewhere,
      verified: true,
      reissued: false,
      superseded: false,
      deliveredTo: [delivered(`file:${account.name}.token`)],
      recoverId: null,
      actionsRequired: [],
    });
    expect(await readdir(cwd)).toEqual([`${account.name}.token`]);
    expect(await fileAt(cwd, `${account.name}.token`)).toEqual(secretFile);
    expect(deployment.mutations()).toEqual([post]);
  });

  it('prints null with --raw where the token would be', async () => {
    const cwd = await workFolder();
    const command = [...argv, '--to', 'file:token', '--raw', '--json'];
    const { code, stdout, stderr } = await nscale(predictable).run(command, { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ ...raw, status: { ...raw.status, accessToken: null } });
    expect(await fileAt(cwd, 'token')).toEqual(secretFile);
  });

  it.each([
    [['-q', '.credential.value'], 'null\n'],
    [['-q', '[.id, .verified]'], `["${account.id}",true]\n`],
    [['-q', 'empty'], ''],
  ])('needs no filter that prints the token: %j', async (flags, stdout) => {
    const cwd = await workFolder();
    const command = [...argv, '--to', 'file:token', ...flags];
    const outcome = await nscale(predictable).run(command, { cwd });
    expect(outcome).toEqual({ code: 0, stdout, stderr: '' });
    expect(await fileAt(cwd, 'token')).toEqual(secretFile);
  });

  it('lets the program print a table where nobody could see a token', async () => {
    const cwd = await workFolder();
    const command = [...argv, '--to', 'file:token'];
    const { code, stdout, stderr } = await nscale(predictable).run(command, { cwd, env: { CI: 'true' } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').slice(-4)).toEqual([
      'Fingerprint:   sha256:e602ed846541',
      'Delivered to:  file:token',
      'Verified:      true',
      '',
    ]);
    expect(stdout).not.toContain(issuedToken);
  });

  it('says nothing of a verification that nobody wanted', async () => {
    const deployment = nscale(predictable);
    const cwd = await workFolder();
    const command = [...argv, '--to', 'file:token', '--no-verify', '-q', '.verified'];
    expect(await deployment.run(command, { cwd })).toEqual({ code: 0, stdout: 'null\n', stderr: '' });
    expect(deployment.requests.at(-1)).toBe(post);
  });

  it('puts the whole credential into file+json:', async () => {
    const cwd = await workFolder();
    const command = [...argv, '--to', 'file+json:credential.json', '-q', '.deliveredTo'];
    const { stdout } = await nscale(predictable).run(command, { cwd });
    expect(JSON.parse(stdout)).toEqual([delivered('file+json:credential.json')]);
    const { text, mode } = await fileAt(cwd, 'credential.json');
    expect(mode).toBe('600');
    expect(JSON.parse(text)).toEqual({ ...goneElsewhere, value: issuedToken });
  });

  it('keeps the mode of a file that is there, and warns when others can read it', async () => {
    const cwd = await workFolder({ token: 'the old one' });
    await chmod(join(cwd, 'token'), 0o644);
    const command = [...argv, '--to', 'file:token', '-q', '.verified'];
    expect(await nscale(predictable).run(command, { cwd })).toEqual({
      code: 0,
      stdout: 'true\n',
      stderr: `sactl: ${join(cwd, 'token')} is open to other users (mode 0644) and stays so; chmod 600 would close it\n`,
    });
    expect(await fileAt(cwd, 'token')).toEqual({ text: issuedToken, mode: '644' });
  });
});
