// @module-tag slow
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { deliverySite, type DeliverySite } from './delivery.ts';
import { demandsAll, engineFolder, EngineRoom, findEngine, freePort } from './engine.ts';

const moto = findEngine('moto_server', [join(engineFolder, 'moto/bin')]);
const aws = findEngine('aws', [join(engineFolder, 'moto/bin')]);
const region = 'eu-west-1';

describe.skipIf((moto === null || aws === null) && !demandsAll)('the aws CLI', () => {
  let room: EngineRoom;
  let site: DeliverySite;
  let env: Record<string, string> = {};
  let endpoint = '';
  beforeAll(async () => {
    if (moto === null || aws === null) throw new Error('moto_server or aws is not here');
    room = new EngineRoom();
    const port = await freePort();
    await room.serve(moto, ['-H', '127.0.0.1', '-p', String(port)], port);
    endpoint = `http://127.0.0.1:${String(port)}`;
    env = {
      PATH: `${dirname(aws)}:${process.env['PATH'] ?? ''}`,
      HOME: process.env['HOME'] ?? room.folder,
      AWS_ACCESS_KEY_ID: 'AKIDENGINE',
      AWS_SECRET_ACCESS_KEY: 'engine-s3cret',
      AWS_DEFAULT_REGION: region,
      AWS_ENDPOINT_URL: endpoint,
    };
    site = await deliverySite(() => env);
  }, 60_000);
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await room.close();
  });

  let secret = '';
  let number = 0;
  beforeEach(() => {
    number += 1;
    secret = `ci/nscale-${String(number)}`;
  });

  /** Asks the server itself, which looks at no signature: each start of aws takes a second. */
  async function ask(action: string, input: Record<string, unknown>, where = region): Promise<Record<string, unknown>> {
    const scope = `AKIDENGINE/20261130/${where}/secretsmanager/aws4_request`;
    const headers = {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `secretsmanager.${action}`,
    };
    const answer = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(input) });
    if (!answer.ok) throw new Error(`${action}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  }

  async function create(value: string | null, where = region): Promise<void> {
    await ask('CreateSecret', { Name: secret, ...(value === null ? {} : { SecretString: value }) }, where);
  }

  async function describeSecret(where = region): Promise<Record<string, unknown>> {
    return ask('DescribeSecret', { SecretId: secret }, where);
  }

  async function valueOf(where = region): Promise<unknown> {
    return (await ask('GetSecretValue', { SecretId: secret }, where))['SecretString'];
  }

  const slow = { timeout: 60_000 };

  it('takes a new value, and the trial before it changes nothing', slow, async () => {
    await create('old');
    const before = (await describeSecret())['VersionIdsToStages'];
    const dry = await site.rotate('--to', `aws-secret:${secret}`, '--dry-run', '-q', '.targets');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    const stored = { version: expect.stringMatching(/^[\da-f-]{36}$/), updatedAt: expect.stringMatching(/^20.*Z$/) };
    expect(JSON.parse(dry.stdout)).toEqual([{ target: `aws-secret:${secret}`, ok: true, stored }]);
    expect((await describeSecret())['VersionIdsToStages']).toEqual(before);
    expect(await valueOf()).toBe('old');

    const outcome = await site.rotate('--to', `aws-secret:${secret}`, '--to', 'file:token', '-q', '.verified');
    expect(outcome).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
    expect(await valueOf()).toBe(site.token());
    expect(await site.accepts(site.token())).toBe(true);
  });

  it('changes one key of a JSON object, and keeps the others as they were', slow, async () => {
    await create('{"url":"https://x","port":9007199254740993,"token":"old","a":{"b":[1,null]}}');
    const outcome = await site.rotate('--to', `aws-secret:${secret}#token`, '--to', 'file:token', '-q', '.verified');
    expect(outcome).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
    expect(await valueOf()).toBe(
      `{"url":"https://x","port":9007199254740993,"token":${JSON.stringify(site.token())},"a":{"b":[1,null]}}`,
    );
  });

  it('takes another region, an ARN, and a secret that has no value yet', slow, async () => {
    await create('old', 'eu-central-1');
    const elsewhere = `aws-secret:${secret}?region=eu-central-1`;
    expect(await site.rotate('--to', elsewhere, '--to', 'file:token', '-q', '.verified')).toMatchObject({ code: 0 });
    expect(await valueOf('eu-central-1')).toBe(site.token());
    const { ARN: arn } = await describeSecret('eu-central-1');
    const named = await site.rotate('--to', `aws-secret:${String(arn)}`, '--to', 'file:token', '-q', '.verified');
    expect(named).toMatchObject({ code: 0, stderr: '' });
    expect(await valueOf('eu-central-1')).toBe(site.token());

    secret = `${secret}-empty`;
    await create(null);
    const target = `aws-secret:${secret}`;
    expect(await site.rotate('--to', target, '--to', 'file:token', '-q', '.verified')).toEqual({
      code: 0,
      stdout: 'true\n',
      stderr: `sactl: ${target}: whether it may be written is not known until then: it has no value yet\n`,
    });
    expect(await valueOf()).toBe(site.token());
  });

  it('refuses what is not there, or has no keys, before anything is sent', slow, async () => {
    const rotations = site.rotations();
    expect(await site.rotate('--to', `aws-secret:${secret}`)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /ResourceNotFoundException.*\n.*aws secretsmanager create-secret --name ci\/nscale-/,
      ),
    });
    await create('plain');
    expect(await site.rotate('--to', `aws-secret:${secret}#token`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('aws says that the secret is not a JSON object, so it has no keys'),
    });
    expect(site.rotations()).toBe(rotations);
    expect(await valueOf()).toBe('plain');
  });

  it('keeps what it cannot bring, does not repeat it, and brings it once the secret is there again', slow, async () => {
    await create('old');
    const target = `aws-secret:${secret}`;
    site.atRotation(async () => {
      await ask('DeleteSecret', { SecretId: secret, ForceDeleteWithoutRecovery: true });
    });
    const started = performance.now();
    const outcome = await site.rotate('--to', target, '-q', '.deliveredTo[] | [.target, .ok]');
    expect(outcome).toMatchObject({ code: 8, stdout: `[${JSON.stringify(target)},false]\n` });
    expect(outcome.stderr).toContain('ResourceNotFoundException');
    // Five tries, with their pauses, take longer than this.
    expect(performance.now() - started).toBeLessThan(20_000);
    await create('new');
    expect(await site.run('recover', 'deliver', '--all', '--yes', '-q', '.delivered | length')).toMatchObject({
      code: 0,
      stdout: '1\n',
    });
    expect(await site.accepts(String(await valueOf()))).toBe(true);
  });
});
