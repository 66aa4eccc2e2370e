import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { deliverySite, type DeliverySite } from './delivery.ts';
import { demandsAll, engineFolder, EngineRoom, findEngine, freePort } from './engine.ts';

const moto = findEngine('moto_server', [join(engineFolder, 'moto/bin')]);
const aws = findEngine('aws', [join(engineFolder, 'moto/bin')]);

describe.skipIf((moto === null || aws === null) && !demandsAll)('the aws CLI', () => {
  let room: EngineRoom;
  let site: DeliverySite;
  let env: Record<string, string> = {};
  beforeAll(async () => {
    if (moto === null || aws === null) throw new Error('moto_server or aws is not here');
    room = new EngineRoom();
    const port = await freePort();
    await room.serve(moto, ['-H', '127.0.0.1', '-p', String(port)], port);
    env = {
      PATH: `${dirname(aws)}:${process.env['PATH'] ?? ''}`,
      HOME: process.env['HOME'] ?? room.folder,
      AWS_ACCESS_KEY_ID: 'AKIDENGINE',
      AWS_SECRET_ACCESS_KEY: 'engine-s3cret',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${String(port)}`,
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

  function call(...args: readonly string[]): Record<string, unknown> {
    const words = ['secretsmanager', ...args, '--output', 'json'];
    return JSON.parse(execFileSync(aws ?? '', words, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  }

  function create(value: string | null, region = 'eu-west-1'): void {
    const given = value === null ? [] : ['--secret-string', value];
    call('create-secret', '--name', secret, '--region', region, ...given);
  }

  function valueOf(region = 'eu-west-1'): unknown {
    return call('get-secret-value', '--secret-id', secret, '--region', region)['SecretString'];
  }

  const slow = { timeout: 60_000 };

  it('takes a new value, and the trial before it changes nothing', slow, async () => {
    create('old');
    const before = call('describe-secret', '--secret-id', secret)['VersionIdsToStages'];
    const dry = await site.rotate('--to', `aws-secret:${secret}`, '--dry-run', '-q', '.targets');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    const stored = { version: expect.stringMatching(/^[\da-f-]{36}$/), updatedAt: expect.stringMatching(/^20.*Z$/) };
    expect(JSON.parse(dry.stdout)).toEqual([{ target: `aws-secret:${secret}`, ok: true, stored }]);
    expect(call('describe-secret', '--secret-id', secret)['VersionIdsToStages']).toEqual(before);
    expect(valueOf()).toBe('old');

    const outcome = await site.rotate('--to', `aws-secret:${secret}`, '--to', 'file:token', '-q', '.verified');
    expect(outcome).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
    expect(valueOf()).toBe(site.token());
    expect(await site.accepts(site.token())).toBe(true);
  });

  it('changes one key of a JSON object, and keeps the others as they were', slow, async () => {
    create('{"url":"https://x","port":9007199254740993,"token":"old","a":{"b":[1,null]}}');
    const outcome = await site.rotate('--to', `aws-secret:${secret}#token`, '--to', 'file:token', '-q', '.verified');
    expect(outcome).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
    expect(valueOf()).toBe(
      `{"url":"https://x","port":9007199254740993,"token":${JSON.stringify(site.token())},"a":{"b":[1,null]}}`,
    );
  });

  it('takes another region, an ARN, and a secret that has no value yet', slow, async () => {
    create('old', 'eu-central-1');
    const elsewhere = `aws-secret:${secret}?region=eu-central-1`;
    expect(await site.rotate('--to', elsewhere, '--to', 'file:token', '-q', '.verified')).toMatchObject({ code: 0 });
    expect(valueOf('eu-central-1')).toBe(site.token());
    const { ARN: arn } = call('describe-secret', '--secret-id', secret, '--region', 'eu-central-1');
    const named = await site.rotate('--to', `aws-secret:${String(arn)}`, '--to', 'file:token', '-q', '.verified');
    expect(named).toMatchObject({ code: 0, stderr: '' });
    expect(valueOf('eu-central-1')).toBe(site.token());

    secret = `${secret}-empty`;
    create(null);
    const target = `aws-secret:${secret}`;
    expect(await site.rotate('--to', target, '--to', 'file:token', '-q', '.verified')).toEqual({
      code: 0,
      stdout: 'true\n',
      stderr: `sactl: ${target}: whether it may be written is not known until then: it has no value yet\n`,
    });
    expect(valueOf()).toBe(site.token());
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
    create('plain');
    expect(await site.rotate('--to', `aws-secret:${secret}#token`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('aws says that the secret is not a JSON object, so it has no keys'),
    });
    expect(site.rotations()).toBe(rotations);
    expect(valueOf()).toBe('plain');
  });

  it('keeps what it cannot bring, does not repeat it, and brings it once the secret is there again', slow, async () => {
    create('old');
    const target = `aws-secret:${secret}`;
    site.atRotation(() => {
      call('delete-secret', '--secret-id', secret, '--force-delete-without-recovery');
    });
    const started = performance.now();
    const outcome = await site.rotate('--to', target, '-q', '.deliveredTo[] | [.target, .ok]');
    expect(outcome).toMatchObject({ code: 8, stdout: `[${JSON.stringify(target)},false]\n` });
    expect(outcome.stderr).toContain('ResourceNotFoundException');
    // Five tries, with their pauses, take longer than this.
    expect(performance.now() - started).toBeLessThan(20_000);
    create('new');
    expect(await site.run('recover', 'deliver', '--all', '--yes', '-q', '.delivered | length')).toMatchObject({
      code: 0,
      stdout: '1\n',
    });
    expect(await site.accepts(String(valueOf()))).toBe(true);
  });
});
