import { expect } from 'vitest';

import { consoleUrl, day, fingerprintOf, host, marked, sandbox, tenant, type Sandbox } from './sandbox.ts';

export const id = `${host}/ci`;

interface Token {
  readonly name: string;
  readonly session: string;
  readonly state?: string;
  readonly verified?: boolean;
}

/** A token as `tokens list` prints it. */
export function token({ name, session, state = 'active', verified = true }: Token): unknown {
  return { name, createdAt: day, fingerprint: fingerprintOf(session), state, verified };
}

/** The account as every command prints it; `raw` is our own record. */
export function account(tokens: readonly unknown[], change: object = {}): object {
  return {
    provider: 'augment',
    profile: 'sandbox',
    id,
    name: 'ci',
    description: 'Builds',
    organization: tenant,
    status: 'active',
    enabled: null,
    clientId: null,
    groups: [],
    tags: {},
    accessRules: null,
    createdAt: day,
    createdBy: null,
    updatedAt: day,
    lastUsedAt: null,
    expiresAt: null,
    tokens,
    raw: expect.objectContaining({ source: 'inventory', complete: false }) as unknown,
    ...change,
  };
}

/** What create and rotate add to it. */
export function issued(session: string, target: string): object {
  return {
    credential: {
      kind: 'api-token',
      value: null,
      clientId: null,
      expiresAt: null,
      fingerprint: fingerprintOf(session),
    },
    verified: true,
    reissued: false,
    superseded: false,
    deliveredTo: [{ target, ok: true, error: null }],
    recoverId: null,
    actionsRequired: [],
  };
}

const revocation = {
  goal: 'revoke the token "first" of the service account "ci"',
  url: consoleUrl,
  command: `sactl tokens revoke --provider augment --id ${id} --token first --done --yes --sandbox`,
};

export async function shown({ sactl }: Sandbox, argv: readonly string[]): Promise<unknown> {
  return JSON.parse((await sactl([...argv, '--json'])).stdout) as unknown;
}

/** A machine that has the account `ci` recorded, with the token `first` in `session.json`. */
export async function created(): Promise<Sandbox & { readonly first: string }> {
  const machine = await sandbox();
  await machine.atConsole('create', '--name', 'ci');
  const first = await machine.atConsole('issue', '--account', 'ci', '--token', 'first');
  const argv = 'sa create --name ci --description Builds --token first --stdin --to session:session.json --json';
  const { code, stdout, stderr } = await machine.sactl(argv.split(' '), { stdin: first });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    ...account([token({ name: 'first', session: first })]),
    ...issued(first, 'session:session.json'),
  });
  expect(`${await machine.file('session.json')}\n`).toBe(first);
  return { ...machine, first };
}

export interface Rotated extends Sandbox {
  readonly first: string;
  readonly second: string;
}

/** `created` after a rotation to the token `second`, with `first` still to be revoked. */
export async function rotated(): Promise<Rotated> {
  const machine = await created();
  const second = await machine.atConsole('issue', '--account', 'ci', '--token', 'second');
  const argv = 'sa rotate --id ci --token second -f - --to session:session.json --yes --json';
  const { code, stdout, stderr } = await machine.sactl(argv.split(' '), { stdin: second });
  const { goal, url, command } = revocation;
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: marked(`sactl: to be done by a person: ${goal}, at ${url}; then: ${command}`),
  });
  expect(JSON.parse(stdout)).toEqual({
    ...account([
      token({ name: 'first', session: machine.first, state: 'pending-revoke' }),
      token({ name: 'second', session: second }),
    ]),
    ...issued(second, 'session:session.json'),
    actionsRequired: [revocation],
  });
  return { ...machine, second };
}

/** `rotated` after a person revoked `first` at the console. */
export async function revoked(): Promise<Rotated> {
  const machine = await rotated();
  await machine.atConsole('revoke', '--account', 'ci', '--token', 'first');
  return machine;
}
