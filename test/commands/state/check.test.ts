// @module-tag slow
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { homeWith, userFile } from '../config/home.ts';
import { testContext } from '../../harness/context.ts';
import { run, runIn } from '../../harness/run.ts';
import { createS3Server, fetchFrom, type S3Server } from '../../harness/s3.ts';
import { freshStateDirectory } from '../../harness/state.ts';
import { recipient, s3Address, s3Environment } from '../../harness/stores.ts';

const s3 = { SACTL_STATE: s3Address, SACTL_STATE_RECIPIENTS: recipient, ...s3Environment };

function runOn(server: S3Server, argv: readonly string[], env: Record<string, string> = {}) {
  return run(argv, { env: { ...s3, ...env }, fetch: fetchFrom(server) });
}

function without(request: Request, header: string): Request {
  const headers = new Headers(request.headers);
  headers.delete(header);
  return new Request(request, { headers });
}

const checks = ['create', 'get', 'replace', 'list', 'remove', 'simultaneous create', 'simultaneous replace', 'clock'];

describe('state check', () => {
  it('says of a folder that it can be relied on, and leaves nothing in it', async () => {
    const directory = freshStateDirectory();
    const { ctx, stdout, stderr } = testContext({ env: { SACTL_STATE_DIR: directory } });
    const unique = { ...ctx, uuid: () => crypto.randomUUID() };
    expect(await runIn({ ctx: unique, stdout, stderr, sleeps: [] }, ['state', 'check', '--json'])).toMatchObject({
      code: 0,
      stderr: '',
    });
    const found = JSON.parse(stdout()) as { checks: { check: string; message: string }[] };
    expect(found).toMatchObject({ store: 'file', ok: true });
    expect(found.checks.map(({ check }) => check)).toEqual(checks);
    expect(found.checks[5]?.message).toBe('exactly one of 16 simultaneous writers won, in each of 8 rounds');
    const left = readdirSync(join(directory, 'store'), { recursive: true, encoding: 'utf8' });
    expect(left.filter((name) => name.endsWith('value'))).toEqual([]);
  });

  it('says so of a bucket, in a table', async () => {
    const server = createS3Server();
    const { code, stdout, stderr } = await runOn(server, ['state', 'check']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^CHECK +RESULT +MS +MESSAGE\ncreate +ok +0 +a value is created where there is none, and only there\nget /,
    );
    expect(stdout).toMatch(/\nclock +ok +0 +it tells the time: a value that was just written is \d+ ms old\n$/);
    expect([...server.objects.keys()]).toEqual([]);
    expect(server.requests.every((request) => / (?:(?:list )?prod\/check\/|delete$)/.test(request))).toBe(true);
  });

  it('refuses a store where several of 16 win, though each verb alone is right', async () => {
    const server = createS3Server({ isBad: true });
    const { code, stdout, stderr } = await runOn(server, ['state', 'check', '--json']);
    expect(code).toBe(1);
    const { ok, checks: found } = JSON.parse(stdout) as { ok: boolean; checks: { check: string; ok: boolean }[] };
    expect(ok).toBe(false);
    expect(found.filter((one) => !one.ok).map(({ check }) => check)).toEqual(['simultaneous create']);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'state',
        message: expect.stringMatching(
          /^the state store s3:\/\/ops\/prod cannot be used: \d+ of 16 simultaneous writers won, in round 1: this store loses changes, and is not safe for the state$/,
        ),
        exitCode: 1,
      },
    });
  });

  /** Stores whose one verb is wrong: what they do with a request instead. */
  const wrongVerbs: Readonly<Record<string, (request: Request, server: S3Server) => Promise<Response>>> = {
    create: (request, server) => server.fetch(without(request, 'if-none-match')),
    'get of nothing': (request, server) =>
      server.fetch(
        request.method === 'GET' ? new Request(request.url.replace('/nothing', '/verbs'), request) : request,
      ),
    replace: (request, server) => server.fetch(without(request, 'if-match')),
    list: async (request, server) => {
      const answer = await server.fetch(request);
      return request.url.includes('list-type=2') ? new Response('<ListBucketResult/>', answer) : answer;
    },
  };

  it.each(Object.entries(wrongVerbs))('refuses a store whose %s is wrong, and tries no more', async (name, verb) => {
    const server = createS3Server();
    const { code, stdout } = await run(['state', 'check', '--json'], {
      env: s3,
      fetch: (input, init) => verb(new Request(input, init), server),
    });
    const { ok, checks: found } = JSON.parse(stdout) as { ok: boolean; checks: { check: string; ok: boolean }[] };
    const [check = ''] = name.split(' ');
    expect({ code, ok, last: found.at(-1) }).toMatchObject({ code: 1, ok: false, last: { check, ok: false } });
    expect(found.map((one) => one.check)).toEqual(checks.slice(0, checks.indexOf(check) + 1));
  });

  it.each([
    [{ bucket: 'other' }, 'the store answered 404 (NoSuchBucket)'],
    [{ accessKeyId: 'AKIDOTHER' }, 'the store answered 403 (InvalidAccessKeyId)'],
    [{ sessionToken: 'wanted' }, 'the store answered 403 (InvalidToken)'],
  ])('says what is wrong with the rights: %j', async (options, what) => {
    const { code, stdout, stderr } = await runOn(createS3Server(options), ['state', 'check']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^CHECK.*\ncreate +failed +\d+ +cannot .*\n$/);
    expect(stderr).toMatch(
      /^sactl: the state store s3:\/\/ops\/prod cannot be used: cannot \w+ the state in s3:\/\/ops\/prod: /,
    );
    expect(stderr).toContain(what);
    expect(`${stdout}${stderr}`).not.toContain(s3Environment.AWS_SECRET_ACCESS_KEY);
  });

  it('uses the store of the profile that is named', async () => {
    const home = await homeWith({
      [userFile]: `profiles: {lab: {provider: nscale, credential: {env: X}, state: {store: "${s3Address}", recipients: [${recipient}]}}}`,
    });
    const options = { env: s3Environment, fetch: fetchFrom(createS3Server()) };
    const named = await home.run(['state', 'init', '--profile', 'lab', '-q', '.store'], options);
    expect(named).toEqual({ code: 0, stdout: 's3://ops/prod\n', stderr: '' });
    expect(await home.run(['state', 'init', '-q', '.store'])).toEqual({ code: 0, stdout: 'file\n', stderr: '' });
    expect(await home.run(['state', 'init', '--profile', 'nope'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sactl: flag --profile is "nope"; there is lab\n',
    });
  });

  it('sends nothing where the settings are wrong', async () => {
    const outcome = await run(['state', 'check'], { env: { SACTL_STATE: 's3://ops', SACTL_STATE_LEASE: '1s' } });
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'sactl: SACTL_STATE_LEASE must be at least 5s and at most 1h\n' +
        'sactl: the state store of environment variable SACTL_STATE (s3://ops) needs recipients: "recipients" beside it, or SACTL_STATE_RECIPIENTS\n',
    });
  });
});

describe('state init', () => {
  it('makes the folder', async () => {
    const directory = freshStateDirectory();
    const { code, stdout, stderr } = await run(['state', 'init', '--json'], { env: { SACTL_STATE_DIR: directory } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ store: 'file', message: `the folder ${directory}/store is there` });
    expect(existsSync(join(directory, 'store'))).toBe(true);
  });

  it('makes sure that the bucket is there, and writes nothing into it', async () => {
    const server = createS3Server();
    expect(await runOn(server, ['state', 'init'])).toEqual({
      code: 0,
      stdout: 'Store:  s3://ops/prod\nReady:  the bucket ops is there\n',
      stderr: '',
    });
    expect(server.requests).toEqual(['GET list prod/']);
    expect(await runOn(createS3Server({ bucket: 'other' }), ['state', 'init'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'sactl: cannot list the state in s3://ops/prod: the store answered 404 (NoSuchBucket)\n' +
        'hint: make the bucket ops, or name another one; no command makes it\n',
    });
  });

  it('refuses the flags of what it does not do', async () => {
    const { code, stderr } = await run(['state', 'init', '--org', 'x', '--sandbox']);
    expect(code).toBe(2);
    expect(stderr).toContain('--org does nothing with "sactl state init"');
  });
});
