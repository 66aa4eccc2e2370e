import { describe, expect, it } from 'vitest';

import { useMachines } from '../../harness/machines.ts';
import { useNscale } from '../../harness/nscale.ts';
import type { Outcome } from '../../harness/run.ts';
import { whileRotating } from './rotating.ts';

const deploy = useNscale();
function json({ stdout }: Outcome): unknown {
  return JSON.parse(stdout);
}

describe('state show', () => {
  it('says who holds an account, in which entry, and that it is idle afterwards', async () => {
    let during: Outcome | undefined;
    let table: Outcome | undefined;
    const { own, second } = await whileRotating(deploy, async (machine) => {
      during = await machine.run(['state', 'show', '--json']);
      table = await machine.run(['state', 'show']);
    });
    expect(own.code).toBe(0);
    const id = own.stdout.trim();
    expect(during).toMatchObject({ code: 0, stderr: '' });
    expect(during && json(during)).toEqual([
      {
        account: expect.stringMatching(/^[0-9a-f]{64}$/),
        name: 'ci-deploy',
        provider: 'nscale',
        organization: expect.any(String),
        endpoint: expect.stringMatching(/^https:/),
        id,
        hold: 'held',
        heldBy: {
          host: 'runner-1',
          process: 101,
          run: 'https://ci.example/7',
          since: '2026-11-22T12:00:00Z',
          leaseSeconds: 120,
          entry: expect.any(String),
        },
        generation: 1,
        entries: [{ id: expect.any(String), operation: 'rotate', state: 'asked', startedAt: '2026-11-22T12:00:00Z' }],
        issuedAt: null,
      },
    ]);
    expect(table?.stdout).toMatch(
      /^HOLD +ACCOUNT +HELD BY +SINCE +ENTRY +GENERATION +ISSUED +RUN +PROVIDER +DIGEST\nheld +ci-deploy +process 101 on runner-1 +\S+ +asked +1 /,
    );
    expect(await second.run(['state', 'show', '--json'])).toEqual({
      code: 0,
      stdout: '[]\n',
      stderr: 'sactl: 1 account is idle\n',
    });
    const after = await second.run(['state', 'show', '--id', 'ci-deploy', '--json']);
    expect(json(after)).toMatchObject({ hold: 'idle', heldBy: null, generation: 1, issuedAt: '2026-11-22T12:00:00Z' });
    const { account } = json(after) as { account: string };
    for (const reference of [id, account, account.slice(0, 4)]) {
      expect(await second.run(['state', 'show', '--id', reference, '--json'])).toEqual(after);
    }
    const { stdout } = await second.run(['state', 'show', '--id', id]);
    expect(stdout).toMatch(/^Account: +ci-deploy\n(?:.*\n)*Hold: +idle: no run holds it\n/);
  });

  it('says that a lease has passed, of a run that does not renew it', async () => {
    let during: Outcome | undefined;
    await whileRotating(deploy, async (machine, pass) => {
      pass(121_000);
      during = await machine.run(['state', 'show', '-q', '.[] | [.hold, .entries[].state]']);
    });
    expect(during).toEqual({ code: 0, stdout: '["lapsed","asked"]\n', stderr: '' });
  });

  it('says so where nothing is known, and what is not', async () => {
    const { machine } = useMachines(deploy());
    const runner = machine('runner-1');
    expect(await runner.run(['state', 'show'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'sactl: no account is held, and no entry is open\n',
    });
    expect(await runner.run(['state', 'show', '--id', 'nope'])).toEqual({
      code: 3,
      stdout: '',
      stderr: 'sactl: the state knows no account "nope"\nhint: sactl state show\n',
    });
    expect(await runner.run(['state', 'show', '--id', ' '])).toMatchObject({ code: 2 });
  });

  it('names the candidates where several have that name', async () => {
    const { machine, store } = useMachines(deploy());
    const runner = machine('runner-1');
    const accounts = ['a1', 'b2'].map((id) => ({ id, digest: id.repeat(32) }));
    for (const { id, digest } of accounts) {
      const record = {
        v: 1,
        stamp: id,
        key: ['nscale', 'https://identity.example', 'org', id],
        generation: 3,
        name: 'nscale service account twin',
        hold: null,
      };
      store.write(`prod/accounts/${digest}`, JSON.stringify(record));
    }
    const { code, stderr } = await runner.run(['state', 'show', '--id', 'twin', '--json']);
    expect(code).toBe(5);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'ambiguous',
        message: 'several accounts are "twin": a1a1a1a1a1a1 (nscale twin a1), b2b2b2b2b2b2 (nscale twin b2)',
      },
    });
    expect(await runner.run(['state', 'show', '--id', 'b2b2', '-q', '.id'])).toMatchObject({ stdout: 'b2\n' });
  });

  it('is exit 1 where the store does not answer', async () => {
    const { machine } = useMachines(deploy(), { fault: () => 'lost-before' });
    for (const argv of [['show'], ['show', '--id', 'x'], ['unlock', '--id', 'x', '--generation', '1', '--yes']]) {
      const { code, stdout, stderr } = await machine('runner-1').run(['state', ...argv]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^sactl: cannot list the state in s3:\/\/ops\/prod: /);
    }
  });
});
