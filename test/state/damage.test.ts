// @module-tag slow
import { mkdir, readFile, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FailedError } from '../../src/errors.ts';
import { decodeRecords, encodeRecord, type JournalRecord, schemaVersion } from '../../src/state/record.ts';
import { tellOpenEntries } from '../../src/session/reminders.ts';
import { isOpen } from '../../src/state/stored-entry.ts';
import { Secret } from '../../src/model/credential.ts';
import { testNow } from '../harness/context.ts';
import {
  comeOf,
  entryId,
  holderAt,
  intentOf,
  journalIn,
  journalOptions,
  leftEntry,
  processOf,
  temporaryDirectories,
} from './workspace.ts';

const temporary = temporaryDirectories();

function plain(line: Buffer): unknown {
  return JSON.parse(line.toString());
}

function later(): number {
  return testNow + 1_000_000_000;
}

/** What a torn write leaves behind the last byte that arrived. */
const remains = { nothing: '', reserve: ' '.repeat(100), zeros: '\0'.repeat(100) } as const;

describe('a file that ends anywhere', () => {
  it.each(Object.entries(remains))('and then has %s, is read up to there', async (_, rest) => {
    const directory = await temporary();
    const path = await leftEntry(directory);
    const whole = await readFile(path);
    const lines = whole.subarray(0, whole.lastIndexOf('\n') + 1);
    const journal = journalIn(directory, { self: processOf(200, [100]) });
    const states: string[] = [];
    for (let length = 0; length <= lines.length; length += 1) {
      await writeFile(path, Buffer.concat([lines.subarray(0, length), Buffer.from(rest)]));
      const [entry] = await journal.list();
      states.push(entry === undefined ? 'none' : comeOf(entry).at);
    }
    const runs = states.filter((state, index) => state !== states[index - 1]);
    expect(runs).toEqual(['none', 'held', 'asked', 'kept']);
  });

  it('takes more records, whatever was torn', async () => {
    const directory = await temporary();
    const path = await leftEntry(directory);
    const whole = await readFile(path);
    const answerAt = whole.indexOf('{"type":"answer"');
    for (const length of [answerAt, answerAt + 1, answerAt + 40, whole.indexOf('\n', answerAt)]) {
      const torn = Buffer.from(whole).fill(' ', length);
      await writeFile(path, torn);
      const entry = await journalIn(directory).reopen(entryId);
      await entry.delivered('x');
      await entry.leave();
      const { records, end } = decodeRecords(await readFile(path));
      expect(records.map(({ type }) => type)).toEqual(['intent', 'sent', 'delivered']);
      expect((await readFile(path, 'utf8')).slice(end).trim()).toBe('');
    }
  });

  const text = fc.string({ unit: 'binary' });
  const at = fc.option(text);
  const record = fc.oneof(
    fc.record({ type: fc.constant('sent' as const), at }),
    fc.record({ type: fc.constant('delivered' as const), target: text }),
    fc.record({ type: fc.constant('outcome' as const), at, outcome: text, message: text }),
    fc.record({
      type: fc.constant('answer' as const),
      at,
      operation: fc.option(fc.constantFrom('create' as const, 'rotate' as const)),
      accountId: fc.option(text),
      base64: fc.option(fc.base64String().map((value) => new Secret(value))),
      sealed: fc.option(fc.string({ minLength: 1 })),
    }),
  );
  const intent: JournalRecord = {
    type: 'intent',
    schema: schemaVersion,
    intent: { ...intentOf(), startedAt: '2026-11-22T12:00:00.000Z', process: holderAt(100), keepsSecret: true },
  };

  it('gives the records that are whole, and no others', () => {
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 6 }),
        fc.nat(),
        fc.constantFrom(...Object.values(remains)),
        (others, cut, rest) => {
          const lines = [intent, ...others].map(encodeRecord);
          const bytes = Buffer.concat(lines);
          const length = cut % (bytes.length + 1);
          const ends = lines.map((_, index) => Buffer.concat(lines.slice(0, index + 1)).length);
          const whole = ends.filter((end) => end <= length).length;
          const damaged = Buffer.concat([bytes.subarray(0, length), Buffer.from(rest)]);
          const reading = decodeRecords(damaged);
          expect(reading.records.map(encodeRecord).map(plain)).toEqual(lines.slice(0, whole).map(plain));
          expect(reading.end).toBe(ends[whole - 1] ?? 0);
        },
      ),
      { numRuns: 500, seed: 20261122 },
    );
  });

  it('never makes reading throw, whatever its bytes', () => {
    const line = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.json().map((json) => Buffer.from(`${json}\n`)),
      fc
        .record({ type: fc.constantFrom('intent', 'sent', 'answer', 'outcome'), at: fc.jsonValue() })
        .map((value) => Buffer.from(`${JSON.stringify(value)}\n`)),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const bytes = Buffer.concat(lines);
        const { end } = decodeRecords(bytes);
        expect(end === 0 || bytes[end - 1] === 0x0a).toBe(true);
      }),
      { numRuns: 300, seed: 20261122 },
    );
  });
});

describe('an entry whose first record is torn', () => {
  it.each([
    { age: 'fresh', seconds: 60, left: true },
    { age: 'a day old', seconds: 25 * 60 * 60, left: false },
  ])('and $age is no entry; its file stays: $left', async ({ seconds, left }) => {
    const directory = await temporary();
    const path = await leftEntry(directory);
    await truncate(path, 30);
    const time = testNow / 1000 - seconds;
    await utimes(path, time, time);
    expect(await journalIn(directory).list()).toEqual([]);
    const stays = await readFile(path).then(
      () => true,
      () => false,
    );
    expect(stays).toBe(left);
  });
});

describe('a line', () => {
  it('that cannot be read does not hide those after it', async () => {
    const directory = await temporary();
    const path = await leftEntry(directory);
    const whole = await readFile(path, 'utf8');
    await writeFile(path, whole.replace('{"type":"answer"', '#"type":"answer"'));
    const { at, delivered } = comeOf(await journalIn(directory).find(entryId));
    expect([at, delivered]).toEqual(['asked', ['file:ci.token']]);
  });

  it('of an unknown type or with unknown keys is no obstacle', async () => {
    const directory = await temporary();
    const path = await leftEntry(directory);
    const whole = await readFile(path, 'utf8');
    await writeFile(path, whole.trimEnd().replaceAll('{"type"', '{"future":[1],"type"') + '\n{"type":"future"}\n');
    const entry = await journalIn(directory).find(entryId);
    expect(comeOf(entry).at).toBe('kept');
    expect(entry.records.at(-1)).toMatchObject({ type: 'outcome', message: 'no space left' });
  });
});

describe('an entry of a newer version', () => {
  it('is shown, not changed, and not erased by itself', async () => {
    const directory = await temporary();
    const path = await leftEntry(directory);
    const [first = ''] = (await readFile(path, 'utf8')).split('\n');
    const newer = `${first.replace('"schema":1', '"schema":3')}\n`;
    await writeFile(path, newer);
    const journal = journalIn(directory, { self: processOf(200), now: later });
    expect(await journal.list()).toMatchObject([{ isNewer: true, records: [{ type: 'intent' }] }]);
    const reopened = journal.reopen(entryId);
    await expect(reopened).rejects.toThrow(FailedError);
    await expect(reopened).rejects.toThrow('written by a newer sactl');
    expect(await readFile(path, 'utf8')).toBe(newer);
  });

  it('is open when its intent means nothing to this one', async () => {
    const directory = await temporary();
    const path = await leftEntry(directory);
    await writeFile(path, '{"type":"intent","schema":3,"what":"else"}\n');
    const [entry] = await journalIn(directory, { now: later }).list();
    expect(entry).toMatchObject({ isNewer: true, problem: 'it was written by a newer sactl' });
    expect(entry && isOpen(entry)).toBe(true);
  });
});

describe('a file in the journal', () => {
  const contents: readonly [string, string, string][] = [
    ['is text', 'hello\n', 'it does not begin like an entry'],
    ['is text without an end', 'hello', 'it does not begin like an entry'],
    ['begins with another record', '{"type":"sent"}\n', 'it does not begin like an entry'],
    ['has no intent', '{"type":"intent","schema":1}\n', 'it does not say what was intended'],
    ['is binary', '\u0000\u0001\n', 'it does not begin like an entry'],
  ];

  it.each(contents)('that %s is shown as unreadable', async (_, content, problem) => {
    const directory = await temporary();
    const path = await leftEntry(directory);
    await writeFile(path, content);
    const journal = journalIn(directory, { self: processOf(200) });
    const [entry] = await journal.list();
    expect(entry).toMatchObject({ id: entryId, intent: null, records: [], problem });
    expect(entry && isOpen(entry)).toBe(true);
    await expect(journal.reopen(entryId)).rejects.toThrow(problem);
    await journal.erase(entryId);
    expect(await journal.list()).toEqual([]);
  });

  it('that is a copy of an entry is not one', async () => {
    const directory = await temporary();
    const path = await leftEntry(directory);
    await writeFile(join(directory, 'journal', 'copy.jsonl'), await readFile(path));
    const entries = await journalIn(directory).list();
    expect(entries.map(({ id, problem }) => [id, problem])).toEqual([
      [entryId, null],
      ['copy', 'it is a copy of another entry'],
    ]);
  });

  it.runIf(process.platform !== 'win32')('that is a link or a folder is not opened', async () => {
    const directory = await temporary();
    const path = await leftEntry(directory);
    await symlink(path, join(directory, 'journal', 'link.jsonl'));
    await mkdir(join(directory, 'journal', 'folder.jsonl'));
    const entries = await journalIn(directory).list();
    expect(entries.slice(1).map(({ id, problem }) => [id, problem])).toEqual([
      ['folder', 'it is not a regular file'],
      ['link', 'it is not a regular file'],
    ]);
  });

  it('of another name is none of ours', async () => {
    const directory = await temporary();
    await journalIn(directory).preflight();
    for (const name of ['notes.txt', '.jsonl', 'a b c.jsonl', `${entryId}.jsonl~`]) {
      await writeFile(join(directory, 'journal', name), 'x\n');
    }
    expect(await journalIn(directory).list()).toEqual([]);
    expect(await tellOpenEntries(journalOptions(directory))).toBeNull();
  });
});

describe('what is told of open entries', () => {
  it('is that of entries somebody has to see to', async () => {
    const directory = await temporary();
    await leftEntry(directory, 'aaaa');
    await leftEntry(directory, 'bbbb');
    await (await journalIn(directory).begin(intentOf('cccc'))).leave();
    expect(await tellOpenEntries(journalOptions(directory))).toBe('2 new credentials have not been delivered');
    const self = processOf(200, [100]);
    expect(await tellOpenEntries(journalOptions(directory, { self }))).toBeNull();
  });

  it('is none where there is no journal, or none to be trusted', async () => {
    const directory = await temporary();
    expect(await tellOpenEntries(journalOptions(join(directory, 'nowhere')))).toBeNull();
    await leftEntry(directory);
    expect(await tellOpenEntries(journalOptions(directory, { userId: 4_000_000 }))).toBeNull();
  });
});
