import { describe, expect, it } from 'vitest';

import { account, created, id, issued, rotated, shown, token } from './life.ts';
import { consoleUrl, host, marked } from './sandbox.ts';

describe('an account', () => {
  it('gets one more token, which replaces none', async () => {
    const machine = await created();
    const { first } = machine;
    const nightly = await machine.atConsole('issue', '--account', 'ci', '--token', 'nightly');
    const argv = 'tokens create --id ci --token nightly --stdin --to file:nightly.json --json';
    const { code, stdout, stderr } = await machine.sactl(argv.split(' '), { stdin: nightly });
    const tokens = [token({ name: 'first', session: first }), token({ name: 'nightly', session: nightly })];
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ ...account(tokens), ...issued(nightly, 'file:nightly.json') });
    expect(await shown(machine, ['tokens', 'list', '--id', 'ci'])).toEqual(tokens);
    expect(`${await machine.file('nightly.json')}\n`).toBe(nightly);
    expect(await machine.backups()).toEqual([]);
  });

  it('is described here, and renamed by a person', async () => {
    const machine = await created();
    const update = ['sa', 'update', '--id', 'ci'];
    const described = await machine.sactl([...update, '--description', 'New', '-q', '.description']);
    expect(described).toEqual({ code: 0, stdout: 'New\n', stderr: '' });
    const goal = 'rename the service account "ci" to "ci2"';
    const renaming = [...update, '--name', 'ci2'];
    expect(await machine.sactl(renaming)).toEqual({
      code: 20,
      stdout: '',
      stderr: marked(
        `sactl: to be done by a person: ${goal}`,
        `  at ${consoleUrl}`,
        `hint: sactl serviceaccounts update --provider augment --id ${id} --name ci2 --done`,
      ),
    });
    expect(await shown(machine, ['sa', 'get', '--id', 'ci'])).toMatchObject({ name: 'ci' });
    const done = await machine.sactl([...renaming, '--done', '--json']);
    expect([done.code, done.stderr]).toEqual([0, '']);
    const renamed = account([token({ name: 'first', session: machine.first })], {
      id: `${host}/ci2`,
      name: 'ci2',
      description: 'New',
    });
    expect(JSON.parse(done.stdout)).toEqual(renamed);
    expect(await shown(machine, ['sa', 'get', '--id', 'ci2'])).toEqual(renamed);
    expect((await machine.sactl(['sa', 'get', '--id', 'ci'])).code).toBe(3);
  });

  it('is updated with what --raw printed of it', async () => {
    const machine = await created();
    const { stdout } = await machine.sactl(['sa', 'get', '--id', 'ci', '--raw', '--json']);
    const stdin = stdout.replace(/"description": ?(null|"[^"]*")/, '"description": "New"');
    expect(stdin).not.toBe(stdout);
    const updated = await machine.sactl(['sa', 'update', '-f', '-', '-q', '.description'], { stdin });
    expect(updated).toEqual({ code: 0, stdout: 'New\n', stderr: '' });
  });

  it('is deleted by a person, and then recorded as deleted', async () => {
    const machine = await created();
    const remove = ['sa', 'delete', '--id', 'ci', '--yes'];
    const before = await shown(machine, ['sa', 'get', '--id', 'ci']);
    expect(await machine.sactl(remove)).toEqual({
      code: 20,
      stdout: '',
      stderr: marked(
        'sactl: to be done by a person: delete the service account "ci", and with it all its tokens',
        `  at ${consoleUrl}`,
        `hint: sactl serviceaccounts delete --provider augment --id ${id} --done --yes`,
      ),
    });
    expect(await shown(machine, ['sa', 'get', '--id', 'ci'])).toEqual(before);
    const early = await machine.sactl([...remove, '--done']);
    expect(early).toMatchObject({ code: 1, stdout: '' });
    expect(early.stderr).toContain('Augment still takes the token "first"; nothing was recorded');
    expect(await shown(machine, ['sa', 'get', '--id', 'ci'])).toEqual(before);
    await machine.atConsole('delete', '--account', 'ci');
    const done = await machine.sactl([...remove, '--done', '--json']);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(JSON.parse(done.stdout)).toEqual({ deleted: true, provider: 'augment', id, name: 'ci', sandbox: true });
    expect(await shown(machine, ['sa', 'list'])).toEqual([]);
    expect((await machine.sactl(remove)).code).toBe(3);
  });

  it('takes the copies of its tokens with it when they are seen to be dead', async () => {
    const machine = await rotated();
    expect(await machine.backups()).toHaveLength(1);
    await machine.atConsole('delete', '--account', 'ci');
    const done = await machine.sactl('sa delete --id ci --done --yes'.split(' '));
    expect(done.code).toBe(0);
    expect(await machine.backups()).toEqual([]);
  });
});
