import type { IssuingProvider } from '../harness/providers.ts';
import { faultEffects, type Fault, type FaultName } from '../../src/sandbox/faults/fault.ts';

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const names = Object.keys(faultEffects) as readonly FaultName[];

export interface Chance {
  readonly provider: IssuingProvider;
  /** The first of its requests that may fail, counted from 1. */
  readonly from: number;
  /** How many may. */
  readonly requests: number;
  /** From 0 to 1. */
  readonly share: number;
}

/** Faults of every kind for a share of the requests of one provider. */
export function faultsByChance(random: () => number, { provider, from, requests, share }: Chance): readonly Fault[] {
  return Array.from({ length: requests }, (_, index) => from + index).flatMap((nth) => {
    if (random() >= share) return [];
    const name = names[Math.floor(random() * names.length)] ?? '503';
    return [{ provider, operation: '*', name, nth } as const];
  });
}
