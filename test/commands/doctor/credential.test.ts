import { describe, expect, it } from 'vitest';

import { testNow } from '../../harness/context.ts';
import { nscaleEndpoint, organizationId, sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { faults, lost } from '../../providers/faults.ts';
import { accountsPath } from '../support.ts';
import { doctor, of, said } from './rows.ts';

const nscale = useNscale();

const env = { NSCALE_SERVICE_TOKEN: 'secret-token' };

/** Doctor where the provider's clock is so many milliseconds ahead of ours. */
async function withDate(offsetMs: number, headers: Record<string, string> = {}) {
  const date = new Date(testNow + offsetMs).toUTCString();
  const { run } = nscale({
    intercept: async (request, next) => {
      const answer = await next(request);
      return new Response(answer.body, {
        status: answer.status,
        headers: { ...Object.fromEntries(answer.headers), date, ...headers },
      });
    },
  });
  return doctor([], {}, run);
}

describe('doctor tells of the clock', () => {
  const hint = 'let this machine set its clock by NTP';

  it.each([
    [0, "ok: this machine's clock agrees with the provider's"],
    [29_000, "ok: this machine's clock agrees with the provider's"],
    [-30_000, "ok: this machine's clock agrees with the provider's"],
    [30_000, `warning: this machine's clock is 30 seconds behind the provider's -> ${hint}`],
    [-32_000, `warning: this machine's clock is 31 seconds ahead of the provider's -> ${hint}`],
    [240_000, `warning: this machine's clock is 4 minutes behind the provider's -> ${hint}`],
    [300_000, `error: this machine's clock is 5 minutes behind the provider's: tokens may be refused -> ${hint}`],
    [-86_401_000, `error: this machine's clock is 24 hours ahead of the provider's: tokens may be refused -> ${hint}`],
  ])('%i ms off', async (offset, line) => {
    const found = await withDate(offset);
    expect(said('clock', found)).toEqual([line]);
    expect(found.code).toBe(line.startsWith('error') ? 1 : 0);
  });

  it('also when the credential was refused, but not of an answer that a cache kept', async () => {
    const date = new Date(testNow + 600_000).toUTCString();
    const init = { status: 401, headers: { date } };
    const found = await doctor([], {
      env,
      fetch: () => Promise.resolve(Response.json({ error: 'access_denied', error_description: 'access_denied' }, init)),
    });
    expect(of('clock', found)).toMatchObject([{ level: 'error' }]);
    expect(said('clock', await withDate(600_000, { age: '600' }))).toEqual([]);
  });
});

it('doctor has all messages in one column, beside the longest check, too', async () => {
  const { run } = nscale();
  const { stdout } = await run(['doctor', '--no-color'], { env: { NSCALE_ORGANIZATION_ID: organizationId } });
  expect(stdout).toContain('  ok       organization  it is ');
  const starts = [...stdout.matchAll(/^ {2}(?:ok|warning|error) +\S+ +/gm)].map(([start]) => start.length);
  expect(new Set(starts)).toEqual(new Set(['  ok       organization  '.length]));
});

describe('doctor tells how long the credential lasts', () => {
  const self = { token: sandboxTokens.selfRotating };
  const command = 'sactl serviceaccounts rotate --provider nscale --id d8e6b1f4-2c5a-4973-b6e2-4a7f8d9cd011 --to …';

  it.each([
    [30, 'ok: the credential expires in 30 days (2026-12-22T12:00:00Z)'],
    [9, `warning: the credential expires in 9 days (2026-12-01T12:00:00Z) -> ${command}`],
    [0.1, `warning: the credential expires in 2 hours (2026-11-22T14:24:00Z) -> ${command}`],
  ])('%d days', async (days, line) => {
    const { run, state, requests } = nscale(self);
    const end = new Date(testNow + days * 86_400_000).toISOString().replace('.000Z', 'Z');
    for (const account of state.accounts) account.expiry = end;
    const found = await doctor([], {}, run);
    expect(said('expiry', found)).toEqual([line]);
    expect(found.code).toBe(0);
    expect(requests).toEqual(['GET /oauth2/v2/userinfo', 'GET /api/v1/organizations', `GET ${accountsPath}`]);
  });

  it('with the connection that was named for it', async () => {
    const { run, state } = nscale(self);
    for (const account of state.accounts) account.expiry = new Date(testNow + 86_400_000).toISOString();
    const flags = ['--provider', 'nscale', '--endpoint', nscaleEndpoint];
    const found = await doctor(flags, {}, run);
    expect(of('expiry', found)).toMatchObject([{ hint: `${command} --endpoint ${nscaleEndpoint}` }]);
  });

  it('or that it is not known', async () => {
    const intercept = faults({ method: 'GET', path: accountsPath, answer: lost });
    const { run } = nscale({ ...self, intercept });
    const found = await doctor([], {}, run);
    expect(found.code).toBe(0);
    expect(of('expiry', found)).toMatchObject([
      { level: 'warning', message: expect.stringContaining('when the credential expires is not known') as unknown },
    ]);
  });

  it.each([
    [-60, 'error: the credential expired 1 minute ago (2026-11-22T11:59:00Z)'],
    [3600, 'warning: the credential expires in 60 minutes (2026-11-22T13:00:00Z)'],
    [1e15, 'ok: the provider does not report when the credential expires'],
    [null, 'ok: the provider does not report when the credential expires'],
  ])("as Run:ai's access token says: %j s", async (seconds, line) => {
    const exp = seconds === null ? undefined : testNow / 1000 + seconds;
    const claims = Buffer.from(JSON.stringify({ exp })).toString('base64url');
    const found = await doctor([], {
      env: { RUNAI_TOKEN: `a.${claims}.b`, RUNAI_BASE_URL: 'https://runai.example.com' },
      fetch: () => Promise.resolve(Response.json([{ resourceType: 'project', actions: ['read'] }])),
    });
    expect(said('expiry', found)).toEqual([line]);
  });
});
