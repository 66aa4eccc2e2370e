// @module-tag slow
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { useMachines } from '../../harness/machines.ts';
import { useNscale } from '../../harness/nscale.ts';
import type { Outcome } from '../../harness/run.ts';
import { kept, onMachine, secretOf } from './migrating.ts';
import { rotate } from './rotating.ts';

const deploy = useNscale();

const newStore = { SACTL_STATE: 's3://ops/new?endpoint=https://store.example' };
const fromFile = ['state', 'migrate', '--from', 'file'];
const fromStore = ['state', 'migrate', '--from', 's3://ops/prod?endpoint=https://store.example'];

/** Said while the journal of the machine itself has an open entry. */
const reminder = 'sactl: a new credential has not been delivered: sactl recover list\n';

function lines(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

function counts(entries: readonly number[], events: readonly number[], more: object = {}): object {
  const [both, all] = [entries, events].map(([copied, present]) => ({ copied, present }));
  return { entries: both, events: all, accounts: 1, unreadable: 0, removed: false, ...more };
}

function json({ stdout }: Outcome): object {
  return JSON.parse(stdout) as object;
}

describe('state migrate from this machine', () => {
  it('copies entries sealed, events, ages and records, once', async () => {
    const { runner, machine, dump, secret, store } = await kept(deploy);
    const moved = await runner.run([...fromFile, '--json']);
    expect(moved).toMatchObject({ code: 0, stderr: reminder });
    expect(json(moved)).toEqual({ from: 'file', to: 's3://ops/prod', ...counts([1, 0], [2, 0]) });
    expect(secret).not.toBe('');
    expect(dump()).not.toContain(secret);
    expect(dump()).toContain('BEGIN AGE ENCRYPTED FILE');
    const before = dump();
    expect(json(await runner.run([...fromFile, '--json']))).toMatchObject(counts([0, 1], [0, 2]));
    expect(dump()).toBe(before);
    expect([...store.objects.keys()].map((name) => name.split('/')[1])).toEqual(
      expect.arrayContaining(['entries', 'audit', 'accounts', 'inventory']),
    );
    const other = machine('runner-2');
    expect(await other.run(['recover', 'list', '-q', '.[] | [.accountName, .state]'])).toEqual({
      code: 0,
      stdout: '["ci-deploy","sealed"]\n',
      stderr: '',
    });
    expect(await other.run(['audit', 'list', '-q', '.[].operation'])).toMatchObject({ stdout: 'rotate\nupdate\n' });
    expect(await other.run(['state', 'show', '-q', '.[] | [.name, .issuedAt]'])).toMatchObject({
      stdout: '["ci-deploy","2026-11-22T12:00:00Z"]\n',
    });
    expect(secretOf(runner)).toBe(secret);
  });

  it('prints what it did for people, and what it would do', async () => {
    const { runner, store } = await kept(deploy);
    expect(await runner.run([...fromFile, '--dry-run', '-q', '.effects[]'])).toEqual({
      code: 0,
      stdout:
        'copies 1 entry of the journal; 0 are there already\n' +
        'copies 2 events of the audit log; 0 are there already\n' +
        '1 Augment account is recorded at the source\n' +
        'removes nothing from file\n',
      stderr: reminder,
    });
    expect(store.requests.filter((request) => request.startsWith('PUT'))).toEqual([]);
    expect(await runner.run(fromFile)).toEqual({
      code: 0,
      stdout:
        'From:                   file\n' +
        'To:                     s3://ops/prod\n' +
        'Entries:                1 copied, 0 there already\n' +
        'Events:                 2 copied, 0 there already\n' +
        'Augment accounts:       1\n' +
        'Removed at the source:  false\n',
      stderr: reminder,
    });
  });

  it('with --move removes it once it was read back', async () => {
    const { runner, machine } = await kept(deploy);
    expect(await runner.run([...fromFile, '--move'])).toMatchObject({ code: 2, stdout: '' });
    const moved = await runner.run([...fromFile, '--move', '--yes', '--json']);
    expect(moved.stderr).toBe('');
    expect(json(moved)).toMatchObject(counts([1, 0], [2, 0], { removed: true }));
    expect(readdirSync(join(runner.stateDirectory, 'journal'))).toEqual([]);
    expect(existsSync(join(runner.stateDirectory, 'audit.jsonl'))).toBe(false);
    const left: unknown = JSON.parse(readFileSync(join(runner.stateDirectory, 'augment/inventory.json'), 'utf8'));
    expect(left).toEqual({ version: 1, accounts: [] });
    const names = ['sa', 'list', '--provider', 'augment', '-q', '.[].name'];
    const env = { AUGMENT_SESSION_AUTH: '{}' };
    expect((await machine('runner-2').run(names, { env })).stdout).toContain('ci\n');
  });

  it.each([1, 2, 3, 4, 5])('goes on after the store was gone at write %i of 5', async (last) => {
    let writes = 0;
    let isDown = true;
    const { runner, dump } = await kept(deploy, {
      fault: ({ method }) => {
        if (method === 'PUT') writes += 1;
        return isDown && writes >= last ? 'lost-before' : null;
      },
    });
    expect(await runner.run([...fromFile, '--move', '--yes'])).toEqual({
      code: 6,
      stdout: '',
      stderr: expect.stringMatching(
        /^sactl: a new .*\nsactl: cannot \w+ the state in s3:.*; what was copied before stays there\nhint: run it again: nothing is copied twice\n/,
      ),
    });
    expect(readdirSync(join(runner.stateDirectory, 'journal'))).toHaveLength(1);
    expect(existsSync(join(runner.stateDirectory, 'audit.jsonl'))).toBe(true);
    isDown = false;
    expect(await runner.run([...fromFile, '--move', '--yes', '-q', '.removed'])).toEqual({
      code: 0,
      stdout: 'true\n',
      stderr: '',
    });
    expect(dump().match(/"operation":"update"/g)).toHaveLength(1);
  });

  it('refuses while an entry is under way', async () => {
    let seen: Outcome | undefined;
    const deployment = deploy({
      intercept: async (request, next) => {
        const answer = await next(request);
        const self = { pid: 200, host: 'laptop', isRunning: () => true };
        if (request.url.endsWith('/rotate')) seen = await runner.run([...fromFile, '--json'], { self });
        return answer;
      },
    });
    const { machine, store } = useMachines(deployment);
    const runner = machine('laptop');
    await runner.run(rotate, { env: onMachine, self: { pid: 100, host: 'laptop', isRunning: () => true } });
    expect(seen).toMatchObject({ code: 5, stdout: '' });
    expect(JSON.parse(seen?.stderr ?? '')).toMatchObject({
      error: {
        code: 'locked',
        message: expect.stringMatching(
          /^file is in use: nscale service account ci-deploy is held by process 100 on laptop, and 1 more like that$/,
        ),
      },
    });
    expect(store.requests.filter((request) => request.startsWith('PUT'))).toEqual([]);
  });

  it('takes what 0.1.0 wrote, sealed on the way', async () => {
    const { machine, dump } = useMachines(deploy());
    const runner = machine('laptop');
    const id = '4f1c09d2-0000-4000-8000-000000000001';
    const connection = { provider: 'nscale', profile: null, endpoint: 'https://identity.example', organization: 'o1' };
    const account = { id: 'a1', name: 'old-ci', clientId: null, expiresAt: null };
    const at = '2025-01-02T03:04:05.678Z';
    const answer = Buffer.from('{"status":{"accessToken":"old-s3cret-0123456789"}}').toString('base64');
    const entry = [
      {
        type: 'intent',
        schema: 1,
        id,
        operation: 'rotate',
        account,
        connection: { ...connection, isSandbox: false, caFile: null },
        targets: ['file:t'],
        directory: '/',
        startedAt: at,
        keepsSecret: true,
        process: { pid: 999_999, host: 'gone' },
      },
      { type: 'sent', at },
      { type: 'answer', at, operation: 'rotate', accountId: 'a1', base64: answer },
      { type: 'outcome', at, outcome: 'undelivered', message: 'file:t: it is a folder' },
    ];
    const event = { schema: 1, at, operation: 'rotate', outcome: 'done', ...connection, id: 'a1', name: 'old-ci' };
    const journal = join(runner.stateDirectory, 'journal');
    mkdirSync(journal, { mode: 0o700, recursive: true });
    writeFileSync(join(journal, `${id}.jsonl`), lines(entry), { mode: 0o600 });
    writeFileSync(join(runner.stateDirectory, 'audit.jsonl'), lines([event, event]), { mode: 0o600 });
    expect(await runner.run([...fromFile, '--move', '--yes', '-q', '[.entries.copied, .events.copied]'])).toEqual({
      code: 0,
      stdout: '[1,2]\n',
      stderr: '',
    });
    expect(dump()).not.toContain(answer);
    const other = machine('runner-2');
    expect((await other.run(['recover', 'list', '-q', '.[] | [.accountName, .state, .startedAt]'])).stdout).toBe(
      '["old-ci","sealed","2025-01-02T03:04:05Z"]\n',
    );
    expect((await other.run(['state', 'show', '-q', '.[] | [.name, .issuedAt]'])).stdout).toBe(
      '["old-ci","2025-01-02T03:04:05Z"]\n',
    );
  });

  it('leaves what cannot be read, and says so', async () => {
    const { runner } = await kept(deploy);
    const log = join(runner.stateDirectory, 'audit.jsonl');
    writeFileSync(log, `${readFileSync(log, 'utf8')}garbage\n`);
    const { code, stdout, stderr } = await runner.run([
      ...fromFile,
      '--move',
      '--yes',
      '-q',
      '[.unreadable, .removed]',
    ]);
    expect({ code, stdout }).toEqual({ code: 6, stdout: '[1,false]\n' });
    expect(stderr).toContain('1 entry or lines of file cannot be read, and stay there');
    expect(readFileSync(log, 'utf8')).toContain('garbage');
  });
});

describe('state migrate from another store', () => {
  it('copies entries as they are, and the chain of events', async () => {
    const { runner, store } = await kept(deploy, { env: {} });
    const moved = await runner.run([...fromStore, '--move', '--yes', '--json'], { env: newStore });
    expect(moved.stderr).toBe(reminder);
    expect(json(moved)).toMatchObject({ ...counts([1, 0], [2, 0], { removed: true }), accounts: 0 });
    const rooms = [...store.objects].flatMap(([name, { bytes }]) =>
      bytes.length > 0 ? [name.split('/', 2).join('/')] : [],
    );
    expect([...new Set(rooms)].toSorted()).toEqual(['new/accounts', 'new/audit', 'new/entries', 'prod/accounts']);
    expect(await runner.run(['audit', 'list', '-q', '.[].operation'], { env: newStore })).toEqual({
      code: 0,
      stdout: 'rotate\nupdate\n',
      stderr: reminder,
    });
  });

  it('refuses what makes no sense, and sends nothing', async () => {
    const { machine, store } = useMachines(deploy());
    const runner = machine('laptop');
    const refused = [
      [['state', 'migrate'], {}, '--from is missing: file, or the address of a store'],
      [['state', 'migrate', '--from', 'ftp://x'], {}, '--from must be file, '],
      [['state', 'migrate', '--from', 'postgres://a:pw@db.example/x'], {}, '--from must not hold a password'],
      [fromStore, {}, '--from is the store that is set: s3://ops/prod'],
      [fromStore, onMachine, 'copies into a state store, and none is set'],
      [fromFile, { SACTL_SANDBOX: '1' }, 'the sandbox has a state of its own'],
    ] as const;
    for (const [argv, env, message] of refused) {
      const { code, stdout, stderr } = await runner.run(argv, { env });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(message);
      expect(stderr).not.toContain('pw');
    }
    expect(store.requests).toEqual([]);
  });

  it('is exit 1 where the store does not answer at all', async () => {
    const { machine } = useMachines(deploy(), { fault: () => 'lost-before' });
    expect(await machine('laptop').run(fromStore, { env: newStore })).toMatchObject({ code: 1, stdout: '' });
  });
});
