// Rotates a fleet against servers that take their time.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { serveFleet } from './fleet-server.js';
import { measured } from './measure.js';

/** @import { Measured } from './measure.js' */

export const fleet = { accounts: 500, delayMs: 50, concurrency: 16 };

/** The least time that as many calls take where so many are made at once. */
export const idealSeconds = (fleet.accounts * fleet.delayMs) / fleet.concurrency / 1000;

/**
 * Rotates a fleet of three providers into files; costs what passes between the first rotation's arrival at the server and
 * the last one's answer, or with `whole` all of the run.
 * @param {string} program
 * @param {{ whole: boolean }} options
 * @returns {Measured}
 */
export function rotations(program, { whole }) {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sactl-bench-'));
    const out = join(folder, 'out');
    mkdirSync(out);
    const { environment, seconds, close } = await serveFleet(fleet);
    try {
      const words = `sa rotate --provider all --all --yes --no-verify --quiet --json --concurrency ${fleet.concurrency}`;
      const command = [program, ...words.split(' '), '--to', `file:${out}/{name}`];
      const cost = await measured(command, { ...environment, HOME: folder, SACTL_STATE_DIR: join(folder, 'state') })();
      const written = readdirSync(out).length;
      if (written !== fleet.accounts) throw new Error(`${written} accounts were rotated`);
      return whole ? cost : { ...cost, seconds: seconds() };
    } finally {
      close();
      rmSync(folder, { recursive: true, force: true });
    }
  };
}
