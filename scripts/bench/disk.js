// What the disk makes of many small files.
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const files = 500;

/** @param {string} folder */
function makeFiles(folder) {
  mkdirSync(folder);
  for (let file = 0; file < files; file += 1) closeSync(openSync(join(folder, String(file)), 'wx'));
}

/**
 * Milliseconds that a new file takes in a folder after as many have been removed there, as a fleet does it for each account.
 * @param {string} parent
 */
export function fileCost(parent) {
  const folder = join(parent, 'files');
  makeFiles(folder);
  rmSync(folder, { recursive: true });
  const started = process.hrtime.bigint();
  makeFiles(folder);
  const milliseconds = Number(process.hrtime.bigint() - started) / 1e6 / files;
  rmSync(folder, { recursive: true });
  return milliseconds;
}
