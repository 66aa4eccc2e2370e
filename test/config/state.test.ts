import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';

import { stateSettings, type StateSettings } from '../../src/config/state.ts';
import { describeAddress, readStoreAddress } from '../../src/model/store-address.ts';
import * as keys from '../harness/age.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

const ops = keys.ops.recipient;
const other = keys.breakGlass.recipient;
const env = { SACTL_STATE: 's3://ops', SACTL_STATE_RECIPIENTS: ops };
const userFile = '.config/sactl/config.yaml';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(() => workspace[Symbol.asyncDispose]());

async function settings(given: Record<string, string> = {}, profile: string | null = null): Promise<StateSettings> {
  const { state, profiles } = await workspace.load({}, given);
  return stateSettings(state, profile === null ? null : (profiles.get(profile) ?? null));
}

function valuesOf({ store, credential, recipients, identity, leaseMs }: StateSettings): object {
  return {
    store: describeAddress(store.value),
    credential: credential.value,
    recipients: recipients.value,
    identity: identity.value,
    leaseMs: leaseMs.value,
  };
}

const nothing = { store: 'file', credential: null, recipients: [], identity: null, leaseMs: 120_000 };

describe('the settings of the state', () => {
  it('are a folder on this machine where nothing is set', async () => {
    expect(valuesOf(await settings())).toEqual(nothing);
  });

  it('come from the environment', async () => {
    const given = {
      SACTL_STATE: ' postgres://sactl:s3cret@db.example.com/ops ',
      SACTL_STATE_RECIPIENTS: `${ops}, ${other},${ops}`,
      SACTL_STATE_IDENTITY: 'keys/ops.txt',
      SACTL_STATE_LEASE: '1m30s',
    };
    expect(valuesOf(await settings(given))).toEqual({
      store: 'postgres://sactl@db.example.com:5432/ops',
      credential: null,
      recipients: [ops, other],
      identity: { kind: 'file', path: `${workspace.cwd}/keys/ops.txt` },
      leaseMs: 90_000,
    });
  });

  it('take an age key in the environment as what it is, and never show it', async () => {
    const key = 'AGE-SECRET-KEY-1QQQQ';
    const { identity } = await settings({ SACTL_STATE_IDENTITY: key });
    expect(identity.value).toEqual({ kind: 'env', name: 'SACTL_STATE_IDENTITY' });
  });

  it('come from the user file, from a profile in it, and the environment wins', async () => {
    await workspace.write(
      userFile,
      `state:
  store: postgres://sactl@db.example.com/ops
  credential: { file: ~/pg-password }
  recipients: [${ops}]
  identity: { command: [op, read, key] }
profiles:
  lab:
    provider: runai
    endpoint: https://lab.test
    clientId: lab
    credential: { env: LAB }
    state: { store: "s3://lab/sactl?region=eu-west-1", lease: 30s }
`,
    );
    const user = {
      store: 'postgres://sactl@db.example.com:5432/ops',
      credential: { kind: 'file', path: `${workspace.home}/pg-password` },
      recipients: [ops],
      identity: { kind: 'command', program: 'op', args: ['read', 'key'] },
      leaseMs: 120_000,
    };
    expect(valuesOf(await settings())).toEqual(user);
    const lab = { ...user, store: 's3://lab/sactl', credential: null, leaseMs: 30_000 };
    expect(valuesOf(await settings({}, 'lab'))).toEqual(lab);
    const { store, recipients } = await settings({ SACTL_STATE: 'kubernetes:ops' }, 'lab');
    expect(store).toMatchObject({ value: { namespace: 'ops' }, source: { kind: 'env', name: 'SACTL_STATE' } });
    expect(recipients.source.name).toBe(`${workspace.home}/${userFile}`);
  });

  it('send no password to another store than the one it is written beside', async () => {
    await workspace.write(
      userFile,
      `state: { store: postgres://sactl@db.example.com/ops, credential: { file: pw }, recipients: [${ops}] }`,
    );
    const elsewhere = await settings({ SACTL_STATE: 'postgres://sactl@elsewhere.example.com/ops' });
    expect(elsewhere.credential.value).toBeNull();
  });

  it('are refused with everything that is wrong with them', async () => {
    await workspace.write(
      userFile,
      `state:
  store: postgres://sactl:s3cret@db.example.com/ops
  recipients: [${ops}, AGE-SECRET-KEY-1QQQQ]
  lease: 120
  bucket: ops
  identity: key.txt
`,
    );
    const found = await workspace.problems({}, { SACTL_STATE: 'gs://ops', SACTL_STATE_LEASE: '4s' });
    const at = `~/${userFile}`;
    expect(found).toEqual([
      'SACTL_STATE must be file, file:<absolute path>, s3://<bucket>[/<prefix>], postgres://<user>@<host>/<database> or kubernetes:<namespace>',
      'SACTL_STATE_LEASE must be at least 5s and at most 1h',
      `${at}: unknown key "state.bucket"`,
      `${at}: "state.store" must not hold a password: "credential" beside it names where it is`,
      `${at}: "state.recipients" has an item 2 that is a secret key: give its public key (age-keygen -y)`,
      `${at}: "state.lease" must be a duration: 90s, 30m, 12h, 14d or 2w, or several in one such as 1d12h`,
      `${at}: "state.identity" must not hold the secret itself: it must be exactly one of {env: NAME}, {file: path} and {command: [program, argument, ...]}`,
    ]);
    expect(found.join('\n')).not.toContain('s3cret');
  });

  it('need recipients for every store but the folder', async () => {
    expect(await workspace.problems({}, { SACTL_STATE: 's3://ops/prod' })).toEqual([
      'the state store of environment variable SACTL_STATE (s3://ops/prod) needs recipients: "recipients" beside it, or SACTL_STATE_RECIPIENTS',
    ]);
    expect(valuesOf(await settings({ SACTL_STATE: 'file' }))).toEqual(nothing);
  });

  it('take a credential only where the store has one', async () => {
    await workspace.write(userFile, `state: { store: "kubernetes:ops", credential: { env: X }, recipients: [${ops}] }`);
    expect(await workspace.problems()).toEqual([
      `the state store of ~/${userFile} (kubernetes:ops) takes no "credential"`,
    ]);
    await workspace.write(userFile, 'state: { credential: { env: X } }');
    expect(await workspace.problems()).toEqual([
      `~/${userFile}: "state.credential" is of no store: "store" is missing beside it`,
    ]);
  });

  it('are refused in a project file', async () => {
    await workspace.write('code/repository/.sactlrc', 'state: { store: "s3://theirs" }');
    expect(await workspace.problems()).toEqual([
      '~/code/repository/.sactlrc: "state" may not be set in a project file',
    ]);
  });

  it.each(['', 'age1', 'age1QQ', `${ops}q`, `age1${'b'.repeat(58)}`, `x${ops}`])(
    'take no recipient %j',
    async (text) => {
      const problems = await workspace.problems({}, { ...env, SACTL_STATE_RECIPIENTS: `${ops},${text}` });
      expect(problems[0]).toBe('SACTL_STATE_RECIPIENTS has an item 2 that is not an age recipient (age1…)');
    },
  );
});

test.each([
  ['s3://ops', { kind: 's3', bucket: 'ops', prefix: '', region: null, endpoint: null }],
  ['s3://ops-1.x/a/b/', { kind: 's3', bucket: 'ops-1.x', prefix: 'a/b', region: null, endpoint: null }],
  [
    's3://ops/p?region=eu-west-1&endpoint=https://s3.example.com/base/',
    { kind: 's3', bucket: 'ops', prefix: 'p', region: 'eu-west-1', endpoint: 'https://s3.example.com/base' },
  ],
  [
    's3://ops?endpoint=http%3A%2F%2F127.0.0.1%3A9000',
    { kind: 's3', bucket: 'ops', prefix: '', region: null, endpoint: 'http://127.0.0.1:9000' },
  ],
  [
    'postgresql://a%40b@db.example.com:6543/ops?sslmode=verify-ca',
    {
      kind: 'postgres',
      host: 'db.example.com',
      port: 6543,
      database: 'ops',
      user: 'a@b',
      password: null,
      sslmode: 'verify-ca',
    },
  ],
  ['postgres://a@localhost/ops', expect.objectContaining({ port: 5432, sslmode: 'disable' })],
  ['postgres://a@10.0.0.1/ops', expect.objectContaining({ sslmode: 'verify-full' })],
  ['postgres://a@[::1]/ops?sslmode=verify-full', expect.objectContaining({ host: '[::1]', sslmode: 'verify-full' })],
  ['kubernetes:ops', { kind: 'kubernetes', namespace: 'ops', context: null }],
  ['kubernetes:ops?context=admin%40prod', { kind: 'kubernetes', namespace: 'ops', context: 'admin@prod' }],
])('%s is an address', (text, address) => {
  expect(readStoreAddress(text)).toEqual({ value: address });
});

const s3cret = 's3cret';

test.each([
  's3://',
  's3:ops',
  's3://Ops',
  's3://o',
  's3://ops:80/x',
  `s3://key:${s3cret}@ops`,
  's3://ops/../x',
  's3://ops/a//b',
  's3://ops/ä',
  's3://ops?endpoint=http://s3.example.com',
  `s3://ops?endpoint=https://u:${s3cret}@s3.example.com`,
  's3://ops?endpoint=s3.example.com',
  's3://ops?endpoint=',
  's3://ops?region=eu/west',
  's3://ops?acl=public',
  's3://ops?region=a&region=b',
  's3://ops#x',
  'postgres://db.example.com/ops',
  `postgres://a:${s3cret}@db.example.com/`,
  `postgres://a:${s3cret}@/ops`,
  `postgres://a:${s3cret}@db.example.com:99999/ops`,
  `postgres://a:${s3cret}@db.example.com/ops?sslmode=require`,
  `postgres://a:${s3cret}@db.example.com/ops?sslmode=disable`,
  `postgres://a:${s3cret}@db.example.com/ops?host=/tmp`,
  `postgres://a:12?${s3cret}@db.example.com/ops`,
  `postgres://a:12?${s3cret}=4&b@db.example.com/ops`,
  `postgres://a:%zz${s3cret}@db.example.com/ops`,
  'kubernetes:',
  'kubernetes:Ops',
  'kubernetes:a/b',
  'kubernetes:ops?context=',
  'kubernetes://ops',
  'files',
  'https://ops',
])('%s is none, and the sentence quotes no secret', (text) => {
  const reading = readStoreAddress(text);
  if (!('problem' in reading)) throw new Error(`${text} is taken`);
  expect(reading.problem).toMatch(/^(?:must|has|says) /);
  expect(reading.problem).not.toContain(s3cret);
});

it.each([
  ['file:/mnt/shared/sactl/', 'file:/mnt/shared/sactl'],
  ['file:/', 'file:/'],
])('%s is a folder that several machines share', (text, address) => {
  const reading = readStoreAddress(text);
  expect('value' in reading ? describeAddress(reading.value) : reading.problem).toBe(address);
});

it.each(['file:', 'file:state', 'file:./state', 'file:~/state'])('%s is no address', (text) => {
  expect(readStoreAddress(text)).toEqual({
    problem: 'has a folder that is not an absolute path, e.g. file:/mnt/shared/sactl',
  });
});
