// Rotates a fleet against servers that take their time.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { serveFleet } from './fleet-server.js';
import { costOf } from './measure.js';
import { serveStore } from './store-server.js';

/** @import { Cost, Side } from './measure.js' */

const concurrency = 16;

const bareRotation = fileURLToPath(new URL('bare-rotation.js', import.meta.url));

/** @typedef {{ accounts: number, delayMs: number }} Fleet half of the accounts are nscale's, half Run:ai's; a call takes `delayMs` */

/**
 * Rotates a fleet of three providers into files.
 * @param {Fleet & { home: string, storeDelayMs?: number }} fleet with a state store that answers after `storeDelayMs`, where
 *   that is given; what V8 compiled is kept in `home`, as at any start but the first
 * @returns {Side}
 */
export function rotationOf({ storeDelayMs, home, ...fleet }) {
  return ({ program, flags }) =>
    rotated(fleet, async ({ folder, out, environment }) => {
      const store = storeDelayMs === undefined ? null : await serveStore({ delayMs: storeDelayMs });
      const line = `sa rotate --provider all --all --yes --no-verify --quiet --json --concurrency ${concurrency}`;
      try {
        return await costOf({
          words: [...flags, program, ...line.split(' '), '--to', `file:${out}/{name}`],
          env: { ...environment, ...store?.environment, HOME: home, SACTL_STATE_DIR: join(folder, 'state') },
        });
      } finally {
        store?.close();
      }
    });
}

/** The same by a script that does nothing else. @param {Fleet} fleet @returns {Side} */
export function bareRotationOf(fleet) {
  return () =>
    rotated(fleet, ({ out, environment }) =>
      costOf({ words: [bareRotation, out, String(concurrency)], env: environment }),
    );
}

/**
 * Serves a fleet, and makes sure that all of it was rotated.
 * @param {Fleet} fleet
 * @param {(at: { folder: string, out: string, environment: Record<string, string> }) => Promise<Cost>} rotate each
 *   credential into a file of `out`; `folder` is for all else
 * @returns {Promise<Cost>}
 */
async function rotated(fleet, rotate) {
  const folder = mkdtempSync(join(tmpdir(), 'sactl-bench-'));
  const out = join(folder, 'out');
  mkdirSync(out);
  const { environment, seconds, close } = await serveFleet(fleet);
  try {
    const cost = await rotate({ folder, out, environment });
    const written = readdirSync(out).length;
    if (written !== fleet.accounts) throw new Error(`${written} accounts were rotated`);
    return { ...cost, rotating: seconds() };
  } finally {
    close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The least time that as many calls take where so many are made at once.
 * @param {Fleet} fleet
 * @returns {Side}
 */
export function idealOf({ accounts, delayMs }) {
  const seconds = (accounts * delayMs) / concurrency / 1000;
  return () => Promise.resolve({ time: seconds, rotating: seconds, memory: Number.NaN, cpu: Number.NaN });
}
