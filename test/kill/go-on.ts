import { join } from 'node:path';

import { expect } from 'vitest';

import { settleRequests } from '../harness/settle.ts';
import { target, type Aftermath } from './killed.ts';
import { expectEmptyJournal, expectLive, isLive, type Seen } from './look.ts';

/** Does what a person would do after the kill, and makes sure that it ends well. */
export async function goOn(aftermath: Aftermath, seen: Seen): Promise<void> {
  if (seen.kept !== null) await deliver(aftermath, seen.kept);
  else if (aftermath.command.operation === 'rotate') {
    settleRequests(join(aftermath.home, 'state'));
    await runAgain(aftermath);
  } else await createAgain(aftermath, seen);
  await expectEmptyJournal(aftermath);
}

async function deliver(aftermath: Aftermath, entryId: string): Promise<void> {
  const file = aftermath.command.prints ? 'recovered' : target;
  const argv = ['recover', 'deliver', '--id', entryId, '--yes', '--to', `file:${file}`];
  expect(await aftermath.sactl(argv)).toMatchObject({ code: 0 });
  await expectLive(aftermath, file);
}

async function runAgain(aftermath: Aftermath): Promise<void> {
  const { command, sactl } = aftermath;
  const again = await sactl(command.argv);
  expect(again).toMatchObject({ code: 0 });
  if (command.prints) expect(isLive(aftermath, again.stdout.trimEnd())).toBe(true);
  else await expectLive(aftermath, target);
}

/** What a create may have done has to be settled first; an account that it made is in the way of another. */
async function createAgain(aftermath: Aftermath, seen: Seen): Promise<void> {
  const { command, sactl } = aftermath;
  if (seen.asked !== null) {
    expect(await sactl(command.argv)).toMatchObject({
      code: 7,
      stderr: expect.stringContaining(`sactl recover discard --id ${seen.asked}`),
    });
    const discard = ['recover', 'discard', '--id', seen.asked, '--yes'];
    expect(await sactl(discard)).toMatchObject({ code: 0 });
  }
  if (!seen.issued) {
    await runAgain(aftermath);
    return;
  }
  expect(await sactl(command.argv)).toMatchObject({ code: 5 });
  if (seen.target === 'complete') await expectLive(aftermath, target);
  else await rotateInstead(aftermath);
}

async function rotateInstead(aftermath: Aftermath): Promise<void> {
  const { account } = aftermath.command;
  const argv = ['sa', 'rotate', '--id', account, '--yes', '--to', `file:${target}`];
  expect(await aftermath.sactl(argv)).toMatchObject({ code: 0 });
  await expectLive(aftermath, target);
}
