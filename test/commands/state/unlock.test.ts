// @module-tag slow
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { useNscale } from '../../harness/nscale.ts';
import type { Outcome } from '../../harness/run.ts';
import { rotate, whileRotating } from './rotating.ts';

const deploy = useNscale();

function unlock(...more: readonly string[]): readonly string[] {
  return ['state', 'unlock', '--id', 'ci-deploy', ...more];
}

describe('state unlock', () => {
  it('lets go of an account, after which its run delivers nothing any more', async () => {
    const seen: Outcome[] = [];
    const { own, first, second } = await whileRotating(deploy, async (machine) => {
      seen.push(await machine.run(unlock('--generation', '1', '--yes', '--json')));
    });
    expect(seen).toEqual([{ code: 0, stdout: expect.any(String), stderr: '' }]);
    expect(JSON.parse(seen[0]?.stdout ?? '')).toEqual({
      unlocked: true,
      account: expect.stringMatching(/^[0-9a-f]{64}$/),
      provider: 'nscale',
      id: expect.any(String),
      name: 'ci-deploy',
      generation: 1,
    });
    expect(own).toMatchObject({ code: 8 });
    expect(existsSync(join(first.cwd, 'token'))).toBe(false);
    expect(await second.run(['state', 'show', '-q', '.[] | [.hold, .entries[].state]'])).toEqual({
      code: 0,
      stdout: '["idle","kept"]\n',
      stderr: '',
    });
    const events = await second.run(['audit', 'list', '-q', '.[] | [.operation, .outcome, .name, .host]']);
    expect(events.stdout).toContain('["unlock","done","ci-deploy","runner-2"]\n');
  });

  it('changes nothing where the hold is of another generation, or none was named', async () => {
    const seen: Outcome[] = [];
    const { own, first, dump } = await whileRotating(deploy, async (machine) => {
      seen.push(
        await machine.run(unlock('--generation', '7', '--yes')),
        await machine.run(unlock('--yes')),
        await machine.run(unlock('--generation', '1')),
        await machine.run(unlock('--generation', '1', '--dry-run', '-q', '.effects[]')),
      );
    });
    expect(seen).toEqual([
      {
        code: 5,
        stdout: '',
        stderr: expect.stringMatching(
          /^sactl: ci-deploy is held in generation 1 by now; nothing was changed\nhint: sactl state show --id [0-9a-f]{12}\n$/,
        ),
      },
      {
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(
          /^sactl: --generation is missing: ci-deploy is held in generation 1\nhint: sactl state show /,
        ),
      },
      {
        code: 2,
        stdout: '',
        stderr: 'sactl: this needs a confirmation, and there is no terminal to ask on: add --yes\n',
      },
      {
        code: 0,
        stdout: expect.stringMatching(
          /^if its run is still alive, it delivers nothing more and ends with exit code 8\nentry \S+ \(asked\) stays in the journal\n$/,
        ),
        stderr: '',
      },
    ]);
    expect(own.code).toBe(0);
    expect(existsSync(join(first.cwd, 'token'))).toBe(true);
    expect(dump()).not.toContain('"operation":"unlock"');
  });

  it('asks on a terminal, saying what follows', async () => {
    const seen: Outcome[] = [];
    const { own } = await whileRotating(deploy, async (machine) => {
      seen.push(
        await machine.run(unlock('--generation', '1', '--no-color'), {
          terminal: 100,
          prompt: { confirm: () => Promise.resolve(false) },
        }),
      );
    });
    expect(seen[0]).toMatchObject({ code: 2, stdout: '' });
    expect(seen[0]?.stderr).toContain(
      '  - if its run is still alive, it delivers nothing more and ends with exit code 8\n',
    );
    expect(own.code).toBe(0);
  });

  it('says so where nobody holds it', async () => {
    const { second, store } = await whileRotating(deploy, async () => undefined);
    const { requests } = store;
    const before = requests.length;
    expect(await second.run(unlock('--generation', '1', '--yes', '-q', '.unlocked'))).toEqual({
      code: 0,
      stdout: 'false\n',
      stderr: 'sactl: no run holds ci-deploy; nothing was changed\n',
    });
    expect(requests.slice(before).filter((request) => request.startsWith('PUT'))).toEqual([]);
  });

  it('names what is missing or wrong at once', async () => {
    const { second } = await whileRotating(deploy, async () => undefined);
    expect(await second.run(['state', 'unlock', '--generation', 'x'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'sactl: --id is missing: give the id, name or digest of the account\n' +
        'sactl: --generation "x" is not a whole number\n' +
        'sactl: this needs a confirmation, and there is no terminal to ask on: add --yes\n',
    });
  });
});

/** Runs commands of another process while a rotation is under way, with the state on this machine. */
async function whileLocked(argvs: readonly (readonly string[])[]) {
  const seen: Outcome[] = [];
  const deployment = deploy({
    intercept: async (request, next) => {
      const answer = await next(request);
      if (request.url.endsWith('/rotate')) {
        const self = { pid: 77, host: 'other', isRunning: () => true };
        for (const argv of argvs) seen.push(await deployment.run(argv, { self }));
      }
      return answer;
    },
  });
  const own = await deployment.run([...rotate.slice(0, 7), '-q', '.credential.value']);
  return { own, seen, deployment };
}

describe('with the state on this machine', () => {
  it('the locks are shown, and are taken away without a generation', async () => {
    const { seen, deployment } = await whileLocked([
      ['state', 'show', '-q', '.[] | [.name, .hold, .generation, .heldBy.leaseSeconds, .entries[].state]'],
      unlock('--generation', '1', '--yes'),
      unlock('--yes', '-q', '.unlocked'),
      ['state', 'show', '-q', '.[].hold'],
    ]);
    expect(seen).toEqual([
      { code: 0, stdout: '["ci-deploy","held",null,120,"asked"]\n', stderr: '' },
      { code: 2, stdout: '', stderr: 'sactl: --generation means nothing here: locks on this machine have none\n' },
      { code: 0, stdout: 'true\n', stderr: '' },
      { code: 0, stdout: 'idle\n', stderr: '' },
    ]);
    expect(readdirSync(join(deployment.stateDirectory, 'locks'))).toEqual([]);
    const events = await deployment.run(['audit', 'list', '-q', '.[] | [.operation, .name]']);
    expect(events.stdout).toContain('["unlock","ci-deploy"]\n');
  });

  it('the sandbox has its own', async () => {
    const { deployment } = await whileLocked([]);
    expect(await deployment.run(['state', 'show', '--sandbox', '--json'])).toEqual({
      code: 0,
      stdout: '[]\n',
      stderr: '[sandbox] sactl: no account is held, and no entry is open\n',
    });
    expect(await deployment.run(['state', 'unlock', '--sandbox', '--id', 'ci-deploy', '--yes'])).toMatchObject({
      code: 3,
    });
  });
});
