// @module-tag slow
import { describe, expect, it } from 'vitest';

import { issuingProviders as providers, type IssuingProvider } from '../harness/providers.ts';
import { impatient } from '../outcomes/world.ts';
import { astray, disagreements, itemsOf } from './agreement.ts';
import { faultsByChance, seeded } from './seeded.ts';
import { createWorld, toFiles, type World } from './world.ts';

const due = ['--older-than', '60d', '--age-from', 'createdAt'];
const rotate = ['sa', 'rotate', ...due, ...toFiles, '--yes', '--json', '--debug'];
const rotateAll = [...rotate, '--provider', 'all'];

interface Chaos {
  readonly seed: number;
  /** With each provider. */
  readonly accounts: number;
  /** Of all calls, the share that fails. */
  readonly share: number;
}

/** Once it is known what accounts there are, calls fail in every way that the emulators know. */
function chaotic({ seed, accounts, share }: Chaos): World {
  const random = seeded(seed);
  const faults = providers.flatMap((provider) =>
    faultsByChance(random, { provider, from: firstChange[provider], requests: accounts * 5, share }),
  );
  return createWorld({ providers, accounts, faults });
}

/** How many requests come before the first account is begun. */
const firstChange: Readonly<Record<IssuingProvider, number>> = { nscale: 4, runai: 3 };

interface Told {
  /** All that was said wrongly. */
  readonly lies: readonly string[];
  /** How many accounts were rotated in spite of the faults. */
  readonly rotated: number;
}

/** Runs it with the faults, then without any. */
async function told(world: World): Promise<Told> {
  const first = await world.run(rotateAll, { timeout: impatient(30_000) });
  const wrong = disagreements(world, first);
  world.arm([]);
  const second = await world.run(rotateAll);
  const earlier = itemsOf(first);
  return {
    lies: [...wrong, ...disagreements(world, second, earlier), ...astray(earlier, itemsOf(second))],
    rotated: earlier.filter(({ kind }) => kind === 'rotated').length,
  };
}

describe('report, servers, targets, journal and audit log agree, account by account, and a second run does the rest,', () => {
  it.each([
    { seed: 1, accounts: 120, share: 0.1, atLeast: 100 },
    { seed: 2, accounts: 120, share: 0.1, atLeast: 100 },
    ...[3, 4, 5, 6].map((seed) => ({ seed, accounts: 30, share: 0.1, atLeast: 20 })),
    ...[7, 8, 9].map((seed) => ({ seed, accounts: 20, share: 0.4, atLeast: 0 })),
  ])(
    'when $share of the calls fail: $accounts accounts with each provider, seed $seed',
    async ({ atLeast, ...chaos }) => {
      const { lies, rotated } = await told(chaotic(chaos));
      expect(lies).toEqual([]);
      expect(rotated).toBeGreaterThanOrEqual(atLeast);
    },
    60_000,
  );
});

it('is told from a report that lies', async () => {
  const world = createWorld({ accounts: 2 });
  const run = await world.run(rotate);
  expect(disagreements(world, run)).toEqual([]);
  const lie = run.stdout.replaceAll('"exitCode": 0', '"exitCode": 7');
  expect(disagreements(world, { ...run, stdout: lie })).not.toEqual([]);
});
