import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  consoleUrl,
  docs,
  fingerprintOf,
  reviewer,
  seedInventory,
  sessionOf,
  signIn,
  useAugment,
} from '../../harness/augment.ts';
import { workFolder } from '../support.ts';

const deploy = useAugment();
const old = sessionOf(reviewer.value);
const fingerprint = fingerprintOf(old);
const id = `acme.api.augmentcode.com/${reviewer.account}`;
const env = { SACTL_PROVIDER: 'augment' };

function rotate(reference: string, to = 'session:session.json'): string[] {
  return `sa rotate --id ${reference} --token second --stdin --yes --to ${to} --json`.split(' ');
}

// As in a CI job, whose disk is new every time (docs/design.md 8).
describe('a rotation where nothing is recorded', () => {
  it.each([reviewer.account, id])('takes what it replaces from the file: %s', async (reference) => {
    const deployment = deploy();
    const cwd = await workFolder({ 'session.json': old });
    const stdin = deployment.issuance({ token: 'second' });
    const { code, stdout, stderr } = await deployment.run(rotate(reference), { cwd, stdin, env });
    const goal = `revoke the token of the service account "${reviewer.account}" that was in use before; its name is not known here, its fingerprint is ${fingerprint}`;
    const command = `sactl tokens revoke --provider augment --id ${id} --token ${fingerprint} --done --yes`;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      id,
      name: reviewer.account,
      tokens: [
        { name: fingerprint, createdAt: null, fingerprint, state: 'pending-revoke' },
        { name: 'second', state: 'active', verified: true },
      ],
      deliveredTo: [{ target: 'session:session.json', ok: true }],
      actionsRequired: [{ goal, url: consoleUrl, command }],
    });
    expect(stderr).toContain(
      `${reviewer.account} is not recorded here; what --to names holds its old credential (${fingerprint})`,
    );

    deployment.revoke({ token: reviewer.token });
    const revoke = ['tokens', 'revoke', '--id', id, '--token', fingerprint, '--done', '--yes'];
    const revoked = await deployment.run([...revoke, '-q', '.tokens[0] | .state, .verified'], { env });
    expect(revoked).toEqual({ code: 0, stdout: 'revoked\ntrue\n', stderr: '' });
  });

  it('refuses the old token', async () => {
    const deployment = deploy();
    const cwd = await workFolder({ 'session.json': old });
    const { code, stderr } = await deployment.run(rotate(reviewer.account), { cwd, stdin: old, env });
    expect(code).toBe(2);
    expect(stderr).toContain('not a new one');
    expect(deployment.requests).toEqual([]);
  });

  it('records nothing before it is confirmed', async () => {
    const deployment = deploy();
    const cwd = await workFolder({ 'session.json': old });
    const stdin = deployment.issuance({ token: 'second' });
    const argv = [...rotate(reviewer.account), '--dry-run'];
    expect((await deployment.run(argv, { cwd, stdin, env })).code).toBe(0);
    expect((await deployment.run(['sa', 'list', '-q', 'length'], { env })).stdout).toBe('0\n');
  });

  it.each([
    ['a file without a session', { 'session.json': 'notes' }, 'session:session.json'],
    ['no file', {}, 'session:session.json'],
    ['a place that cannot be read', { 'session.json': old }, 'file:session.json'],
  ])('finds no account with %s', async (_, files: Record<string, string>, to) => {
    const deployment = deploy();
    const cwd = await workFolder(files);
    const stdin = deployment.issuance({ token: 'second' });
    const { code, stdout } = await deployment.run(rotate(reviewer.account, to), { cwd, stdin, env });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(deployment.requests).toEqual([]);
  });

  it('finds no account of another tenant, nor one without a name', async () => {
    const deployment = deploy();
    const cwd = await workFolder({ 'session.json': old });
    for (const reference of ['i1.api.augmentcode.com/ci', 'no.name']) {
      const outcome = await deployment.run(rotate(reference), { cwd, stdin: old, env });
      expect(outcome.code).toBe(3);
    }
  });

  it('does not take the token of an account that is recorded', async () => {
    const deployment = deploy({ inventory: seedInventory() });
    const cwd = await workFolder({ 'session.json': sessionOf(docs.value) });
    const stdin = deployment.issuance({ token: 'second' });
    expect((await deployment.run(rotate('other'), { cwd, stdin, env })).code).toBe(3);
  });

  it('looks through no link, and nowhere without --to', async () => {
    const deployment = deploy();
    const cwd = await workFolder();
    await writeFile(join(cwd, 'real'), old);
    await symlink(join(cwd, 'real'), join(cwd, 'session.json'));
    signIn(deployment, old);
    const stdin = deployment.issuance({ token: 'second' });
    expect((await deployment.run(rotate('ci'), { cwd, stdin, env })).code).toBe(3);
    const plain = 'sa rotate --id ci --token second --stdin --yes'.split(' ');
    expect((await deployment.run(plain, { cwd, stdin, env })).code).toBe(3);
  });
});
