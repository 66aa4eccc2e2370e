import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { timestamp } from '../../src/sandbox/nscale/state.ts';
import { testNow } from '../harness/context.ts';
import { dayMs } from './servers.ts';
import { createWorld, toFiles, type World } from './world.ts';

const plan = ['sa', 'rotate', ...toFiles, '--dry-run', '--no-color'];
const url = 'https://nscale.example.com/api/v1/organizations/d4600d6e-e965-4b44-a808-84fb2fa36702/serviceaccounts';
const [first, second] = [1, 2].map((number) => `c0000000-0000-4000-8000-00000000000${number}`);

/** Two accounts that are due and one that has expired. */
function world(): World {
  return createWorld({
    accounts: 3,
    arrange: ({ nscale }) => {
      const third = nscale?.nscale?.accounts[2];
      if (third) third.expiry = timestamp(testNow - dayMs);
    },
  });
}

describe('--dry-run of several accounts', () => {
  it('says what would be done with each, and which are left, and changes nothing', async () => {
    const own = world();
    const { code, stdout, stderr } = await own.run([...plan, '--all', '--json']);
    expect({ code, stderr, sent: own.mutations() }).toEqual({ code: 0, stderr: '', sent: [] });
    expect(existsSync(join(own.stateDirectory, 'audit.jsonl'))).toBe(false);
    expect(readdirSync(join(own.folder, 'tokens'))).toHaveLength(3);
    expect(JSON.parse(stdout)).toEqual({
      dryRun: true,
      provider: 'nscale',
      operation: 'rotate',
      requests: [first, second].map((id) => ({ method: 'POST', url: `${url}/${id}/rotate`, body: null })),
      effects: ['app-001', 'app-002'].flatMap((name) => [
        `${name}: the current token stops working at once; what uses it fails until it has the new one`,
        `${name}: a new token is issued, which nscale shows only once`,
      ]),
      targets: ['app-001', 'app-002'].map((name) => ({ target: `file:tokens/nscale-${name}`, ok: true })),
      accounts: [first, second].map((id, index) => ({
        provider: 'nscale',
        profile: null,
        organization: 'd4600d6e-e965-4b44-a808-84fb2fa36702',
        id,
        name: `app-00${index + 1}`,
      })),
      skipped: [expect.objectContaining({ name: 'app-003', reason: 'expired', exitCode: 0 })],
      failed: [],
    });
  });

  it('reads as a plan, with what is left at its end', async () => {
    const { code, stdout } = await world().run([...plan, '--all']);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'Dry run: nothing was changed. rotate would do this:',
      '  - app-001, app-002',
      '  - 2 of them: the current token stops working at once; what uses it fails until it has the new one',
      '  - 2 of them: a new token is issued, which nscale shows only once',
      '  - the credential goes to file:tokens/nscale-app-001',
      '  - the credential goes to file:tokens/nscale-app-002',
      'with these requests:',
      `  POST ${url}/${first}/rotate`,
      `  POST ${url}/${second}/rotate`,
      'RESULT   PROVIDER  NAME     EXPIRES               ID                                    DETAIL',
      'skipped  nscale    app-003  2026-11-21T12:00:00Z  c0000000-0000-4000-8000-000000000003  expired: --include-expired revives it',
      '',
    ]);
  });

  it('shows people a few targets and requests of many', async () => {
    const { stdout } = await createWorld({ accounts: 8 }).run([...plan, '--all']);
    const lines = stdout.split('\n');
    expect(lines.filter((line) => line.includes('credential goes to'))).toHaveLength(5);
    expect(lines.filter((line) => line.includes('POST'))).toHaveLength(5);
    expect(lines.filter((line) => line.includes('more'))).toEqual([
      '  - and 3 more like these',
      '  and 3 more like these',
    ]);
  });

  it('says so when nothing would be done', async () => {
    const { code, stdout } = await world().run([...plan, '--expiring-within', '1d']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Dry run: rotate would change nothing\.\nRESULT {3}PROVIDER/);
  });

  it('asks nobody, and needs no --yes', async () => {
    const own = world();
    expect((await own.run([...plan, '--all'], { terminal: 100 })).code).toBe(0);
    expect(own.mutations()).toEqual([]);
  });

  it('is exit 2 when it could not be carried out, after the plan', async () => {
    const own = world();
    const argv = ['sa', 'rotate', '--all', '--to', 'file:none/{name}', '--dry-run', '--json'];
    const { code, stdout, stderr } = await own.run(argv);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      targets: [
        { target: 'file:none/app-001', ok: false },
        { target: 'file:none/app-002', ok: false },
      ],
    });
    expect(stderr).toContain('there is no folder');
    expect(own.mutations()).toEqual([]);
  });

  it('is exit 6 where a provider did not show its accounts, and says which', async () => {
    const own = createWorld({
      providers: ['nscale', 'runai'],
      accounts: 1,
      network: (fetch) => (input, init) =>
        new Request(input, init).url.includes('nscale')
          ? Promise.resolve(
              Response.json({ error: 'access_denied', error_description: 'access_denied' }, { status: 401 }),
            )
          : fetch(input, init),
    });
    const { code, stdout, stderr } = await own.run([...plan, '--provider', 'all', '--all', '--json']);
    expect(code).toBe(6);
    expect(stderr).toMatch(/^sactl: no accounts of nscale: .* nscale answered 401/);
    expect(JSON.parse(stdout)).toMatchObject({
      provider: 'runai',
      accounts: [{ provider: 'runai', name: 'app-001' }],
      failed: [{ provider: 'nscale', id: null, name: null, exitCode: 4 }],
    });
  });
});
