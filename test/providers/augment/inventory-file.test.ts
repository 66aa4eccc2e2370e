import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { memory } from '../../harness/memory.ts';
import { openAccountLocks, type AccountLocks } from '../../../src/state/account-lock.ts';
import { addAccount, addToken, describeAccount, type Inventory } from '../../../src/providers/augment/inventory.ts';
import { inventoryFile, type InventoryOptions } from '../../../src/providers/augment/inventory-file.ts';
import { openInventory, type InventoryRecord } from '../../../src/providers/augment/inventory-record.ts';
import { Secret } from '../../../src/model/credential.ts';
import { fingerprintOf } from '../../../src/model/fingerprint.ts';
import { testContext } from '../../harness/context.ts';
import { ci, ciOf, first, later, recorded, tenant } from './recorded.ts';

let state = '';
let directory = '';
let path = '';

beforeEach(async () => {
  state = await mkdtemp(join(memory, 'sactl-'));
  directory = join(state, 'augment');
  path = join(directory, 'inventory.json');
});

afterEach(async () => {
  await rm(state, { recursive: true, force: true });
});

/** Of a process; `pid` 200 and higher are others that are running. */
function locks(pid = 100): AccountLocks {
  const self = { pid, host: 'test-host', isRunning: (other: number) => other === pid || other >= 200 };
  return openAccountLocks({ ...testContext().ctx, stateDirectory: state, self });
}

function open(options: Partial<InventoryOptions> = {}): InventoryRecord {
  const file = inventoryFile({ ...testContext().ctx, directory, locks: locks(), ...options });
  return openInventory(() => Promise.resolve(file));
}

function put(inventory: Inventory): Promise<Inventory> {
  return open().update(() => inventory);
}

async function damaged(text: string): Promise<InventoryRecord> {
  await put(recorded());
  await writeFile(path, text);
  return open();
}

function described(inventory: Inventory): Inventory {
  return describeAccount(inventory, { ...ci, description: 'Changed', at: later });
}

describe('an inventory that is not there', () => {
  test('is empty, and reading makes no folder', async () => {
    expect(await open().read()).toEqual({ version: 1, accounts: [] });
    expect(await readdir(state)).toEqual([]);
  });

  test('is made with its first account, for nobody else', async () => {
    const inventory = await put(recorded());
    expect(inventory).toEqual(recorded());
    expect(await open().read()).toEqual(recorded());
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect(await readdir(directory)).toEqual(['inventory.json']);
    expect(await readdir(join(state, 'locks'))).toEqual([]);
  });
});

describe('a change', () => {
  test('is made on what the file says at that time', async () => {
    const file = open();
    await file.update(() => recorded());
    await put(describeAccount(recorded(), { ...ci, description: 'Other', at: later }));
    await file.update((inventory) => {
      expect(ciOf(inventory).description).toBe('Other');
      return described(inventory);
    });
    expect(ciOf(await open().read()).description).toBe('Changed');
  });

  test('that changes nothing writes nothing', async () => {
    await put(recorded());
    const { ino } = await stat(path);
    await open().update((inventory) => inventory);
    expect((await stat(path)).ino).toBe(ino);
  });

  test('that fails changes nothing, and lets go of the lock', async () => {
    await put(recorded());
    const again = open().update((inventory) => addAccount(inventory, { ...ci, description: null, at: later }));
    await expect(again).rejects.toMatchObject({ code: 'exists' });
    expect(await open().read()).toEqual(recorded());
    expect(await readdir(join(state, 'locks'))).toEqual([]);
  });

  test('takes other users’ rights away', async () => {
    await put(recorded());
    await chmod(path, 0o644);
    await chmod(directory, 0o755);
    await open().update(described);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  test('is not lost when many are made at once', async () => {
    const file = open();
    const names = Array.from({ length: 12 }, (_, index) => `account-${index}`);
    await Promise.all(
      names.map((name) =>
        file.update((inventory) => addAccount(inventory, { tenant, name, description: null, at: first })),
      ),
    );
    const { accounts } = await open().read();
    expect(accounts.map(({ name }) => name)).toEqual(names);
  });

  test('waits five seconds for another process, and then says who it is', async () => {
    const other = await locks(200).lock({ key: ['augment', 'inventory', path], name: 'it' });
    const { ctx, sleeps } = testContext();
    await expect(open({ sleep: ctx.sleep }).update(described)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining('the Augment inventory is locked by process 200') as string,
    });
    expect(sleeps.reduce((sum, pause) => sum + pause, 0)).toBe(5000);
    await other.release();
  });

  test('goes on when the other process lets go', async () => {
    await put(recorded());
    const other = await locks(200).lock({ key: ['augment', 'inventory', path], name: 'it' });
    await open({ sleep: () => other.release() }).update(described);
    expect(ciOf(await open().read()).description).toBe('Changed');
  });

  test('cannot bring the value of a token onto the disk', async () => {
    const value = new Secret('tok-0123456789abcdef');
    const token = { ...ci, token: 'two', verified: true, at: later };
    const wrong = open().update(() => addToken(recorded(), { ...token, fingerprint: value.reveal() }));
    await expect(wrong).rejects.toThrow('it does not fit at "accounts.0.tokens.1.fingerprint"');
    expect(await readdir(directory)).toEqual([]);
    await put(addToken(recorded(), { ...token, fingerprint: fingerprintOf(value) }));
    expect(await readFile(path, 'utf8')).not.toContain(value.reveal());
  });
});

describe('reading', () => {
  test('keeps what another version has written beside', async () => {
    const [account] = recorded().accounts;
    const [token] = account?.tokens ?? [];
    const newer = { version: 1, note: 'x', accounts: [{ ...account, owner: 'ann', tokens: [{ ...token, id: 7 }] }] };
    const file = await damaged(JSON.stringify(newer));
    await file.update(described);
    const kept: unknown = JSON.parse(await readFile(path, 'utf8'));
    expect(kept).toMatchObject({
      note: 'x',
      accounts: [{ owner: 'ann', tokens: [{ id: 7 }], description: 'Changed' }],
    });
  });

  test('fills in what an older version did not know', async () => {
    const file = await damaged(JSON.stringify({ version: 1, accounts: [{ tenant, name: 'ci' }] }));
    expect(await file.read()).toEqual({
      version: 1,
      accounts: [
        { tenant, name: 'ci', description: null, createdAt: null, updatedAt: null, tokens: [], deletedAt: null },
      ],
    });
  });

  test.each([
    ['no JSON', '{', 'it is not JSON'],
    ['nothing', '', 'it is not JSON'],
    ['a list', '[]', 'it does not fit at'],
    ['another version', '{"version":0,"accounts":[]}', 'it does not fit at "version"'],
    ['a newer version', '{"version":2,"accounts":{}}', 'was written by a newer version of sactl'],
    ['an account that is none', '{"version":1,"accounts":[7]}', 'it does not fit at "accounts.0"'],
    [
      'a tenant that is no https URL',
      '{"version":1,"accounts":[{"name":"x","tenant":"http://x"}]}',
      'it does not fit at "accounts.0.tenant"',
    ],
  ])('refuses %s, and changes nothing of it', async (_, text, message) => {
    const file = await damaged(text);
    for (const work of [file.read(), file.update(described)]) {
      await expect(work).rejects.toMatchObject({
        code: 'inventory',
        exitCode: 1,
        message: expect.stringContaining(message) as string,
      });
    }
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  test('never shows what stands where a fingerprint should be', async () => {
    const [account] = recorded().accounts;
    const [token] = account?.tokens ?? [];
    const text = JSON.stringify({
      version: 1,
      accounts: [{ ...account, tokens: [{ ...token, fingerprint: 'tok-0123456789abcdef' }] }],
    });
    const error: unknown = await (await damaged(text)).read().catch((reason: unknown) => reason);
    expect(String(error)).toContain('accounts.0.tokens.0.fingerprint');
    expect(String(error)).not.toContain('tok-0123456789abcdef');
  });

  test('refuses bytes that are no text', async () => {
    await put(recorded());
    await writeFile(path, Buffer.from([0x7b, 0xff, 0x7d]));
    await expect(open().read()).rejects.toThrow('it is not UTF-8 text');
  });
});

describe('what is not to be trusted is refused', () => {
  test('a symbolic link, also to a good inventory', async () => {
    await put(recorded());
    await rename(path, join(state, 'elsewhere.json'));
    await symlink(join(state, 'elsewhere.json'), path);
    const before = await readFile(path, 'utf8');
    for (const work of [open().read(), open().update(described)]) {
      await expect(work).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining('it is a symbolic link') as string,
      });
    }
    expect(await readFile(join(state, 'elsewhere.json'), 'utf8')).toBe(before);
  });

  test('a folder in its place, or a link in its folder’s', async () => {
    await mkdir(path, { recursive: true });
    await expect(open().read()).rejects.toThrow('it is not a regular file');
    await rename(directory, join(state, 'other'));
    await symlink(join(state, 'other'), directory);
    await expect(open().read()).rejects.toThrow('it is a symbolic link');
    await expect(open().update(described)).rejects.toThrow('it is a symbolic link');
  });

  test('what belongs to another user', async () => {
    await put(recorded());
    const { userId } = testContext().ctx;
    const file = open({ userId: (userId ?? 0) + 1 });
    await expect(file.read()).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('it belongs to another user') as string,
    });
  });
});
