import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { testNow, type TestContextOptions } from '../../harness/context.ts';
import { run, type Outcome } from '../../harness/run.ts';
import { freshStateDirectory } from '../../harness/state.ts';
import { problems } from '../support.ts';

const hour = 3_600_000;

function daysAgo(days: number): string {
  return new Date(testNow - days * 24 * hour).toISOString().replace('.000Z', 'Z');
}

/** An event as an earlier run wrote it. */
function event(change: object = {}): object {
  return {
    schema: 1,
    at: daysAgo(1),
    operation: 'rotate',
    outcome: 'done',
    exitCode: 0,
    provider: 'nscale',
    profile: null,
    endpoint: 'https://identity.example',
    organization: 'org-1',
    id: 'id-1',
    name: 'ci-deploy',
    sandbox: false,
    credentialSource: 'file ~/token',
    user: 'ann',
    host: 'build-1',
    pid: 1,
    ci: null,
    expiresBefore: null,
    expiresAfter: null,
    fingerprint: 'sha256:e602ed846541',
    verified: true,
    reissued: false,
    targets: [{ target: 'file:token', ok: true }],
    entry: null,
    error: null,
    ...change,
  };
}

const log = [
  event({ at: daysAgo(9), operation: 'create', name: 'ci', id: 'id-2', user: null }),
  event({ at: daysAgo(6.9), ci: { system: 'github-actions', actor: 'bob' } }),
  event({ at: daysAgo(0), operation: 'delete', outcome: 'failed', exitCode: 4, targets: [] }),
];

type Run = (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;

/** A machine with these lines in its log. */
function machine(lines: readonly (object | string)[] = log): Run {
  const state = freshStateDirectory();
  mkdirSync(state, { mode: 0o700 });
  const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  writeFileSync(join(state, 'audit.jsonl'), text, { mode: 0o600 });
  return (argv, options) => run(['audit', 'list', ...argv], { ...options, env: { SACTL_STATE_DIR: state } });
}

describe('audit list', () => {
  it('prints every event with all its keys, the latest last', async () => {
    const { code, stdout, stderr } = await machine()(['--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const actor = { system: 'github-actions', repository: null, workflow: null, runId: null };
    expect(JSON.parse(stdout)).toEqual([log[0], { ...log[1], ci: { ...actor, actor: 'bob', url: null } }, log[2]]);
  });

  it('is a table for people', async () => {
    expect(await machine()([])).toEqual({
      code: 0,
      stdout: [
        'AT                    OPERATION  ACCOUNT    OUTCOME  USER  PROVIDER  TARGETS     FINGERPRINT          ID\n',
        '2026-11-13T12:00:00Z  create     ci         done     -     nscale    file:token  sha256:e602ed846541  id-2\n',
        '2026-11-15T14:24:00Z  rotate     ci-deploy  done     bob   nscale    file:token  sha256:e602ed846541  id-1\n',
        '2026-11-22T12:00:00Z  delete     ci-deploy  failed   ann   nscale    -           sha256:e602ed846541  id-1\n',
      ].join(''),
      stderr: '',
    });
  });

  it('leaves out on a narrow terminal what matters least', async () => {
    const { stdout } = await machine()(['--no-color'], { terminal: 60 });
    expect(stdout.split('\n')[0]).toBe('AT          OPERATION  ACCOUNT    OUTCOME  USER  PROVIDER');
  });

  it.each([
    [['-q', '.[] | [.operation, .name]'], '["create","ci"]\n'],
    [['--format', 'ndjson'], '{"schema":1,'],
    [['--format', 'csv'], 'at,operation,name,outcome,user,provider,targets,fingerprint,id\n'],
    [['--format', 'yaml'], '- schema: 1\n'],
  ])('prints %j', async (flags, beginning) => {
    const { code, stdout, stderr } = await machine()(flags);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.slice(0, beginning.length)).toBe(beginning);
  });

  it.each([
    ['an id', 'id-1', 2],
    ['a name', 'ci', 1],
    ['a part of a name, which is none', 'ci-', 0],
  ])('finds by %s', async (_, id, count) => {
    const { code, stdout } = await machine()(['--id', id, '-q', 'length']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${count}\n` });
  });

  it.each([
    ['7d', 2],
    ['1w', 2],
    ['90s', 1],
    ['2026-11-15', 2],
    ['2026-11-16', 1],
    ['2026-11-15T14:24:00Z', 2],
    ['2026-11-15T14:24:01Z', 1],
    ['2026-11-15T15:24+01:00', 2],
    ['2027-01-01', 0],
  ])('--since %s leaves %i', async (since, count) => {
    const { code, stdout } = await machine()(['--since', since, '-q', 'length']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${count}\n` });
  });

  it.each(['', 'yesterday', '7', '-7d', '2026-13-01', '2026-02-30', '2026-11-22T25:00Z', '1.5d'])(
    'refuses --since "%s"',
    async (since) => {
      const { code, stdout, stderr } = await machine()([`--since=${since}`, '--no-color']);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(new RegExp(`^sactl: --since "${since}" must have the form `));
    },
  );

  it.each([[['--id', '']], [['--id', ' ']]])('refuses %j', async (flags) => {
    expect(await machine()([...flags, '--no-color'])).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['--id is empty']),
    });
  });

  it('is the latest ones only with --limit, after the other flags', async () => {
    const names = ['-q', '.[].operation'];
    expect((await machine()(['--limit', '2', ...names])).stdout).toBe('rotate\ndelete\n');
    expect((await machine()(['--limit', '1', '--id', 'ci', ...names])).stdout).toBe('create\n');
    expect((await machine()(['--limit', '9', ...names])).stdout.split('\n')).toHaveLength(4);
    for (const limit of ['0', '-1', '1.5', 'x']) {
      const { code, stderr } = await machine()(['--limit', limit]);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: problems([`--limit "${limit}" must be a whole number from 1`]),
      });
    }
  });

  it.each([
    [[], 'nothing was changed from this machine yet'],
    [['--id', 'ci'], 'the audit log has no such event'],
    [['--since', '1d'], 'the audit log has no such event'],
  ])('says so when there is nothing: %j', async (flags, note) => {
    expect(await machine([])([...flags, '--json'])).toEqual({ code: 0, stdout: '[]\n', stderr: `sactl: ${note}\n` });
  });

  it.each([
    [1, '1 line of the audit log cannot be read'],
    [2, '2 lines of the audit log cannot be read'],
  ])('counts %i damaged and shows the others', async (count, note) => {
    const damaged = ['{"schema":1,"at":"2026', '[]'].slice(0, count);
    const { code, stdout, stderr } = await machine([...damaged, '', ...log])(['-q', 'length']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '3\n', stderr: `sactl: ${note}\n` });
  });

  it('believes nothing of what is in the log', async () => {
    const odd = {
      ...event({ name: ['x'], exitCode: '0', targets: 'none', error: 'a\nb\u001b[31m', pid: 1.5 }),
      added: 'by a later version',
      schema: 2,
    };
    const { stdout } = await machine([odd])(['--json']);
    expect(JSON.parse(stdout)).toEqual([
      event({ name: null, exitCode: null, targets: [], error: 'a b', pid: null, schema: 2 }),
    ]);
  });

  it("shows the sandbox's own with --sandbox", async () => {
    const { stdout } = await machine()(['--sandbox', '-q', 'length']);
    expect(stdout).toBe('0\n');
  });
});
