import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { TargetError } from '../../src/delivery/targets/target.ts';
import { freshStateDirectory } from '../harness/state.ts';
import { answerOf, secret, who } from './answers.ts';
import type { JournalFault } from './faulty-journal.ts';
import { mending } from './handover-input.ts';
import { entryId, issuance } from './issuance.ts';

const outOfDate = `entry ${entryId} of the journal could not be brought up to date`;
const noA = { name: 'file:a', failures: [new TargetError('it is read-only', { isRetryable: false })] };

describe('a journal that fails under a credential that arrives', () => {
  it.each<{ faults: readonly JournalFault[]; notes: readonly string[]; left: readonly object[] }>([
    { faults: ['keep'], notes: [], left: [] },
    { faults: ['delivered'], notes: [], left: [] },
    { faults: ['keep', 'delivered', 'outcome', 'leave'], notes: [], left: [] },
    {
      faults: ['close'],
      notes: [outOfDate],
      left: [
        { id: entryId, state: 'kept', keeps: `rotate a1: ${answerOf(secret)}`, delivered: ['file:a'], outcome: null },
      ],
    },
    {
      faults: ['keep', 'close'],
      notes: [outOfDate],
      left: [{ id: entryId, state: 'asked', keeps: null, delivered: ['file:a'], outcome: null }],
    },
  ])('costs no more than a note: $faults', async ({ faults, notes, left }) => {
    const ended = await issuance({ targets: [{ name: 'file:a' }], journalFaults: faults });
    expect({ ...ended, steps: ended.steps.filter((step) => step !== 'keep') }).toEqual({
      error: null,
      stdout: 'null\n',
      notes,
      steps: ['ask rotate', 'deliver file:a', 'try', 'print'],
      left,
    });
  });

  it('prints it all the same', async () => {
    const { error, stdout, notes } = await issuance({ journalFaults: ['close'] });
    expect({ error, stdout, notes }).toEqual({ error: null, stdout: `${secret}\n`, notes: [outOfDate] });
  });
});

describe('a journal that fails under a credential that does not arrive', () => {
  it.each<JournalFault>(['outcome', 'leave'])('hides no failure: %s', async (fault) => {
    const { error, notes, left } = await issuance({ targets: [noA], journalFaults: [fault] });
    expect({ error, notes }).toEqual({
      error: {
        code: 'undelivered',
        exit: 8,
        message: `the new credential of ${who} was not delivered to file:a: it is read-only; it is kept`,
        hint: mending,
      },
      notes: [outOfDate],
    });
    expect(left).toMatchObject([{ state: 'kept', keeps: `rotate a1: ${answerOf(secret)}` }]);
  });
});

it('says what a target does not have where no copy was wanted', async () => {
  const ended = await issuance({ targets: [noA], preferences: { keepsSecret: false } });
  expect(ended.error).toMatchObject({ code: 'unknown_outcome', exit: 7 });
  expect(ended.left).toMatchObject([{ state: 'kept', keeps: null, delivered: [] }]);
});

describe('an entry that another run erased meanwhile', () => {
  it.each([
    {
      targets: [noA],
      where: 'was not delivered to file:a: it is read-only; it is not kept either: it is lost',
      code: 7,
    },
    {
      targets: [{ name: 'file:b' }, noA],
      where: 'was not delivered to file:a: it is read-only; it is only where it was delivered',
      code: 8,
    },
  ])('is not said to keep anything: exit $code', async ({ targets, where, code }) => {
    const stateDirectory = freshStateDirectory();
    const { error } = await issuance({
      targets,
      context: { env: { SACTL_STATE_DIR: stateDirectory } },
      onStep: (step) => {
        if (step === 'deliver file:a') eraseEntries(stateDirectory);
      },
    });
    expect(error).toMatchObject({ exit: code, message: `the new credential of ${who} ${where}` });
  });
});

function eraseEntries(stateDirectory: string): void {
  const folder = join(stateDirectory, 'journal');
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
}
