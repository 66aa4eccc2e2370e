import { readFile, writeFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { runIssuance } from '../../src/delivery/run-issuance.ts';
import { supersede } from '../../src/delivery/earlier-entries.ts';
import type { EntryConnection, Intent } from '../../src/state/record.ts';
import { openJournal } from '../../src/state/journal.ts';
import type { Account } from '../../src/model/account.ts';
import { testNow } from '../harness/context.ts';
import { account, fails, httpError } from './answers.ts';
import { worldOf, type World } from './issuance.ts';
import type { Script } from './script.ts';

const otherId = 'f0000000-0000-4000-8000-000000000002';
const otherProcess = 99;

/** An entry of another process, whose answer came and was kept. */
interface Earlier {
  readonly operation?: Intent['operation'];
  /** When it was begun, against the credential that arrives. */
  readonly seconds?: number;
  readonly accountId?: string | null;
  readonly connection?: Partial<EntryConnection>;
  /** What the answer was kept for; default: as intended. */
  readonly answered?: { readonly operation: 'create' | 'rotate'; readonly accountId: string };
  readonly isRunning?: boolean;
  readonly schema?: number;
}

async function worldWith(earlier: Earlier, script: Script = {}): Promise<World> {
  const { isRunning = false, seconds = -60, operation = 'rotate' } = earlier;
  const self = { pid: 4711, host: 'test-host', isRunning: (pid: number) => pid === 4711 || isRunning };
  const world = await worldOf({ ...script, context: { self } });
  const { ctx, issuance } = world;
  const { accountId = operation === 'create' ? null : 'a1' } = earlier;
  const journal = openJournal({
    ...ctx,
    now: () => testNow + seconds * 1000,
    self: { ...self, pid: otherProcess },
    stateDirectory: ctx.env['SACTL_STATE_DIR'] ?? '',
    keepsSecrets: true,
  });
  const entry = await journal.begin({
    id: otherId,
    operation,
    connection: { ...issuance.connection, ...earlier.connection },
    account: { id: accountId, name: 'ci', clientId: null, expiresAt: null },
    targets: [],
    directory: '/srv',
  });
  await entry.sent();
  if (earlier.answered !== undefined) {
    await entry.keep({ bytes: Buffer.from('{}'), ...earlier.answered });
  }
  await entry.leave();
  if (earlier.schema !== undefined) await setSchema(entry.path, earlier.schema);
  return world;
}

async function setSchema(path: string, schema: number): Promise<void> {
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('"schema":1', `"schema":${String(schema)}`));
}

async function remains(earlier: Earlier, arrived: Partial<Account> = {}): Promise<boolean> {
  const { issuance, left } = await worldWith(earlier);
  const startedAt = new Date(testNow).toISOString();
  await supersede(issuance, { account: { ...account, ...arrived }, startedAt });
  return (await left()).length === 1;
}

describe('an older entry', () => {
  it.each<[string, Earlier, Partial<Account>?]>([
    ['of the account', {}],
    ['of the account that was begun in the same moment', { seconds: 0 }],
    ['of the account, by another profile', { connection: { profile: 'other' } }],
    [
      'of a create whose account was rotated in its course',
      { operation: 'create', answered: { operation: 'rotate', accountId: 'a1' } },
    ],
    ['of a create whose mark the account carries', { operation: 'create' }, { tags: { 'sactl-operation': otherId } }],
  ])('is erased: %s', async (_, earlier, arrived) => {
    expect(await remains(earlier, arrived)).toBe(false);
  });

  it.each<[string, Earlier, Partial<Account>?]>([
    ['that is newer', { seconds: 1 }],
    ['of another account', { accountId: 'a2' }],
    ['whose answer is about another account', { answered: { operation: 'rotate', accountId: 'a2' } }],
    ['of a create that nothing ties to the account', { operation: 'create' }],
    [
      'of a create, where the account carries the mark of another',
      { operation: 'create' },
      { tags: { 'sactl-operation': 'f0000000-0000-4000-8000-000000000003' } },
    ],
    ['of another provider', { connection: { provider: 'runai' } }],
    ['at another endpoint', { connection: { endpoint: 'https://other.example' } }],
    ['in another organization', { connection: { organization: 'org-2' } }],
    ['that a process is still at', { isRunning: true }],
    ['that a newer version wrote', { schema: 3 }],
  ])('stays: one %s', async (_, earlier, arrived) => {
    expect(await remains(earlier, arrived)).toBe(true);
  });

  it('stays where it cannot be erased or the journal cannot be read, and nobody is troubled', async () => {
    const { issuance, left } = await worldWith({});
    const arrived = { account, startedAt: new Date(testNow).toISOString() };
    for (const fault of ['erase', 'list'] as const) {
      const journal = { ...issuance.journal, [fault]: () => Promise.reject(new Error('disk')) };
      await supersede({ ...issuance, journal }, arrived);
    }
    expect(await left()).toHaveLength(1);
  });
});

describe('in the course of an issue', () => {
  it('older entries go once the new credential has arrived', async () => {
    const { ctx, issuance, left } = await worldWith({});
    await runIssuance(ctx, issuance);
    expect(await left()).toEqual([]);
  });

  it('older entries stay while it has not', async () => {
    const { ctx, issuance, left } = await worldWith({});
    const stdout = { ...ctx.stdout, write: () => Promise.reject(new Error('closed')) };
    await expect(runIssuance({ ...ctx, stdout }, issuance)).rejects.toThrow('it is kept');
    expect((await left()).map(({ id }) => id)).toEqual([otherId, issuance.id]);
  });

  it('older entries stay where the request was refused', async () => {
    const refused = fails(httpError('forbidden', { status: 403, arrival: 'refused' }));
    const { ctx, issuance, left } = await worldWith({}, { answers: [refused] });
    await expect(runIssuance(ctx, issuance)).rejects.toThrow('no answer: forbidden');
    expect((await left()).map(({ id }) => id)).toEqual([otherId]);
  });

  it('older entries stay where the credential was supplied, because theirs lives on', async () => {
    const manual = { mayPrint: true, actions: () => [], record: () => Promise.resolve(account) };
    const { ctx, issuance, left } = await worldWith({}, { plan: { manual } });
    await runIssuance(ctx, issuance);
    expect((await left()).map(({ id }) => id)).toEqual([otherId]);
  });
});
