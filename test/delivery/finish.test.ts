import { describe, expect, it } from 'vitest';

import { UsageError, PartialError, type CliError } from '../../src/errors.ts';
import { issueCredential } from '../../src/delivery/protocol.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Account } from '../../src/model/account.ts';
import { prepareRenderer } from '../../src/output/renderer.ts';
import type { IssuingPlan } from '../../src/providers/provider.ts';
import { testContext } from '../harness/context.ts';

const account: Account = {
  provider: 'runai',
  profile: null,
  id: 'a1',
  name: 'ci',
  description: null,
  organization: null,
  status: 'active',
  enabled: true,
  clientId: 'ci',
  groups: [],
  tags: {},
  accessRules: [],
  createdAt: null,
  createdBy: null,
  updatedAt: null,
  lastUsedAt: null,
  expiresAt: null,
  tokens: [],
  raw: {},
};

const secret = 'the-one-time-secret';

interface Faults {
  readonly settle?: Error;
  readonly write?: Error;
  readonly finish?: Error;
}

interface Ended {
  readonly error: CliError | null;
  readonly stdout: string;
  /** What happened, in order. */
  readonly steps: readonly string[];
}

/** Creates the account with these faults, and lets `finish` take one step. */
async function create({ settle, write, finish }: Faults): Promise<Ended> {
  const steps: string[] = [];
  const out: string[] = [];
  const { ctx } = testContext({
    stdout: {
      write: (text) => {
        if (write !== undefined) return Promise.reject(write);
        steps.push('delivered');
        out.push(text);
        return Promise.resolve();
      },
    },
  });
  const plan: IssuingPlan = {
    requests: [],
    effects: [],
    expected: account,
    expectedRaw: (value) => ({ clientSecret: value }),
    credentialKind: 'client-secret',
    ask: () =>
      Promise.resolve({
        account,
        credential: {
          kind: 'client-secret',
          value: new Secret(secret),
          clientId: 'ci',
          expiresAt: null,
        },
        raw: (value) => ({ clientSecret: value }),
      }),
    settle: () => (settle === undefined ? Promise.resolve(account) : Promise.reject(settle)),
    finish: async (_, options) => {
      if (finish !== undefined) throw finish;
      await options.report('granted Viewer');
    },
  };
  const renderer = await prepareRenderer(ctx, { query: ['.credential.value'], color: false });
  function report(step: string): Promise<void> {
    steps.push(step);
    return Promise.resolve();
  }
  const error = await issueCredential(ctx, { operation: 'create', plan, renderer, report }).then(
    () => null,
    (thrown: unknown) => thrown as CliError,
  );
  return { error, stdout: out.join(''), steps };
}

const denied = new PartialError('it was not granted Viewer', { hint: 'sactl accessrules create' });
const unread = new PartialError('it could not be read again', { hint: 'sactl sa get' });
const full = Object.assign(new Error('write'), { code: 'ENOSPC' });

describe('what is left to do after a create', () => {
  it('is done once the credential is delivered, and told', async () => {
    expect(await create({})).toEqual({
      error: null,
      stdout: `${secret}\n`,
      steps: ['delivered', 'granted Viewer'],
    });
  });

  it('is done although the account could not be read again', async () => {
    const { error, stdout, steps } = await create({ settle: unread });
    expect({ error, stdout, steps }).toEqual({
      error: unread,
      stdout: `${secret}\n`,
      steps: ['delivered', 'granted Viewer'],
    });
  });

  it('is done although the credential did not get out, because another one can be issued', async () => {
    const { error, steps } = await create({ write: full });
    expect(error).toMatchObject({ code: 'undelivered', exitCode: 8 });
    expect(steps).toEqual(['granted Viewer']);
  });
});

describe('what fails after a create', () => {
  it.each([
    ['an error that says so', denied, 'it was not granted Viewer'],
    [
      'an error that says nothing was sent',
      new UsageError('no such role'),
      'runai service account ci (a1) was created, but not all could be done or checked afterwards: no such role',
    ],
    [
      'an interrupt',
      new DOMException('aborted', 'AbortError'),
      'runai service account ci (a1) was created, but not all could be done or checked afterwards: interrupted',
    ],
  ])('is exit 6 with the credential delivered: %s', async (_, finish, message) => {
    const { error, stdout } = await create({ finish });
    expect(error).toMatchObject({ code: 'partial', exitCode: 6, message });
    expect(stdout).toBe(`${secret}\n`);
  });

  it('is told together, with the hint of what is left to do', async () => {
    const { error, stdout } = await create({ settle: unread, finish: denied });
    expect(error).toMatchObject({
      code: 'partial',
      exitCode: 6,
      message: 'it was not granted Viewer; it could not be read again',
      hint: 'sactl accessrules create',
    });
    expect(stdout).toBe(`${secret}\n`);
  });

  it('is exit 8 where the credential is lost too, and still told', async () => {
    const { error } = await create({ write: full, finish: denied });
    expect(error).toMatchObject({ code: 'undelivered', exitCode: 8 });
    expect(error?.message).toMatch(/it is lost; it was not granted Viewer$/);
    expect(error?.hint).toContain('sactl serviceaccounts rotate --id a1');
    expect(error?.message).not.toContain(secret);
  });
});
