// @module-tag slow
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { InterruptedError } from '../../../src/errors.ts';
import type { Intercept } from '../../harness/deployment.ts';
import {
  docs,
  fingerprintOf,
  reviewer,
  seedInventory,
  sessionOf,
  signIn,
  tenant,
  useAugment,
  type AugmentDeployment,
} from '../../harness/augment.ts';
import { runIn } from '../../harness/run.ts';
import { workFolder } from '../support.ts';

const deploy = useAugment();
const rotate = ['sa', 'rotate', '--id', reviewer.account, '--token', 'second', '--stdin', '--yes'];
const counts = 'GET /analytics/v0/dau-count';

/** An error in Augment's own shape. */
function answer(status: number): Intercept {
  return () => Response.json({ error: { code: 'Code', message: 'no' } }, { status });
}

function page(status: number): Intercept {
  const headers = { 'content-type': 'text/html' };
  return () => new Response('<!doctype html><title>Sign in</title>', { status, headers });
}

/** What the probe meets, and the reason that is given. */
const unclear: readonly (readonly [what: string, intercept: Intercept, why: string])[] = [
  ['a 403', answer(403), 'augment answered 403'],
  ['a 404', answer(404), 'augment answered 404'],
  ['a 429', answer(429), 'augment answered 429'],
  ['a 500', answer(500), 'augment answered 500'],
  ['a 503', answer(503), 'augment answered 503'],
  ['a page of 200', page(200), 'an HTML page'],
  ['a page of 401', page(401), 'an HTML page'],
  ['a broken connection', () => Response.error(), 'cannot try the token'],
];

describe('a new token of which nothing can be said', () => {
  it.each(unclear)('is delivered, with a note, after %s', async (_, intercept, why) => {
    const deployment = deploy({ inventory: seedInventory(), intercept });
    const stdin = deployment.issuance({ token: 'second' });
    const cwd = await workFolder();
    const argv = [...rotate, '--to', 'file:out', '--json'];
    const { code, stdout, stderr } = await deployment.run(argv, { cwd, stdin });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'active',
      verified: null,
      deliveredTo: [{ ok: true }],
      actionsRequired: [{}],
    });
    expect(stderr).toContain('sactl: the credential could not be verified: ');
    expect(stderr).toContain(why);
    expect(await readFile(join(cwd, 'out'), 'utf8')).toBe(stdin);
    const listed = await deployment.run(
      `tokens list --id ${reviewer.account} -q`.split(' ').concat('.[] | [.name, .state, .verified]'),
    );
    expect(listed.stdout).toBe(`["${reviewer.token}","pending-revoke",true]\n["second","active",false]\n`);
  });

  it('is not tried at all with --no-verify', async () => {
    const deployment = deploy({ inventory: seedInventory() });
    const stdin = deployment.issuance({ token: 'second' });
    const cwd = await workFolder();
    const argv = [...rotate, '--to', 'file:out', '--no-verify', '-q', '.verified'];
    expect(await deployment.run(argv, { cwd, stdin })).toMatchObject({ code: 0, stdout: 'null\n' });
    expect(deployment.requests).toEqual([]);
  });
});

describe('a new token', () => {
  it('is tried with itself, once, and with nothing else', async () => {
    const deployment = deploy({ inventory: seedInventory() });
    deployment.issuance({ token: 'second', value: 'fresh' });
    const cwd = await workFolder();
    const argv = [...rotate, '--to', 'file:out'];
    const { code } = await deployment.run([...argv, '--json'], { cwd, stdin: sessionOf('fresh') });
    expect(code).toBe(0);
    expect(deployment.requests).toEqual([counts]);
    expect(deployment.authorizations).toEqual(['Bearer fresh']);
  });

  it('that takes a moment to work is waited for', async () => {
    let refusals = 2;
    const deployment = deploy({
      inventory: seedInventory(),
      intercept: (request, next) => ((refusals -= 1) >= 0 ? answer(401)(request, next) : next(request)),
    });
    const stdin = deployment.issuance({ token: 'second' });
    const cwd = await workFolder();
    const argv = [...rotate, '--to', 'file:out', '-q', '.verified'];
    expect(await deployment.run(argv, { cwd, stdin })).toMatchObject({ code: 0, stdout: 'true\n' });
    expect(deployment.requests).toHaveLength(3);
  });
});

/** A rotation from the reviewer's token, whose old session is in a backup; then faults may begin. */
async function replaced(intercept: Intercept): Promise<AugmentDeployment> {
  let isFaulty = false;
  const deployment = deploy({
    inventory: seedInventory(),
    intercept: (request, next) => (isFaulty ? intercept(request, next) : next(request)),
  });
  const cwd = await workFolder({ 'session.json': sessionOf(reviewer.value) });
  const stdin = deployment.issuance({ token: 'second' });
  await deployment.run([...rotate, '--to', 'session:session.json'], { cwd, stdin });
  isFaulty = true;
  return deployment;
}

describe('tokens revoke', () => {
  const revoke = `tokens revoke --id ${reviewer.account} --token ${reviewer.token} --done --yes --json`.split(' ');

  it.each(unclear)('takes it on trust after %s, and keeps the copy', async (_, intercept, why) => {
    const deployment = await replaced(intercept);
    const { code, stdout, stderr } = await deployment.run(revoke);
    expect(code).toBe(0);
    expect(stderr).toContain(`sactl: whether the token "${reviewer.token}" is revoked could not be checked: `);
    expect(stderr).toContain(why);
    expect(JSON.parse(stdout)).toMatchObject({ tokens: [{ state: 'revoked', verified: false }, { state: 'active' }] });
    const backups = join(deployment.stateDirectory, 'backups');
    const name = fingerprintOf(sessionOf(reviewer.value)).replace(':', '-');
    expect(await readFile(join(backups, `${name}.json`), 'utf8')).toContain(reviewer.value);
  });

  it('tries every 20 seconds for 5 minutes, well below the rate limit', async () => {
    const deployment = await replaced((request, next) => next(request));
    const before = deployment.requests.length;
    const context = deployment.context();
    expect(await runIn(context, revoke)).toMatchObject({ code: 1, stdout: '' });
    expect(deployment.requests.length - before).toBe(16);
    expect(context.sleeps).toEqual(Array.from({ length: 15 }, () => 20_000));
  });

  it('that is interrupted has changed nothing, and says so', async () => {
    const deployment = await replaced((request, next) => next(request));
    const { ctx, ...context } = deployment.context();
    const interrupt = new AbortController();
    function sleep(): Promise<void> {
      interrupt.abort(new InterruptedError());
      return Promise.reject(new InterruptedError());
    }
    const interrupted = { ...ctx, sleep, signal: interrupt.signal };
    const outcome = await runIn({ ...context, ctx: interrupted }, revoke);
    expect(outcome).toMatchObject({ code: 130, stdout: '' });
    expect(outcome.stderr).toContain('interrupted; nothing was changed');
  });

  it.each([
    ['that sactl works with', { AUGMENT_SESSION_AUTH: sessionOf(docs.value) }, null],
    ['in Auggie’s own file', {}, sessionOf(docs.value)],
  ])('tries the token %s', async (_, env, installed) => {
    const deployment = deploy({ inventory: seedInventory() });
    if (installed !== null) signIn(deployment, installed);
    const argv = `tokens revoke --id ${docs.account} --token ${docs.token} --done --yes --json`;
    const early = await deployment.run(argv.split(' '), { env: { ...env, SACTL_PROVIDER: 'augment' } });
    expect(early).toMatchObject({ code: 1, stdout: '' });
    deployment.revoke({ account: docs.account, token: docs.token });
    const { code, stdout } = await deployment.run(argv.split(' '), { env: { ...env, SACTL_PROVIDER: 'augment' } });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ tokens: [{ state: 'revoked', verified: true }] });
  });

  it('tries the token where it was brought', async () => {
    const deployment = deploy({ inventory: seedInventory() });
    const cwd = await workFolder();
    const stdin = deployment.issuance({ token: 'second' });
    const add = `tokens create --id ${reviewer.account} --token second --stdin --to session:a`;
    await deployment.run(add.split(' '), { cwd, stdin });
    const argv = `tokens revoke --id ${reviewer.account} --token second --done --yes -q`.split(' ');
    deployment.revoke({ token: 'second' });
    const { stdout } = await deployment.run([...argv, '.tokens[1].verified']);
    expect(stdout).toBe('true\n');
  });
});

describe('whoami', () => {
  const who = ['whoami', '--json'];

  it('is the account whose token is recorded', async () => {
    const { run, requests } = deploy({ inventory: seedInventory() });
    const { code, stdout, stderr } = await run(who);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      subject: reviewer.account,
      kind: 'service-account',
      organizations: [tenant],
      permissions: null,
    });
    expect(requests).toEqual([counts]);
  });

  it('is nobody who is known on a machine where nothing is recorded', async () => {
    const { stdout } = await deploy().run(who);
    expect(JSON.parse(stdout)).toMatchObject({ subject: 'an account that is not recorded here' });
  });

  it.each([
    ['a 403', answer(403), 4, 'forbidden'],
    ['a 429', answer(429), 1, 'rate_limited'],
    ['a 503', answer(503), 1, 'server_error'],
    ['a page of 401', page(401), 1, 'gateway'],
  ] as const)('does not know after %s', async (_, intercept, code, kind) => {
    const outcome = await deploy({ intercept }).run(who);
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(JSON.parse(outcome.stderr)).toMatchObject({ error: { code: kind } });
  });

  it.each([
    ['{"accessToken":"x"}', '"tenantURL" is missing'],
    ['x', 'the session is not JSON'],
  ])('needs a session that Auggie would take, too: %s', async (value, problem) => {
    const { run, requests } = deploy();
    const outcome = await run(['whoami'], { env: { AUGMENT_SESSION_AUTH: value } });
    expect(outcome).toMatchObject({ code: 4, stdout: '' });
    expect(outcome.stderr).toContain('environment variable AUGMENT_SESSION_AUTH');
    expect(outcome.stderr).toContain(problem);
    expect(requests).toEqual([]);
  });
});

describe('sa list --active', () => {
  const list = ['sa', 'list', '--active', '-q', '.[] | [.name, .status, .raw.source, .raw.complete]'];

  it('adds names that were at work and are not recorded', async () => {
    const { run, requests } = deploy();
    expect(await run(list)).toEqual({
      code: 0,
      stdout: `["${reviewer.account}","active","analytics",false]\n`,
      stderr:
        'sactl: Augment cannot list service accounts: only those recorded on this machine are known\n' +
        `sactl: not recorded, but active in the last 7 days: ${reviewer.account}\n`,
    });
    expect(requests).toEqual(['GET /analytics/v0/user-activity']);
  });

  it('lists a recorded one once', async () => {
    const { stdout, stderr } = await deploy({ inventory: seedInventory() }).run(list);
    expect(stderr).toContain('sactl: no other one was active in the last 7 days\n');
    expect(stdout).toBe(
      `["${reviewer.account}","active","inventory",false]\n["${docs.account}","active","inventory",false]\n`,
    );
  });

  it('is not the recorded ones alone when the names cannot be had', async () => {
    const { run } = deploy({ inventory: seedInventory(), intercept: answer(503) });
    expect(await run(list)).toMatchObject({ code: 1, stdout: '' });
  });
});
