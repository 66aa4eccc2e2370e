import { expect, it } from 'vitest';

import { verify } from '../../src/delivery/verify.ts';
import type { Credential } from '../../src/model/credential.ts';
import type { Verification } from '../../src/providers/provider.ts';
import { account, issuedWith, secret } from './answers.ts';
import { worldOf } from './issuance.ts';

const works: Verification = { works: true, why: null };
const refused: Verification = { works: false, why: 'nscale answered 401' };
const unclear: Verification = { works: null, why: 'nscale answered 503' };

function quiet(): Promise<void> {
  return Promise.resolve();
}

const allPauses = [1, 2, 4, 8, 15].flatMap((seconds) => [`wait ${seconds * 1000}`, 'try']);

async function verifyWith(
  trials: readonly (Verification | Error)[],
): Promise<{ verification: Verification; steps: readonly string[] }> {
  const { ctx, issuance, steps } = await worldOf({ trials });
  return { verification: await verify(ctx, issuance.remote, issuedWith(secret), quiet), steps };
}

it.each([
  ['works', [works], works, ['try']],
  ['cannot be tried', [unclear], unclear, ['try']],
  ['works after a while', [refused, refused, works], works, ['try', ...allPauses.slice(0, 4)]],
  ['cannot be tried after a refusal', [refused, unclear], unclear, ['try', 'wait 1000', 'try']],
  ['is refused for half a minute', [refused], refused, ['try', ...allPauses]],
])('says of a credential that it %s', async (_, trials, verification, steps) => {
  expect(await verifyWith(trials)).toEqual({ verification, steps });
});

it('tries the very credential that was issued', async () => {
  const { ctx } = await worldOf();
  const tried: Credential[] = [];
  const remote = {
    verifyCredential: (given: Credential): Promise<Verification> => {
      tried.push(given);
      return Promise.resolve(works);
    },
  };
  await verify(ctx, remote, issuedWith(secret), quiet);
  expect(tried.map(({ value }) => value.reveal())).toEqual([secret]);
});

it.each(['try', 'wait 4000'])('ends with an interrupt, and the last try counts: %s', async (interruptAt) => {
  const { ctx, issuance, ...world } = await worldOf({ trials: [refused], interruptAt });
  expect(await verify(ctx, issuance.remote, issuedWith(secret), quiet)).toEqual(refused);
  expect(world.steps.at(-1)).toBe(interruptAt === 'try' ? 'try' : interruptAt);
});

it.each([
  [true, ['try', ...allPauses]],
  [null, ['try', ...allPauses]],
  [false, []],
])('says nothing of the credential of a disabled account: enabled %s', async (enabled, steps) => {
  const world = await worldOf({ trials: [refused] });
  const issued = issuedWith(secret, { ...account, enabled });
  const verification = await verify(world.ctx, world.issuance.remote, issued, quiet);
  expect(verification).toEqual(enabled === false ? { works: null, why: 'the account is disabled' } : refused);
  expect(world.steps).toEqual(steps);
});

it.each([
  [3, []],
  [4, ['the new credential is still refused; trying for another 23 seconds']],
  [6, ['the new credential is still refused; trying for another 23 seconds']],
])('tells after %i refusals that it goes on, once it waits for long', async (refusals, told) => {
  const trials = [...Array.from({ length: refusals }, () => refused), works];
  const { ctx, issuance } = await worldOf({ trials });
  const notes: string[] = [];
  await verify(ctx, issuance.remote, issuedWith(secret), async (text) => void notes.push(text));
  expect(notes).toEqual(told);
});
