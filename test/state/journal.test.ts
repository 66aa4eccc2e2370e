import { closeSync, fstatSync, openSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { FailedError, NotFoundError } from '../../src/errors.ts';
import { answerBytes } from '../../src/state/record.ts';
import {
  comeOf,
  entryId,
  holderAt,
  intentOf,
  journalIn,
  leftEntry,
  processOf,
  secretBytes,
  temporaryDirectories,
} from './workspace.ts';

const temporary = temporaryDirectories();
const isPosix = process.platform !== 'win32';

describe('an entry', () => {
  it('tells everything that was recorded', async () => {
    const directory = await temporary();
    const path = await leftEntry(directory);
    const entry = await journalIn(directory, { self: processOf(200) }).find(entryId);
    const at = '2026-11-22T12:00:00.000Z';
    const intent = { ...intentOf(), startedAt: at, process: holderAt(100), keepsSecret: true };
    expect(entry).toEqual({
      id: entryId,
      path,
      problem: null,
      isNewer: false,
      isUnderWay: false,
      intent,
      records: [
        { type: 'intent', schema: 1, intent },
        { type: 'sent', at },
        { type: 'answer', at, operation: 'create', accountId: null, base64: expect.anything(), sealed: null },
        { type: 'delivered', target: 'file:ci.token' },
        { type: 'outcome', at, outcome: 'undelivered', message: 'no space left' },
      ],
    });
    const { answer } = comeOf(entry);
    expect(answer && answerBytes(answer)).toEqual(secretBytes);
    expect(JSON.stringify(entry)).not.toContain(secretBytes.toString('base64'));
  });

  it('has the size of its reserve from the start, and keeps it', async () => {
    const directory = await temporary();
    const entry = await journalIn(directory).begin(intentOf());
    const before = await stat(entry.path);
    await entry.sent();
    await entry.keep({ bytes: secretBytes, operation: 'create', accountId: null });
    await entry.leave();
    expect([before.size, (await stat(entry.path)).size]).toEqual([65_536, 65_536]);
  });

  it('writes nothing once it was left, although its descriptor may be another file by then', async () => {
    const directory = await temporary();
    const entry = await journalIn(directory).begin(intentOf());
    await entry.leave();
    const others = Array.from({ length: 8 }, (_, index) => openSync(join(directory, `other-${index}`), 'wx+'));
    await expect(entry.sent()).rejects.toThrow('bad file descriptor (EBADF)');
    await expect(entry.delivered('file:t')).rejects.toThrow('bad file descriptor (EBADF)');
    expect(await entry.isThere()).toBe(false);
    expect(others.map((file) => fstatSync(file).size)).toEqual(others.map(() => 0));
    for (const file of others) closeSync(file);
  });

  it.runIf(isPosix)('is for its owner only, in a folder for its owner only', async () => {
    const directory = join(await temporary(), 'state');
    const entry = await journalIn(directory).begin(intentOf());
    await entry.leave();
    expect((await stat(entry.path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'journal'))).mode & 0o777).toBe(0o700);
  });

  it('grows beyond its reserve', async () => {
    const directory = await temporary();
    const bytes = Buffer.alloc(200_000, 'x');
    const entry = await journalIn(directory).begin(intentOf());
    await entry.sent();
    await entry.keep({ bytes, operation: 'create', accountId: null });
    await entry.delivered('file:ci.token');
    await entry.leave();
    const { answer, delivered } = comeOf(await journalIn(directory).find(entryId));
    expect(answer && answerBytes(answer)?.length).toBe(bytes.length);
    expect(delivered).toEqual(['file:ci.token']);
  });

  it('may have an intent larger than its reserve', async () => {
    const directory = await temporary();
    const targets = Array.from({ length: 5000 }, (_, index) => `file:secrets/${String(index)}`);
    const entry = await journalIn(directory).begin({ ...intentOf(), targets });
    await entry.sent();
    await entry.leave();
    const found = await journalIn(directory).find(entryId);
    expect([found.intent?.targets, comeOf(found).at]).toEqual([targets, 'asked']);
  });

  it('has the last answer, with what was delivered of that one', async () => {
    const directory = await temporary();
    await leftEntry(directory);
    const entry = await journalIn(directory).reopen(entryId);
    await entry.keep({ bytes: Buffer.from('new'), operation: 'rotate', accountId: 'sa-1' });
    await entry.delivered('session:s.json');
    await entry.leave();
    const { answer, delivered } = comeOf(await journalIn(directory).find(entryId));
    expect(answer).toMatchObject({ operation: 'rotate', accountId: 'sa-1' });
    expect(answer && Buffer.from(answerBytes(answer) ?? []).toString()).toBe('new');
    expect(delivered).toEqual(['session:s.json']);
  });

  it('keeps records that are added side by side', async () => {
    const directory = await temporary();
    const entry = await journalIn(directory).begin(intentOf());
    const targets = Array.from({ length: 20 }, (_, index) => `file:${'x'.repeat(index)}`);
    await Promise.all([entry.sent(), ...targets.map((target) => entry.delivered(target))]);
    await entry.leave();
    expect(comeOf(await journalIn(directory).find(entryId)).delivered).toEqual(targets);
  });

  it('has no byte of the answer where secrets are not kept', async () => {
    const directory = await temporary();
    const journal = journalIn(directory, { keepsSecrets: false });
    const entry = await journal.begin(intentOf());
    await entry.sent();
    await entry.keep({ bytes: secretBytes, operation: 'create', accountId: null });
    await entry.leave();
    const reopened = await journalIn(directory).reopen(entryId);
    await reopened.keep({ bytes: secretBytes, operation: 'rotate', accountId: 'sa-1' });
    await reopened.leave();
    const text = await readFile(entry.path, 'utf8');
    expect(text).not.toContain(secretBytes.toString('base64').slice(0, 8));
    const found = await journal.find(entryId);
    const { at, answer } = comeOf(found);
    expect([at, found.intent?.keepsSecret, answer?.base64]).toEqual(['kept', false, null]);
    expect(answer && answerBytes(answer)).toBeNull();
  });

  it('is gone once it is closed', async () => {
    const directory = await temporary();
    const entry = await journalIn(directory).begin(intentOf());
    await entry.close();
    expect(await readdir(join(directory, 'journal'))).toEqual([]);
  });

  it('is gone once it is erased, and erasing it again is no error', async () => {
    const directory = await temporary();
    await leftEntry(directory);
    const journal = journalIn(directory);
    await journal.erase(entryId);
    await journal.erase(entryId);
    expect(await journal.list()).toEqual([]);
  });

  it('does not take the place of another', async () => {
    const directory = await temporary();
    const path = await leftEntry(directory);
    const before = await readFile(path);
    const begun = journalIn(directory).begin(intentOf());
    await expect(begun).rejects.toThrow(FailedError);
    await expect(begun).rejects.toThrow(path);
    expect(await readFile(path)).toEqual(before);
  });

  it('says which file could not be written', async () => {
    const directory = await temporary();
    const entry = await journalIn(directory).begin(intentOf());
    await entry.leave();
    await expect(entry.sent()).rejects.toThrow(`cannot write the journal entry "${entry.path}"`);
  });

  it.each(['../evil', 'abc', 'a b c d', ''])('is never looked for as %j', async (id) => {
    const journal = journalIn(await temporary());
    await expect(journal.erase(id)).rejects.toThrow(NotFoundError);
    await expect(journal.reopen(id)).rejects.toThrow(NotFoundError);
    await expect(journal.begin(intentOf(id))).rejects.toThrow('not an id');
  });
});
