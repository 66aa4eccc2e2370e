import type { Ledger } from './ledger.ts';
import { isOthers, type Prepared } from './prepare.ts';
import { rotateOne } from './rotate-one.ts';
import type { BulkRun } from './run.ts';
import { openWave, type Ready } from './wave.ts';

/**
 * Rotates all accounts, several at once, every one through the delivery protocol (DESIGN.md 6); those that sactl signs in
 * with come after all others, one by one. An interrupt and the brake keep further ones from being begun; what was begun
 * comes to its end. Does not reject for what becomes of an account.
 */
export async function rotateAll(run: BulkRun, prepared: readonly Prepared[], ledger: Ledger): Promise<void> {
  // While some requests wait for their answers, the files of other accounts are written.
  const lanes = run.concurrency * 2;
  await rotateGroup(run, ledger, { group: prepared.filter(isOthers), lanes });
  await rotateGroup(run, ledger, { group: prepared.filter((one) => !isOthers(one)), lanes: 1 });
}

interface Group {
  readonly group: readonly Prepared[];
  readonly lanes: number;
}

async function rotateGroup(run: BulkRun, ledger: Ledger, { group, lanes }: Group): Promise<void> {
  const waves = openWaves(run, group, {
    size: lanes * 4,
    isRefused: (one) => ledger.refusal(one) !== null,
  });
  try {
    await Promise.all(Array.from({ length: lanes }, () => lane(run, ledger, waves)));
  } finally {
    for (const one of await waves.end()) {
      const refused = ledger.refusal(one);
      if (refused !== null) await ledger.done(one, refused);
    }
  }
}

async function lane({ ctx }: BulkRun, ledger: Ledger, waves: Waves): Promise<void> {
  while (!ctx.signal.aborted) {
    const one = await waves.next();
    if (one === null) return;
    const refused = ledger.refusal(one);
    if (refused !== null) await one.release();
    await ledger.done(one, refused ?? (await rotateOne(ledger.ctx, one)));
  }
}

/**
 * Gives out accounts one by one. Each is locked, and read again after that, so that what another run has just rotated is
 * not rotated again; they are read by the wave, because providers show one account or all of them at the same price.
 */
export interface Waves {
  /** The next account; null when there is none any more. */
  readonly next: () => Promise<Ready | null>;
  /** Lets go of what was not given out, and gives it back. */
  readonly end: () => Promise<readonly Prepared[]>;
}

export interface WaveOptions {
  /** How many accounts are a wave. */
  readonly size: number;
  /** Whether an account is not to be begun any more: then nobody locks it, or asks for it. */
  readonly isRefused: (one: Prepared) => boolean;
}

function openWaves(run: BulkRun, prepared: readonly Prepared[], { size, isRefused }: WaveOptions): Waves {
  const waiting = [...prepared];
  const refused: Prepared[] = [];
  const ready: Ready[] = [];
  let opening: Promise<void> | null = null;

  async function open(): Promise<void> {
    const wave = waiting.splice(0, size);
    const allowed = wave.filter((one) => !isRefused(one));
    refused.push(...wave.filter((one) => !allowed.includes(one)));
    ready.push(...(await openWave(run, allowed)));
    opening = null;
  }

  function openNext(): Promise<void> {
    opening ??= open();
    return opening;
  }

  return {
    next: async () => {
      while (ready.length === 0) {
        if (opening === null && waiting.length === 0) return null;
        await openNext();
      }
      const one = ready.shift() ?? null;
      // The next wave is opened while this one is worked on.
      if (ready.length <= size / 2 && waiting.length > 0) void openNext();
      return one;
    },
    end: async () => {
      await opening;
      const rest = ready.splice(0);
      for (const { release } of rest) await release();
      return [...refused, ...rest, ...waiting.splice(0)];
    },
  };
}
