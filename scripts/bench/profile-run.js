// Runs commands under V8's profiler, with a bundle whose functions have their names.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { addJq, bundle } from '../bundle/bundle.js';
import { summaryOf } from './profile.js';

/** @import { Side } from './measure.js' */
/** @import { Locate, Profile } from './profile.js' */

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Bundles the program into a folder as it is built, but not minified and with maps to its source.
 * @param {string} dir
 */
export async function bundleForProfiles(dir) {
  await bundle({ dir, output: { minify: false, sourcemap: 'hidden' } });
  addJq(dir);
  return join(dir, 'bin.cjs');
}

/** Looks places up in the maps beside the bundled files. @returns {Locate} */
function locator() {
  /** @type {Map<string, SourceMap | null>} */
  const maps = new Map();
  return (url, line, column) => {
    if (!url.startsWith('file:')) return url;
    const file = fileURLToPath(url);
    if (!maps.has(file)) {
      const path = `${file}.map`;
      maps.set(file, existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : null);
    }
    const entry = maps.get(file)?.findEntry(line, column);
    if (entry === undefined || !('originalSource' in entry)) return `what the bundler adds to ${basename(file)}`;
    return `${relative(root, resolve(dirname(file), entry.originalSource))}:${entry.originalLine + 1}`;
  };
}

/** @param {string} folder @returns {readonly Profile[]} */
function profilesIn(folder) {
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

/**
 * Where the time of a command goes. What Node does before its profiler runs is not in it.
 * @param {Side} side
 * @param {{ program: string, folder: string, runs: number }} options what is written goes to the folder
 */
export async function profileOf(side, { program, folder, runs }) {
  const dir = join(folder, 'profiles');
  mkdirSync(dir);
  try {
    const flags = ['--cpu-prof', `--cpu-prof-dir=${dir}`, '--cpu-prof-interval=100'];
    for (let run = 0; run < runs; run += 1) await side({ program, flags });
    return summaryOf(profilesIn(dir), locator(), { runs });
  } finally {
    rmSync(dir, { recursive: true });
  }
}
