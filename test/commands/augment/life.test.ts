// @module-tag slow
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { account, created, id, revoked, rotated, shown, token } from './life.ts';
import { backupOf, consoleUrl, marked, tenant, tokenOf } from './sandbox.ts';

const revoke = ['tokens', 'revoke', '--id', 'ci', '--token', 'first'];
const restore = ['tokens', 'restore', '--id', 'ci', '--token', 'first', '--json'];

describe('the life of a token, where nobody can be asked,', () => {
  it('begins with an account and a token from the console', async () => {
    const machine = await created();
    const { first, sactl } = machine;
    const listed = await sactl(['sa', 'list', '--json']);
    const is = account([token({ name: 'first', session: first })]);
    expect({ ...listed, stdout: JSON.parse(listed.stdout) as unknown }).toEqual({
      code: 0,
      stdout: [is],
      stderr: marked('sactl: Augment cannot list service accounts: only those recorded on this machine are known'),
    });
    const recordedAt = '2026-11-22T12:00:00.000Z';
    expect(await shown(machine, ['sa', 'get', '--id', id])).toEqual({
      ...is,
      raw: {
        tenant,
        name: 'ci',
        description: 'Builds',
        createdAt: recordedAt,
        updatedAt: recordedAt,
        deletedAt: null,
        tokens: [
          {
            ...(token({ name: 'first', session: first }) as object),
            createdAt: recordedAt,
            targets: [`session:${join(machine.cwd, 'session.json')}`],
            revokedAt: null,
          },
        ],
        source: 'inventory',
        complete: false,
      },
    });
    expect(await machine.backups()).toEqual([]);
    expect(await machine.journal()).toEqual([]);
  });

  it('overlaps: after a rotation both work, and the old one is to be revoked', async () => {
    const machine = await rotated();
    const { first, second, tried, file, backups } = machine;
    expect([await tried(tokenOf(first)), await tried(tokenOf(second))]).toEqual([200, 200]);
    expect(`${await file('session.json')}\n`).toBe(second);
    expect(await backups()).toEqual([backupOf(first)]);
    expect(await shown(machine, ['tokens', 'list', '--id', 'ci'])).toEqual([
      token({ name: 'first', session: first, state: 'pending-revoke' }),
      token({ name: 'second', session: second }),
    ]);
    expect(await machine.journal()).toEqual([]);
  });

  it('is shown by --raw as Augment sends it, without its value', async () => {
    const machine = await created();
    const second = await machine.atConsole('issue', '--account', 'ci', '--token', 'second');
    const argv = 'sa rotate --id ci --token second --stdin --to session:session.json --yes --json --raw'.split(' ');
    const { code, stdout } = await machine.sactl(argv, { stdin: second });
    expect({ code, stdout: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      stdout: { ...(JSON.parse(second) as object), accessToken: null },
    });
  });

  it('is told before a rotation: what is recorded, and that the old one works on', async () => {
    const machine = await created();
    const second = await machine.atConsole('issue', '--account', 'ci', '--token', 'second');
    const argv = 'sa rotate --id ci --token second -f - --to session:session.json --dry-run -q .effects[]'.split(' ');
    const { code, stdout } = await machine.sactl(argv, { stdin: second });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        'the token "second" of ci is recorded on this machine\n' +
        'the old token works on until it is revoked in the web console: that step is yours\n',
    });
  });

  it('is looked for by doctor while it is to be revoked', async () => {
    const { sactl } = await rotated();
    const { code, stdout } = await sactl(['doctor', '-q', '.[] | select(.check == "tokens") | .hint']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `revoke it at ${consoleUrl}; then: sactl tokens revoke --provider augment --id ${id} --token first --done --yes --sandbox\n`,
    );
  });

  it('goes back with a restore, while the old token works', async () => {
    const machine = await rotated();
    const { first, second, sactl, file, backups } = machine;
    const { code, stderr, stdout } = await sactl(restore);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(await shown(machine, ['sa', 'get', '--id', 'ci']));
    expect(`${await file('session.json')}\n`).toBe(first);
    expect((await backups()).toSorted()).toEqual([backupOf(first), backupOf(second)].toSorted());
  });

  it('is replaced where a restore has put it', async () => {
    const machine = await rotated();
    await machine.sactl(restore);
    const third = await machine.atConsole('issue', '--account', 'ci', '--token', 'third');
    const argv = 'sa rotate --id ci --token third --stdin --to session:session.json --yes -q';
    const { stdout } = await machine.sactl([...argv.split(' '), '.actionsRequired[].goal'], { stdin: third });
    expect(stdout).toBe('revoke the token "first" of the service account "ci"\n');
    const listed = await machine.sactl('tokens list --id ci -q .[]|.name+":"+.state'.split(' '));
    expect(listed.stdout).toBe('first:pending-revoke\nsecond:active\nthird:active\n');
  });

  it('is not said to have ended before the token is refused', async () => {
    const machine = await rotated();
    const before = await shown(machine, ['sa', 'get', '--id', 'ci']);
    expect(await machine.sactl([...revoke, '--done', '--yes'])).toEqual({
      code: 1,
      stdout: '',
      stderr: marked(
        'sactl: Augment still takes the token "first"; it is tried every 20 seconds, for up to 5 minutes',
        'sactl: Augment still takes the token "first"; nothing was recorded',
        `hint: revoke it at ${consoleUrl}, then run this again`,
      ),
    });
    expect(await shown(machine, ['sa', 'get', '--id', 'ci'])).toEqual(before);
    expect(await machine.backups()).toEqual([backupOf(machine.first)]);
  });

  it('ends when the token is seen to be refused, and its copy goes with it', async () => {
    const machine = await revoked();
    const { first, second } = machine;
    const { code, stdout, stderr } = await machine.sactl([...revoke, '--done', '--yes', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(
      account([token({ name: 'first', session: first, state: 'revoked' }), token({ name: 'second', session: second })]),
    );
    expect(await machine.backups()).toEqual([]);
    expect(await machine.tried(tokenOf(first))).toBe(401);
    const again = await machine.sactl([...revoke, '--done', '--yes']);
    expect(again).toMatchObject({ code: 5, stdout: '' });
  });

  it('is not restored when it has ended', async () => {
    const machine = await revoked();
    const { code, stdout, stderr } = await machine.sactl(restore);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'not_restored', message: expect.stringContaining('augment answered 401') as unknown },
    });
    expect(`${await machine.file('session.json')}\n`).toBe(machine.second);
    expect(await machine.backups()).toEqual([backupOf(machine.first)]);
  });
});
