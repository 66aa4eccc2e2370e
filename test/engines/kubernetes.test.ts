// @module-tag slow
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openStoreAt } from '../harness/stores.ts';
import { describeStore, freshValue } from '../state/store/contract.ts';
import { describeCheck } from './check.ts';
import { describeRotation } from './rotate.ts';
import { engineContext } from './context.ts';
import { deliverySite, type DeliverySite } from './delivery.ts';
import { demandsAll, EngineRoom, findEngine, freePort } from './engine.ts';

const apiserver = findEngine('kube-apiserver');
const etcd = findEngine('etcd');
const kubectl = findEngine('kubectl');
const isHere = apiserver !== null && etcd !== null && kubectl !== null;

const token = 'kube-s3cret-0123456789';

async function failureOf(address: string, given: Record<string, string>): Promise<unknown> {
  const store = await openStoreAt(engineContext(given).ctx, address);
  return store.create('accounts/a', freshValue()).catch((error: unknown) => error);
}

describe.skipIf(!isHere && !demandsAll)('Kubernetes', () => {
  let room: EngineRoom;
  let env: Record<string, string> = {};
  beforeAll(async () => {
    if (!isHere) throw new Error('kube-apiserver, etcd or kubectl is not here');
    room = new EngineRoom();
    env = await start({ apiserver, etcd, kubectl }, room);
  }, 120_000);
  afterAll(() => room.close());

  describeStore('a namespace', () => {
    const { ctx } = engineContext(env);
    return { open: () => openStoreAt(ctx, 'kubernetes:ops?context=test'), tellsAge: false, rounds: 1 };
  });

  describeCheck(() => ({ env: { ...env, SACTL_STATE: 'kubernetes:ops' }, secret: token, store: /^kubernetes:ops$/ }));

  describeRotation(() => ({ env: { ...env, SACTL_STATE: 'kubernetes:ops' }, address: 'kubernetes:ops' }));

  describe('as the place of a credential', () => {
    let site: DeliverySite;
    beforeAll(async () => {
      site = await deliverySite(() => env);
    });
    afterAll(() => site[Symbol.asyncDispose]());

    it('is one key of a Secret, which is made, and whose other keys stay', { timeout: 60_000 }, async () => {
      const target = 'kubernetes:ops/nscale#token';
      const dry = ['--to', target, '--dry-run', '-q', '.targets[] | [.ok, .stored]'];
      expect(await site.rotate(...dry)).toEqual({ code: 0, stdout: '[true,null]\n', stderr: '' });
      expect(await site.rotate('--to', target, '--to', 'file:token', '-q', '.verified')).toMatchObject({ code: 0 });
      expect(keysOf('nscale', env)).toEqual({ token: site.token() });
      const second = ['--to', 'kubernetes:ops/nscale#fingerprint?field=fingerprint', '--to', target];
      expect(await site.rotate(...second, '--to', 'file:token', '-q', '.verified')).toMatchObject({ code: 0 });
      expect(keysOf('nscale', env)).toEqual({ token: site.token(), fingerprint: expect.stringMatching(/^sha256:/) });
      expect(await site.accepts(keysOf('nscale', env)['token'] ?? '')).toBe(true);
      const stored = await site.rotate(
        '--to',
        target,
        '--dry-run',
        '-q',
        '.targets[].stored.version | test("^[0-9]+$")',
      );
      expect(stored).toMatchObject({ code: 0, stdout: 'true\n' });
    });

    it('is refused before anything is sent where it may not be written', { timeout: 60_000 }, async () => {
      const rotations = site.rotations();
      expect(await site.rotate('--to', 'kubernetes:nothing/nscale#token')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('namespaces "nothing" not found'),
      });
      expect(site.rotations()).toBe(rotations);
    });
  });

  it('says how the namespace is made where there is none', async () => {
    expect(await failureOf('kubernetes:nothing', env)).toMatchObject({
      code: 'state',
      isUncertain: false,
      message: 'cannot write the state in kubernetes:nothing: namespaces "nothing" not found (NotFound)',
      hint: 'make the namespace: kubectl create namespace nothing',
    });
    const store = await openStoreAt(engineContext(env).ctx, 'kubernetes:nothing');
    await expect(store.init()).rejects.toMatchObject({ hint: 'make the namespace: kubectl create namespace nothing' });
    expect(await store.get('accounts/a')).toBeNull();
  });

  it('says that nothing was done where kubectl knows no such context, or reaches nothing', async () => {
    expect(await failureOf('kubernetes:ops?context=none', env)).toMatchObject({
      isUncertain: false,
      message: expect.stringMatching(/^cannot write the state in kubernetes:ops: .*context.*none/),
    });
    const config = join(room.folder, 'nowhere');
    writeFileSync(config, configOf(`https://127.0.0.1:${String(await freePort())}`));
    expect(await failureOf('kubernetes:ops', { ...env, KUBECONFIG: config })).toMatchObject({
      isUncertain: false,
      retryable: true,
    });
  });
});

/** The keys of a Secret in the namespace, with their values. */
function keysOf(secret: string, env: Record<string, string>): Record<string, string> {
  const words = ['get', 'secret', secret, '-n', 'ops', '-o', 'json'];
  const text = execFileSync(kubectl ?? '', words, { env, encoding: 'utf8' });
  const { data }: { readonly data: Record<string, string> } = JSON.parse(text);
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

interface Programs {
  readonly apiserver: string;
  readonly etcd: string;
  readonly kubectl: string;
}

/** @returns what kubectl needs to reach it, in the environment */
async function start(programs: Programs, room: EngineRoom): Promise<Record<string, string>> {
  const { folder } = room;
  const [store, peers, port] = [await freePort(), await freePort(), await freePort()];
  const client = `http://127.0.0.1:${String(store)}`;
  const peer = `http://127.0.0.1:${String(peers)}`;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(folder, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
  writeFileSync(join(folder, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(join(folder, 'tokens'), `${token},admin,1,"system:masters"\n`);
  writeFileSync(join(folder, 'config'), configOf(`https://127.0.0.1:${String(port)}`));
  const etcdArgs = [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ];
  await room.serve(programs.etcd, etcdArgs, store);
  const serverArgs = [
    `--etcd-servers=${client}`,
    `--secure-port=${String(port)}`,
    '--bind-address=127.0.0.1',
    `--cert-dir=${join(folder, 'certs')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'sa.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
    `--token-auth-file=${join(folder, 'tokens')}`,
    '--disable-admission-plugins=ServiceAccount',
  ];
  await room.serve(programs.apiserver, serverArgs, port);
  const env = { KUBECONFIG: join(folder, 'config'), PATH: dirname(programs.kubectl), HOME: folder };
  await room.retry(programs.kubectl, ['create', 'namespace', 'ops'], env);
  return env;
}

function configOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
  });
}
