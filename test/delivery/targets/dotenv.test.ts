// @module-tag slow
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, utimes } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';

import { dotenvScheme } from '../../../src/delivery/targets/dotenv.ts';
import { InterruptedError } from '../../../src/errors.ts';
import { testContext } from '../../harness/context.ts';
import { createFolder, never, payload, specOf, subject, targetOf } from './folder.ts';

describe('dotenv', () => {
  test('creates the file for its owner alone', async () => {
    await using folder = await createFolder();
    const spec = { body: '{name}.env', slot: 'TOKEN' };
    const target = targetOf(dotenvScheme, spec, folder.environment());
    expect(await target.preflight()).toStrictEqual([]);
    expect(await folder.names()).toStrictEqual([]);
    await target.deliver(payload('tok-1'), never);
    expect(target.name).toBe('dotenv:ci-deploy.env#TOKEN');
    expect(await target.place()).toStrictEqual({ place: folder.at('ci-deploy.env'), slot: 'TOKEN' });
    expect(await folder.names()).toStrictEqual(['ci-deploy.env']);
    expect(await folder.text('ci-deploy.env')).toBe('TOKEN=tok-1\n');
    expect(await folder.mode('ci-deploy.env')).toBe('600');
  });

  test('changes one value of a file and nothing else, not even bytes that are no text', async () => {
    await using folder = await createFolder();
    const before = Buffer.from('# \xFF\r\nexport TOKEN="old" # why\r\nB=2', 'latin1');
    await folder.write('.env', before, 0o640);
    const target = targetOf(dotenvScheme, { body: '.env', slot: 'TOKEN' }, folder.environment());
    expect(await target.preflight()).toStrictEqual([
      `${folder.at('.env')} is open to other users (mode 0640) and stays so; chmod 600 would close it`,
    ]);
    await target.deliver(payload('é $x'), never);
    expect((await readFile(folder.at('.env'))).toString('latin1')).toBe(
      "# \xFF\r\nexport TOKEN='\xC3\xA9 $x' # why\r\nB=2",
    );
    expect(await folder.mode('.env')).toBe('640');
  });

  test.each(['tok-1', 'a b', '{"accessToken":"x\\"y","n":[1]}', '$(id) `id` "é" \\x', 'a=#b'])(
    'is read by a shell as it was: %s',
    async (text) => {
      await using folder = await createFolder();
      const path = await folder.write('.env', 'A=1');
      const target = targetOf(dotenvScheme, { body: '.env', slot: 'TOKEN' }, folder.environment());
      await target.deliver(payload(text), never);
      const { stdout } = await promisify(execFile)('sh', ['-c', '. "$0" && printf "%s|%s" "$A" "$TOKEN"', path]);
      expect(stdout).toBe(`1|${text}`);
    },
  );

  test.each([
    ['1A', '"1A" is not a name for a variable: use letters, digits and _, no digit first'],
    ['A-B', '"A-B" is not a name for a variable: use letters, digits and _, no digit first'],
    ['{foo}', '{foo} is not a placeholder; the placeholders are {provider} {profile} {org} {id} {name} {NAME}'],
  ])('refuses the key %s', async (slot, problem) => {
    await using folder = await createFolder();
    const problems = dotenvScheme.problems(specOf({ body: '.env', slot }), folder.environment());
    expect(problems).toStrictEqual([problem]);
  });

  test('checks a key that the name of the account is part of', async () => {
    await using folder = await createFolder();
    const spec = specOf({ body: '.env', slot: 'T_{name}' });
    expect(dotenvScheme.problems(spec, folder.environment())).toStrictEqual([]);
    expect(await folder.failure(() => dotenvScheme.create(spec, subject, folder.environment()))).toBe(
      'UsageError: "T_ci-deploy" is not a name for a variable: use letters, digits and _, no digit first',
    );
    const fitting = dotenvScheme.create(spec, { ...subject, name: 'ci' }, folder.environment());
    expect(fitting.name).toBe('dotenv:.env#T_ci');
  });

  test.each([
    ['K=1\n\nK=2\n', '~/.env sets K more than once, on lines 1, 3; keep one'],
    ['K=1\0', '~/.env is not text'],
    ['#'.repeat(1024 * 1024 + 1), '~/.env is larger than 1 MiB'],
  ])('refuses a file before and after: %#', async (text, problem) => {
    await using folder = await createFolder();
    await folder.write('.env', text);
    const target = targetOf(dotenvScheme, { body: '.env', slot: 'K' }, folder.environment());
    expect(await folder.failure(() => target.preflight())).toBe(`UsageError: --to "given": ${problem}`);
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(`TargetError: ${problem}`);
    expect(await folder.text('.env')).toBe(text);
    expect(await folder.names()).toStrictEqual(['.env']);
  });

  test('refuses a link, and leaves what it leads to', async () => {
    await using folder = await createFolder();
    await folder.write('real', 'A=1\n');
    await symlink('real', folder.at('.env'));
    const target = targetOf(dotenvScheme, { body: '.env', slot: 'K' }, folder.environment());
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
      'TargetError: ~/.env is a symbolic link to ~/real; name that instead',
    );
    expect(await folder.text('real')).toBe('A=1\n');
    expect(await folder.names()).toStrictEqual(['.env', 'real']);
  });

  test('says nothing of a value it cannot write, and leaves the file', async () => {
    await using folder = await createFolder();
    await folder.write('.env', 'K=1\n');
    const target = targetOf(dotenvScheme, { body: '.env', slot: 'K' }, folder.environment());
    const failure = await folder.failure(() => target.deliver(payload("tok'1"), never));
    expect(failure).toBe(
      'TargetError: a .env file cannot hold this credential: it has a single quote, a line break or another control character, or ends in a backslash',
    );
    expect(await folder.text('.env')).toBe('K=1\n');
    expect(await folder.names()).toStrictEqual(['.env']);
  });
});

describe('deliveries to one file at once', () => {
  test('lose no key', async () => {
    await using folder = await createFolder();
    const environment = folder.environment();
    const keys = Array.from({ length: 8 }, (_, index) => `K${index}`);
    // Each has a context of its own, as each process would.
    const targets = keys.map((slot, index) => {
      const { ctx } = testContext({ cwd: folder.path });
      const own = { ...ctx, uuid: () => `${index}-${ctx.uuid()}`, sleep: () => setTimeout(1) };
      return targetOf(dotenvScheme, { body: '.env', slot }, { ...environment, ctx: own });
    });
    await Promise.all(targets.map((target, index) => target.deliver(payload(`v${index}`), never)));
    const lines = (await folder.text('.env')).trimEnd().split('\n');
    expect(lines.toSorted()).toStrictEqual(keys.map((key, index) => `${key}=v${index}`));
    expect(await folder.names()).toStrictEqual(['.env']);
  });

  test('wait for a lock, and say who has it', async () => {
    await using folder = await createFolder();
    await folder.write('.env', 'A=1\n');
    await folder.write('.env.sactl-lock', '4711 test-host x');
    const environment = folder.environment();
    const target = targetOf(dotenvScheme, { body: '.env', slot: 'K' }, environment);
    const problem = '~/.env.sactl-lock is held by process 4711 on test-host; remove it if that has ended';
    expect(await folder.failure(() => target.preflight())).toBe(`UsageError: --to "given": ${problem}`);
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
      `TargetError, retryable: ${problem}`,
    );
    expect(await folder.text('.env')).toBe('A=1\n');
    expect(await folder.names()).toStrictEqual(['.env', '.env.sactl-lock']);
  });

  test('do not wait for a process that has died', async () => {
    await using folder = await createFolder();
    await folder.write('.env.sactl-lock', '4712 test-host x');
    const target = targetOf(dotenvScheme, { body: '.env', slot: 'K' }, folder.environment());
    await target.deliver(payload('tok-1'), never);
    expect(await folder.names()).toStrictEqual(['.env']);
  });

  test.each([
    ['1 elsewhere x', 'process 1 on elsewhere; if that has ended, its lock ends by itself after 2 minutes'],
    ['', 'a process that does not say who it is; remove it if that has ended'],
  ])('do not take the lock %j from another', async (holder, name) => {
    await using folder = await createFolder();
    await folder.write('.env.sactl-lock', holder);
    const target = targetOf(dotenvScheme, { body: '.env', slot: 'K' }, folder.environment());
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
      `TargetError, retryable: ~/.env.sactl-lock is held by ${name}`,
    );
    expect(await folder.text('.env.sactl-lock')).toBe(holder);
  });

  test.each([
    ['1 elsewhere x', ['.env']],
    ['somebody wrote this', ['.env.sactl-lock']],
  ])('after a lease, the lock %j leaves %j', async (holder, names) => {
    await using folder = await createFolder();
    await folder.write('.env.sactl-lock', holder);
    const time = Date.now() / 1000 - 121;
    await utimes(folder.at('.env.sactl-lock'), time, time);
    const target = targetOf(dotenvScheme, { body: '.env', slot: 'K' }, folder.environment());
    await target.deliver(payload('tok-1'), never).catch(() => undefined);
    expect(await folder.names()).toStrictEqual(names);
  });

  test.runIf(process.platform !== 'win32')('take a named pipe for no process', async () => {
    await using folder = await createFolder();
    execFileSync('mkfifo', [folder.at('.env.sactl-lock')]);
    const target = targetOf(dotenvScheme, { body: '.env', slot: 'K' }, folder.environment());
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
      'TargetError, retryable: ~/.env.sactl-lock is held by a process that does not say who it is; remove it if that has ended',
    );
  });

  test.each(['nowhere', 'other'])('take a link, as a repository may have one, for no process: to %s', async (to) => {
    await using folder = await createFolder();
    await folder.write('other', '4712 test-host x');
    await symlink(to, folder.at('.env.sactl-lock'));
    const target = targetOf(dotenvScheme, { body: '.env', slot: 'K' }, folder.environment());
    const problem = '~/.env.sactl-lock is held by a process that does not say who it is; remove it if that has ended';
    expect(await folder.failure(() => target.preflight())).toBe(`UsageError: --to "given": ${problem}`);
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
      `TargetError, retryable: ${problem}`,
    );
    expect(await folder.names()).toStrictEqual(['.env.sactl-lock', 'other']);
  });

  test('stop waiting when the run is interrupted', async () => {
    await using folder = await createFolder();
    await mkdir(folder.at('.env.sactl-lock'));
    const abort = new AbortController();
    const reason = new InterruptedError();
    const { ctx } = testContext({ cwd: folder.path });
    const environment = {
      ...folder.environment(),
      ctx: {
        ...ctx,
        sleep: (milliseconds: number, signal?: AbortSignal) => {
          abort.abort(reason);
          return ctx.sleep(milliseconds, signal);
        },
      },
    };
    const target = targetOf(dotenvScheme, { body: '.env', slot: 'K' }, environment);
    await expect(target.deliver(payload('tok-1'), abort.signal)).rejects.toBe(reason);
    expect(await folder.names()).toStrictEqual(['.env.sactl-lock']);
  });
});
