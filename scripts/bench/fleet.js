// Rotates a fleet against servers that take their time.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { serveFleet } from './fleet-server.js';
import { costOf } from './measure.js';
import { serveStore } from './store-server.js';

/** @import { Side } from './measure.js' */

const concurrency = 16;

/**
 * Rotates a fleet of three providers into files.
 * @param {{ accounts: number, delayMs: number, storeDelayMs?: number }} fleet with a state store that answers after
 *   `storeDelayMs`, where that is given
 * @returns {Side}
 */
export function rotationOf({ storeDelayMs, ...fleet }) {
  return async ({ program, flags }) => {
    const folder = mkdtempSync(join(tmpdir(), 'sactl-bench-'));
    const out = join(folder, 'out');
    mkdirSync(out);
    const { environment, seconds, close } = await serveFleet(fleet);
    const store = storeDelayMs === undefined ? null : await serveStore({ delayMs: storeDelayMs });
    try {
      const line = `sa rotate --provider all --all --yes --no-verify --quiet --json --concurrency ${concurrency}`;
      const cost = await costOf({
        words: [...flags, program, ...line.split(' '), '--to', `file:${out}/{name}`],
        env: { ...environment, ...store?.environment, HOME: folder, SACTL_STATE_DIR: join(folder, 'state') },
      });
      const written = readdirSync(out).length;
      if (written !== fleet.accounts) throw new Error(`${written} accounts were rotated`);
      return { ...cost, rotating: seconds() };
    } finally {
      close();
      store?.close();
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/**
 * The least time that as many calls take where so many are made at once.
 * @param {{ accounts: number, delayMs: number }} fleet
 * @returns {Side}
 */
export function idealOf({ accounts, delayMs }) {
  const seconds = (accounts * delayMs) / concurrency / 1000;
  return () => Promise.resolve({ time: seconds, rotating: seconds, memory: Number.NaN, cpu: Number.NaN });
}
