// @module-tag slow
import { describe, expect, it } from 'vitest';

import { timestamp } from '../../src/sandbox/nscale/state.ts';
import { testNow } from '../harness/context.ts';
import { dayMs } from './servers.ts';
import { createWorld, isMutation, toFiles, type World } from './world.ts';

const rotate = ['sa', 'rotate', '--all', ...toFiles, '--yes', '--no-color'];

/** One account is rotated, one has expired, one is refused. */
function mixed(): World {
  return createWorld({
    accounts: 3,
    arrange: ({ nscale }) => {
      const [, expired, refused] = nscale?.nscale?.accounts ?? [];
      if (expired) expired.expiry = timestamp(testNow - dayMs);
      if (refused) refused.name = 'a-name-that-is-a-good-deal-longer-than-the-others';
    },
    network: (fetch) => (input, init) => {
      const request = new Request(input, init);
      return isMutation(request) && request.url.includes('000000000003')
        ? Promise.resolve(Response.json({ error: 'forbidden', error_description: 'forbidden' }, { status: 403 }))
        : fetch(request);
    },
  });
}

const longName = 'a-name-that-is-a-good-deal-longer-than-the-others';
const reason = 'nscale answered 403 (the credential may not do this)';
const refusal = `cannot rotate service account ${longName} (c0000000-0000-4000-8000-000000000003): ${reason}`;

/** What is printed at a terminal of this width, by line. */
const tables: readonly (readonly [columns: number, lines: readonly string[]])[] = [
  [
    80,
    [
      'RESULT   PROVIDER  NAME                                               DETAIL',
      'skipped  nscale    app-002                                            expired:…',
      'rotated  nscale    app-001                                            file:toke…',
      `failed   nscale    ${longName}  nscale an…`,
    ],
  ],
  [
    120,
    [
      'RESULT   PROVIDER  NAME                                               DETAIL',
      'skipped  nscale    app-002                                            expired: --include-expired revives it',
      'rotated  nscale    app-001                                            file:tokens/nscale-app-001',
      `failed   nscale    ${longName}  nscale answered 403 (the credential may not do th…`,
    ],
  ],
  [
    320,
    [
      `RESULT   PROVIDER  NAME                                               EXPIRES       ID                                    DETAIL`,
      'skipped  nscale    app-002                                            24 hours ago  c0000000-0000-4000-8000-000000000002  expired: --include-expired revives it',
      'rotated  nscale    app-001                                            in 90 days    c0000000-0000-4000-8000-000000000001  file:tokens/nscale-app-001',
      `failed   nscale    ${longName}  in 5 days     c0000000-0000-4000-8000-000000000003  ${reason}`,
    ],
  ],
];

describe('the table of a report', () => {
  it('shows in a pipe all there is, with exact times', async () => {
    const { code, stdout } = await mixed().run(rotate);
    expect(code).toBe(6);
    expect(stdout.split('\n')).toEqual([
      'RESULT   PROVIDER  NAME                                               EXPIRES               ID                                    DETAIL',
      'skipped  nscale    app-002                                            2026-11-21T12:00:00Z  c0000000-0000-4000-8000-000000000002  expired: --include-expired revives it',
      'rotated  nscale    app-001                                            2027-02-20T12:00:00Z  c0000000-0000-4000-8000-000000000001  file:tokens/nscale-app-001',
      `failed   nscale    ${longName}  2026-11-27T12:00:00Z  c0000000-0000-4000-8000-000000000003  ${reason}`,
      '',
    ]);
  });

  it.each(tables)('fits a terminal of %i columns', async (terminal, lines) => {
    const { stdout } = await mixed().run(rotate, { terminal });
    expect(stdout.split('\n')).toEqual([...lines, '']);
  });

  it('counts accounts that are not due when they are many', async () => {
    const world = createWorld({ accounts: 12 });
    const argv = ['sa', 'rotate', '--expiring-within', '1d', ...toFiles, '--yes'];
    expect(await world.run(argv)).toEqual({
      code: 0,
      stdout: '12 more are not due; --format json names them.\n',
      stderr: 'sactl: 0 rotated, 12 skipped (12 not due), 0 failed\n',
    });
  });

  it('is coloured by what came of each', async () => {
    const argv = rotate.filter((word) => word !== '--no-color');
    const { stdout } = await mixed().run(argv, { terminal: 200 });
    expect(stdout).toContain('\u001B[32mrotated');
    expect(stdout).toContain('\u001B[2mskipped');
    expect(stdout).toContain('\u001B[31mfailed');
  });
});

/** Of every account (docs/design.md 2). */
const accountKeys = (
  'provider profile id name description organization status enabled clientId groups tags accessRules ' +
  'createdAt createdBy updatedAt lastUsedAt expiresAt tokens raw'
).split(' ');

describe('other formats of a report', () => {
  it('JSON has all that is known of each account, and no value of a credential', async () => {
    const { stdout } = await mixed().run([...rotate, '--json']);
    const report = JSON.parse(stdout) as Record<string, readonly object[]>;
    const account = [...accountKeys, 'exitCode'];
    const issuance = [
      'credential',
      'verified',
      'reissued',
      'superseded',
      'deliveredTo',
      'recoverId',
      'actionsRequired',
    ];
    expect(
      Object.entries(report).map(([kind, items]) => [kind, items.map((item) => Object.keys(item).toSorted())]),
    ).toEqual([
      ['rotated', [[...account, ...issuance].toSorted()]],
      ['delivered', []],
      ['skipped', [[...account, 'reason', 'detail'].toSorted()]],
      ['failed', [[...account, ...issuance, 'error'].toSorted()]],
    ]);
    expect(report).toMatchObject({
      rotated: [
        {
          name: 'app-001',
          expiresAt: '2027-02-20T12:00:00Z',
          credential: { kind: 'access-token', value: null, expiresAt: '2027-02-20T12:00:00Z' },
          verified: true,
          deliveredTo: [{ target: 'file:tokens/nscale-app-001', ok: true, error: null }],
          recoverId: null,
          exitCode: 0,
        },
      ],
      skipped: [{ name: 'app-002', reason: 'expired', exitCode: 0 }],
      failed: [
        {
          name: longName,
          credential: null,
          exitCode: 4,
          error: { code: 'forbidden', message: refusal, provider: 'nscale', status: 403, exitCode: 4 },
        },
      ],
    });
  });

  it.each([
    [['-q', '.rotated[].name, .skipped[].reason, .failed[].exitCode'], 'app-001\nexpired\n4\n'],
    [['-q', '[.rotated, .skipped, .failed] | map(length)'], '[1,1,1]\n'],
    [['-q', '.rotated[].credential.value'], 'null\n'],
  ])('%j', async (flags, stdout) => {
    expect(await mixed().run([...rotate, ...flags])).toMatchObject({ code: 6, stdout });
  });

  it('csv has the columns of the table', async () => {
    const { stdout } = await mixed().run([...rotate, '--format', 'csv']);
    expect(stdout.split('\n')).toEqual([
      'result,provider,profile,name,expiresAt,id,detail',
      'skipped,nscale,,app-002,2026-11-21T12:00:00Z,c0000000-0000-4000-8000-000000000002,expired: --include-expired revives it',
      'rotated,nscale,,app-001,2027-02-20T12:00:00Z,c0000000-0000-4000-8000-000000000001,file:tokens/nscale-app-001',
      `failed,nscale,,${longName},2026-11-27T12:00:00Z,c0000000-0000-4000-8000-000000000003,${reason}`,
      '',
    ]);
  });

  it('ndjson and yaml hold the same', async () => {
    const line = await mixed().run([...rotate, '--format', 'ndjson']);
    expect(line.stdout.split('\n')).toHaveLength(2);
    const { stdout } = await mixed().run([...rotate, '--format', 'yaml']);
    expect(stdout).toMatch(/^rotated:\n {2}- provider: nscale\n/);
  });
});

function twoAccounts(): World {
  return createWorld({ accounts: 2 });
}

describe('a report that cannot be printed', () => {
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });

  it('is exit 6, because the accounts were rotated', async () => {
    const run = await twoAccounts().run(rotate, { stdout: { write: () => Promise.reject(full) } });
    expect(run).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(
        /sactl: 2 rotated, 0 skipped, 0 failed\nsactl: the accounts were rotated, but cannot write to stdout: no space left on device \(ENOSPC\)\n$/,
      ),
    });
  });

  it('does not hide what came of the accounts', async () => {
    const run = await mixed().run(rotate, { stdout: { write: () => Promise.reject(full) } });
    expect(run.code).toBe(6);
    expect(run.stderr).toContain(
      'sactl: 1 of 2 accounts were rotated; 1 failed; cannot write to stdout: no space left on device (ENOSPC)\n',
    );
  });

  it('is exit 1 where nothing was rotated', async () => {
    const argv = ['sa', 'rotate', '--expiring-within', '1d', ...toFiles, '--yes'];
    const run = await twoAccounts().run(argv, { stdout: { write: () => Promise.reject(full) } });
    expect(run.code).toBe(1);
  });

  it('has been seen by a reader that has gone', async () => {
    const gone = Object.assign(new Error('EPIPE'), { code: 'EPIPE' });
    const run = await twoAccounts().run(rotate, { stdout: { write: () => Promise.reject(gone) } });
    expect(run.code).toBe(0);
  });

  it('is tried on the filter before anything is sent', async () => {
    const world = twoAccounts();
    const run = await world.run([...rotate, '-q', '.rotated[].name | tonumber']);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain('the filter fails on a report of this command: -q');
    expect(world.mutations()).toEqual([]);
  });

  it('is exit 6 when the filter fails on the real one only, and says so', async () => {
    const world = twoAccounts();
    const picky = '.rotated[] | if .verified then .name else error("not tried") end';
    const run = await world.run([...rotate, '--no-verify', '-q', picky]);
    expect(run).toMatchObject({ code: 6, stdout: '' });
    expect(run.stderr).toContain('the accounts were rotated, but -q');
    expect(world.mutations()).toHaveLength(2);
  });
});
