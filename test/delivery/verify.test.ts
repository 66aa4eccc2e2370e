import { expect, it } from 'vitest';

import { verify } from '../../src/delivery/protocol.ts';
import type { Credential } from '../../src/model/credential.ts';
import type { Trial } from '../../src/providers/provider.ts';
import { account, issuedWith, secret } from './answers.ts';
import { worldOf } from './issue.ts';

const works: Trial = { works: true, why: null };
const refused: Trial = { works: false, why: 'nscale answered 401' };
const unclear: Trial = { works: null, why: 'nscale answered 503' };

const allPauses = [1, 2, 4, 8, 15].flatMap((seconds) => [`wait ${seconds * 1000}`, 'try']);

async function verifyWith(trials: readonly (Trial | Error)[]): Promise<{ trial: Trial; steps: readonly string[] }> {
  const { ctx, issue, steps } = await worldOf({ trials });
  return { trial: await verify(ctx, issue.remote, issuedWith(secret)), steps };
}

it.each([
  ['works', [works], works, ['try']],
  ['cannot be tried', [unclear], unclear, ['try']],
  ['works after a while', [refused, refused, works], works, ['try', ...allPauses.slice(0, 4)]],
  ['cannot be tried after a refusal', [refused, unclear], unclear, ['try', 'wait 1000', 'try']],
  ['is refused for half a minute', [refused], refused, ['try', ...allPauses]],
])('says of a credential that it %s', async (_, trials, trial, steps) => {
  expect(await verifyWith(trials)).toEqual({ trial, steps });
});

it('tries the very credential that was issued', async () => {
  const { ctx } = await worldOf();
  const tried: Credential[] = [];
  const remote = {
    tryCredential: (given: Credential): Promise<Trial> => {
      tried.push(given);
      return Promise.resolve(works);
    },
  };
  await verify(ctx, remote, issuedWith(secret));
  expect(tried.map(({ value }) => value.reveal())).toEqual([secret]);
});

it.each(['try', 'wait 4000'])('ends with an interrupt, and the last try counts: %s', async (interruptAt) => {
  const { ctx, issue, ...world } = await worldOf({ trials: [refused], interruptAt });
  expect(await verify(ctx, issue.remote, issuedWith(secret))).toEqual(refused);
  expect(world.steps.at(-1)).toBe(interruptAt === 'try' ? 'try' : interruptAt);
});

it.each([
  [true, ['try', ...allPauses]],
  [null, ['try', ...allPauses]],
  [false, []],
])('says nothing of the credential of a disabled account: enabled %s', async (enabled, steps) => {
  const world = await worldOf({ trials: [refused] });
  const issued = issuedWith(secret, { ...account, enabled });
  const trial = await verify(world.ctx, world.issue.remote, issued);
  expect(trial).toEqual(enabled === false ? { works: null, why: 'the account is disabled' } : refused);
  expect(world.steps).toEqual(steps);
});
