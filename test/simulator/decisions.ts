/** Where a simulation gets its decisions from. 0 is always the harmless one: the oldest event, no fault, the first choice. */
export interface Decisions {
  /** A number from 0 up to, but without, `count`; 0 in about `calm` of all cases, else all alike. */
  readonly choose: (count: number, calm?: number) => number;
  /** What was decided so far. */
  readonly made: readonly number[];
}

/** All decisions follow from the seed. */
export function seeded(seed: number): Decisions {
  const random = randomOf(seed);
  return recorded((count, calm) => {
    const isCalm = calm !== undefined && random() < calm;
    const drawn = random();
    return isCalm ? 0 : Math.floor(drawn * count);
  });
}

/** Decides as the list says, and harmlessly after its end. */
export function replayed(list: readonly number[]): Decisions {
  let at = 0;
  return recorded((count) => {
    const decided = list[at] ?? 0;
    at += 1;
    return Math.min(decided, count - 1);
  });
}

function recorded(decide: (count: number, calm: number | undefined) => number): Decisions {
  const made: number[] = [];
  return {
    made,
    choose: (count, calm) => {
      // Not a decision, and not in the list.
      if (count <= 1) return 0;
      const decided = decide(count, calm);
      made.push(decided);
      return decided;
    },
  };
}

/** SplitMix32: every seed, 0 too, gives a sequence of its own of numbers from 0 up to 1. */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 0x1_0000_0000;
  };
}
