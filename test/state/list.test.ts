import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ConflictError, NotFoundError } from '../../src/errors.ts';
import { isOpen } from '../../src/state/stored-entry.ts';
import { testNow } from '../harness/context.ts';
import { comeOf, entryId, intentOf, journalIn, leftEntry, processOf, temporaryDirectories } from './workspace.ts';

const temporary = temporaryDirectories();

describe('entries', () => {
  const ids = ['aaaa1111-1', 'aaaa2222-2', 'aaaa2222-23'] as const;

  it('are listed from the oldest to the newest', async () => {
    const directory = await temporary();
    for (const [index, id] of ['cccc', 'aaaa', 'bbbb'].entries()) {
      const journal = journalIn(directory, { now: () => testNow + index });
      const entry = await journal.begin(intentOf(id));
      await entry.sent();
      await entry.leave();
    }
    const entries = await journalIn(directory).list();
    expect(entries.map(({ id }) => id)).toEqual(['cccc', 'aaaa', 'bbbb']);
  });

  it.each([
    { asked: 'aaaa1', found: 'aaaa1111-1' },
    { asked: 'aaaa2222-2', found: 'aaaa2222-2' },
    { asked: 'aaaa2222-23', found: 'aaaa2222-23' },
  ])('are found by $asked', async ({ asked, found }) => {
    const directory = await temporary();
    for (const id of ids) await leftEntry(directory, id);
    expect((await journalIn(directory).find(asked)).id).toBe(found);
  });

  it.each([
    { asked: 'aaaa', error: ConflictError, message: 'aaaa1111-1, aaaa2222-2, aaaa2222-23' },
    { asked: 'aaaa2222', error: ConflictError, message: 'aaaa2222-2, aaaa2222-23' },
    { asked: 'aaa', error: NotFoundError, message: 'there is no journal entry "aaa"' },
    { asked: 'bbbb', error: NotFoundError, message: 'there is no journal entry "bbbb"' },
  ])('are not guessed from $asked', async ({ asked, error, message }) => {
    const directory = await temporary();
    for (const id of ids) await leftEntry(directory, id);
    const found = journalIn(directory).find(asked);
    await expect(found).rejects.toThrow(error);
    await expect(found).rejects.toThrow(message);
  });

  const day = 24 * 60 * 60 * 1000;
  it.each([
    { what: 'of a dead process', self: processOf(200), later: 0, stays: false },
    { what: 'of a living one', self: processOf(200, [100]), later: 0, stays: true },
    { what: 'of another machine', self: { ...processOf(100), host: 'else' }, later: 0, stays: true },
    { what: 'of another machine, a day ago', self: { ...processOf(100), host: 'else' }, later: day + 1, stays: false },
    { what: 'of our own number', self: processOf(100), later: 0, stays: true },
  ])('that never sent anything, $what: stays $stays, not open', async ({ self, later, stays }) => {
    const directory = await temporary();
    await (await journalIn(directory).begin(intentOf())).leave();
    const entries = await journalIn(directory, { self, now: () => testNow + later }).list();
    expect(entries.map((entry) => comeOf(entry).at)).toEqual(stays ? ['held'] : []);
    expect(entries.filter(isOpen)).toEqual([]);
    expect(await readdir(join(directory, 'journal'))).toHaveLength(stays ? 1 : 0);
  });

  it.each([
    { what: 'of a dead process', self: processOf(200), later: 0, open: true },
    { what: 'of a living one', self: processOf(200, [100]), later: 0, open: false },
    { what: 'of a number used again', self: processOf(200, [100]), later: day + 1, open: true },
    { what: 'of another machine', self: { ...processOf(100), host: 'else' }, later: 0, open: true },
    { what: 'of our own number', self: processOf(100), later: 0, open: true },
  ])('that are not finished, $what: open $open', async ({ self, later, open }) => {
    const directory = await temporary();
    await leftEntry(directory);
    const [entry] = await journalIn(directory, { self, now: () => testNow + later }).list();
    expect(entry && [isOpen(entry), entry.isUnderWay]).toEqual([open, !open]);
  });

  it('that this process is writing are under way until it leaves them', async () => {
    const journal = journalIn(await temporary());
    const entry = await journal.begin(intentOf());
    await entry.sent();
    await expect(journal.reopen(entryId)).rejects.toThrow(ConflictError);
    expect((await journal.list()).map(isOpen)).toEqual([false]);
    await entry.leave();
    expect((await journal.list()).map(isOpen)).toEqual([true]);
  });
});
