// @module-tag slow
import { describe, expect, it } from 'vitest';

import type { FetchAnswer } from '../../../src/context.ts';
import { organizationId } from '../../harness/nscale.ts';
import { run, type Outcome } from '../../harness/run.ts';
import type { TestContextOptions } from '../../harness/context.ts';

/** An account as nscale sends it; the higher its number, the earlier its name. */
function wire(number: number) {
  return {
    metadata: {
      id: `b0000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      name: `account-${99_999 - number}`,
      description: `"quoted", {not: an item},{"a": 1} \\`,
      organizationId,
      creationTime: '2026-09-01T08:00:00Z',
      createdBy: 'somebody@example.com',
      provisioningStatus: 'provisioned',
      tags: [{ name: 'team', value: 'infra' }],
    },
    spec: { groupIDs: ['c0000000-0000-4000-8000-000000000001'] },
    status: { expiry: '2027-11-30T08:00:00Z' },
  };
}

/** The same as it is printed. */
function printed(number: number) {
  const raw = wire(number);
  const { metadata, spec, status } = raw;
  return {
    provider: 'nscale',
    profile: null,
    id: metadata.id,
    name: metadata.name,
    description: metadata.description,
    organization: organizationId,
    status: 'active',
    enabled: null,
    clientId: null,
    groups: spec.groupIDs,
    tags: { team: 'infra' },
    accessRules: null,
    createdAt: metadata.creationTime,
    createdBy: metadata.createdBy,
    updatedAt: null,
    lastUsedAt: null,
    expiresAt: status.expiry,
    tokens: [],
    raw,
  };
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, number) => number);
}

/** An answer whose body comes in these pieces, the last of which may be an error. */
function answer(pieces: readonly (string | Error)[]): FetchAnswer {
  const left = pieces.values();
  async function read() {
    const { done, value } = left.next();
    if (value instanceof Error) throw value;
    return done === true ? { done } : { done: false, value: Buffer.from(value) };
  }
  return { status: 200, headers: [], body: { getReader: () => ({ read, cancel: () => Promise.resolve() }) } };
}

function list(flags: readonly string[], pieces: readonly (string | Error)[], options: TestContextOptions = {}) {
  return run(['sa', 'list', ...flags], {
    env: { NSCALE_SERVICE_TOKEN: 'of-a-test', NSCALE_ORGANIZATION_ID: organizationId },
    fetch: () => Promise.resolve(answer(pieces)),
    ...options,
  });
}

it('a list of 40,000 accounts is printed as JSON as a whole', async () => {
  const body = JSON.stringify(numbers(40_000).map(wire));
  const { code, stdout, stderr } = await list(['--json'], [body]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const accounts = numbers(40_000).map(printed).toReversed();
  // What differs would take minutes to show.
  expect(stdout === `${JSON.stringify(accounts, null, 2)}\n`).toBe(true);
});

describe('a list of several pieces', () => {
  const count = 500;
  const body = JSON.stringify(numbers(count).map(wire));
  const accounts = numbers(count).map(printed).toReversed();

  it.each([
    ['--json', `${JSON.stringify(accounts, null, 2)}\n`],
    ['--format=ndjson', accounts.map((account) => `${JSON.stringify(account)}\n`).join('')],
    ['--query=.[].id', accounts.map(({ id }) => `${id}\n`).join('')],
    ['--query=.[]', accounts.map((account) => `${JSON.stringify(account)}\n`).join('')],
  ])('is printed by %s as one would be', async (flag, stdout) => {
    expect(await list([flag], [body])).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('is one table in csv', async () => {
    const { code, stdout, stderr } = await list(['--format', 'csv', '--columns', 'name,tags,id'], [body]);
    const rows = accounts.map(({ name, id }) => `${name},team=infra,${id}\n`);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `name,tags,id\n${rows.join('')}`, stderr: '' });
  });

  it.each(['--json', '--format=ndjson', '--format=csv'])('ends with its reader: %s', async (flag) => {
    const written: string[] = [];
    async function write(text: string): Promise<void> {
      written.push(text);
      if (written.length === 2) throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    }
    expect(await list([flag], [body], { stdout: { write } })).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(written).toHaveLength(2);
    expect(written.join('').length).toBeLessThan(body.length * 1.5);
  });

  const half = body.slice(0, body.length / 2);

  it.each<[string, readonly (string | Error)[]]>([
    ['breaks off', [half, Object.assign(new Error('reset'), { code: 'ECONNRESET' })]],
    ['ends in the middle', [half]],
    ['lacks its end', [body.slice(0, -1)]],
    ['has something behind its end', [body, ',']],
    ['has a comma before its end', [body.slice(0, -1), ',]']],
    [
      'lacks an item',
      [half.slice(0, half.lastIndexOf(',{"metadata"')), ',', body.slice(half.lastIndexOf(',{"metadata"'))],
    ],
    ['has another bracket at its end', [body.slice(0, -1), '}']],
  ])('prints nothing where the answer %s', async (_, pieces) => {
    for (const flag of ['--json', '--format=ndjson', '--query=.[].id']) {
      const { code, stdout, stderr }: Outcome = await list([flag], pieces);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(JSON.parse(stderr)).toHaveProperty(
        'error.message',
        expect.stringMatching(/^cannot list service accounts: /),
      );
    }
  });
});
