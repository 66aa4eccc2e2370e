import type { Ledger } from './ledger.ts';
import { isOthers, type Prepared } from './prepare.ts';
import { rotateOne } from './rotate-one.ts';
import type { BulkRun } from './run.ts';
import { openWaves, type Waves } from './waves.ts';

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

async function lane({ ctx, common }: BulkRun, ledger: Ledger, waves: Waves): Promise<void> {
  while (!ctx.signal.aborted) {
    const one = await waves.next();
    if (one === null) return;
    const refused = ledger.refusal(one);
    if (refused !== null) await one.release();
    await ledger.done(one, refused ?? (await rotateOne(ledger.ctx, common, one)));
  }
}
