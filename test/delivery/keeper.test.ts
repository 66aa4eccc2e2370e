import { expect, it } from 'vitest';

import { AnswerKeeper } from '../../src/delivery/issuance.ts';
import { openOpener } from '../../src/state/seal.ts';
import { entryCopyIn } from '../../src/state/sealed-entry.ts';
import { answerBytes } from '../../src/state/record.ts';
import type { Sealing } from '../../src/state/seal.ts';
import type { JournalEntry } from '../../src/state/journal-entry.ts';
import { Secret } from '../../src/model/credential.ts';
import { ops } from '../harness/age.ts';
import { intentOf, journalIn, secretBytes, temporaryDirectories } from '../state/workspace.ts';

const temporaryDirectory = temporaryDirectories();
const preferences = { verify: true, reissue: true, keepsSecret: true, allowSelf: false };
const answer = { bytes: secretBytes, operation: 'rotate', accountId: 'a1' } as const;
const sealing: Sealing = { recipients: [ops.recipient], identity: null };

async function begunEntry(own: Partial<Parameters<typeof journalIn>[1]> = { sealing }): Promise<JournalEntry> {
  return journalIn(await temporaryDirectory(), own).begin(intentOf());
}

/** What a sealed copy says, for who has the identity. */
async function answerIn(sealed: string): Promise<string | undefined> {
  const opener = openOpener({ name: 'test', read: () => Promise.resolve(new Secret(ops.identity)) });
  const copy = entryCopyIn(await opener.open(sealed));
  return copy === null ? undefined : Buffer.from(answerBytes(copy.answer) ?? []).toString();
}

it('gives a sealed copy of what is kept', async () => {
  const copies: string[] = [];
  const entry = await begunEntry();
  const keeper = new AnswerKeeper(entry, {
    preferences,
    capsule: (sealed) => Promise.resolve(void copies.push(sealed)),
  });
  await keeper.keep(answer);
  expect(keeper.isKept).toBe(true);
  expect(await Promise.all(copies.map(answerIn))).toEqual([secretBytes.toString()]);
  await entry.close();
});

it('gives one, too, where the disk takes nothing, and counts nothing as kept', async () => {
  const copies: string[] = [];
  const entry = await begunEntry();
  const broken = { ...entry, keep: () => Promise.reject(new Error('no space left on device')) };
  const keeper = new AnswerKeeper(broken, {
    preferences,
    capsule: (sealed) => Promise.resolve(void copies.push(sealed)),
  });
  await keeper.keep(answer);
  expect(keeper.isKept).toBe(false);
  expect(await Promise.all(copies.map(answerIn))).toEqual([secretBytes.toString()]);
  await entry.close();
});

it('counts as kept what is on the disk although the copy went nowhere', async () => {
  const entry = await begunEntry();
  const keeper = new AnswerKeeper(entry, { preferences, capsule: () => Promise.reject(new Error('broken pipe')) });
  await keeper.keep(answer);
  expect(keeper.isKept).toBe(true);
  await entry.close();
});

it.each([
  ['nothing is sealed', {}],
  ['nothing is to be kept', { sealing, keepsSecrets: false }],
])('gives none where %s', async (_, own) => {
  const copies: string[] = [];
  const entry = await begunEntry(own);
  const keeper = new AnswerKeeper(entry, {
    preferences,
    capsule: (sealed) => Promise.resolve(void copies.push(sealed)),
  });
  await keeper.keep(answer);
  expect(copies).toEqual([]);
  await entry.close();
});

it('asks for nothing where what seals cannot be had', async () => {
  const journal = journalIn(await temporaryDirectory(), { sealing: { ...sealing, recipients: ['age1wrong'] } });
  await expect(journal.begin(intentOf())).rejects.toThrow('cannot seal for the recipients that are set');
  expect(await journal.list()).toEqual([]);
});
