import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openAuditLog } from '../../src/state/audit-log.ts';
import { readEvents } from '../../src/state/audit-read.ts';
import { ciJobs } from '../harness/ci-jobs.ts';
import { fact, logOf, logOptions } from './audit-workspace.ts';

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

/** What is in a log, with how many of its lines are damaged. */
async function read(options: ReturnType<typeof logOptions>) {
  const names: (string | null)[] = [];
  const damaged = await readEvents(options, ({ name }) => names.push(name));
  return { names, damaged };
}

function named(name: string): typeof fact {
  return { ...fact, account: { ...fact.account, name } };
}

describe('the audit log', () => {
  it("is a file of the user's own in a folder of the user's own, made with its first event", async () => {
    const options = logOptions();
    const log = openAuditLog(options);
    await log.preflight();
    expect(() => readdirSync(options.stateDirectory)).toThrow('ENOENT');
    await log.append(fact);
    const path = join(options.stateDirectory, 'audit.jsonl');
    expect([modeOf(options.stateDirectory), modeOf(path)]).toEqual(['700', '600']);
  });

  it('leaves the rights of a folder that is there as they are', async () => {
    const options = logOptions();
    mkdirSync(options.stateDirectory, { mode: 0o755 });
    const log = openAuditLog(options);
    await log.preflight();
    expect(readdirSync(options.stateDirectory)).toEqual([]);
    await log.append(fact);
    expect(modeOf(options.stateDirectory)).toBe('755');
  });

  it('has an object with the same keys on every line', async () => {
    const options = logOptions({ env: { LOGNAME: 'ann' } });
    await openAuditLog(options).append({ operation: 'discard', exitCode: 0, ...unknown });
    const text = readFileSync(join(options.stateDirectory, 'audit.jsonl'), 'utf8');
    expect(text.endsWith('}\n')).toBe(true);
    expect(JSON.parse(text)).toEqual({
      schema: 1,
      at: '2026-11-22T12:00:00.000Z',
      operation: 'discard',
      outcome: 'done',
      exitCode: 0,
      provider: null,
      profile: null,
      endpoint: null,
      organization: null,
      id: null,
      name: null,
      sandbox: false,
      credentialSource: null,
      user: 'ann',
      host: 'test-host',
      pid: 4711,
      ci: null,
      expiresBefore: null,
      expiresAfter: null,
      fingerprint: null,
      verified: null,
      reissued: null,
      targets: [],
      entry: null,
      error: null,
    });
  });

  const unknown = { connection: null, account: { id: null, name: null, organization: null } };

  it('loses nothing when two write at once', async () => {
    const options = logOptions();
    const logs = [100, 200].map((pid) => openAuditLog({ ...options, self: { ...options.self, pid } }));
    const names = Array.from({ length: 50 }, (_, number) => `ci-${number}`);
    const writes = logs.flatMap((log) => names.map((name) => log.append(named(name))));
    await Promise.all(writes);
    const found = await read(options);
    expect(found.damaged).toBe(0);
    expect(found.names).toHaveLength(writes.length);
    expect(new Set(found.names)).toEqual(new Set(names));
  });

  it('ends a line that was cut short before it writes its own', async () => {
    const options = logOptions();
    const log = openAuditLog(options);
    await log.append(named('first'));
    const path = join(options.stateDirectory, 'audit.jsonl');
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"schema":1,"at":"2026-11-2`);
    await log.append(named('second'));
    await log.append(named('third'));
    expect(await read(options)).toEqual({ names: ['first', 'second', 'third'], damaged: 1 });
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(5);
  });

  it('is one line for each event, whatever is in it', async () => {
    const options = logOptions({ env: { USER: 'ann\n::set-output' } });
    await openAuditLog(options).append({
      ...named('a\nb\u001b[31m'),
      error: `first\r\nsecond ${'x'.repeat(5000)}`,
      targets: [{ target: 'file:a\nb', ok: true }],
    });
    const text = readFileSync(join(options.stateDirectory, 'audit.jsonl'), 'utf8');
    expect(text.split('\n')).toHaveLength(2);
    expect(text).not.toMatch(/\\[nru]/);
    expect(text.length).toBeLessThan(4000);
  });
});

/** The event of a change that is made in this environment. */
async function eventOf(env: Record<string, string>): Promise<unknown> {
  const options = logOptions({ env });
  await openAuditLog(options).append(fact);
  return JSON.parse(readFileSync(join(options.stateDirectory, 'audit.jsonl'), 'utf8')) as unknown;
}

describe('who wrote an event', () => {
  it.each(Object.entries(ciJobs))('is said of a job of %s', async (system, { env, ...ci }) => {
    expect(await eventOf(env)).toMatchObject({ ci: { system, ...ci } });
    expect(JSON.stringify(await eventOf(env))).not.toContain('hunter2');
  });

  it('is said of a system that is not known', async () => {
    const unknown = { system: 'other', repository: null, workflow: null, runId: null, actor: null };
    expect(await eventOf({ CI: '1' })).toMatchObject({ ci: { ...unknown, url: null } });
    const env = { CI: '1', BUILD_URL: 'https://ci.example/7' };
    expect(await eventOf(env)).toMatchObject({ ci: { ...unknown, url: 'https://ci.example/7' } });
  });

  it.each([
    ['a name', { USER: 'ann', LOGNAME: 'other' }, 'ann'],
    ['the name on Windows', { USER: ' ', USERNAME: 'bob' }, 'bob'],
    ['the number, without a name', {}, `uid ${String(process.getuid?.())}`],
  ])('is %s', async (_, env, user) => {
    expect(await eventOf(env)).toMatchObject({ user, ci: null });
  });
});

describe('a log that is not there', () => {
  it('is an empty one', async () => {
    expect(await read(logOptions())).toEqual({ names: [], damaged: 0 });
  });

  it('can be written to when the folders above it are there', async () => {
    const options = logOptions();
    const log = logOf({ stateDirectory: join(options.stateDirectory, 'a', 'b') });
    await log.preflight();
    await log.append(fact);
    expect(readdirSync(join(options.stateDirectory, 'a', 'b'))).toEqual(['audit.jsonl']);
  });
});
