import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';

import { rawText } from './bundle.js';

/**
 * Bundles programs that are written in TypeScript, and runs the one named `main` with this process's arguments; this process
 * then ends with its exit code.
 * @param {string} name of the folder that the bundles are in while they run
 * @param {{ input: { main: string } & Record<string, string>, external: RegExp }} options `external` is not bundled
 */
export async function runBundled(name, { input, external }) {
  // Below node_modules, so that what is not bundled is found.
  const folder = fileURLToPath(new URL(`../../node_modules/.cache/sactl-${name}-${process.pid}`, import.meta.url));
  const build = await rolldown({ input, platform: 'node', external, plugins: [rawText] });
  await build.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', cleanDir: true });
  await build.close();
  try {
    const { status } = spawnSync(process.execPath, [`${folder}/main.js`, ...process.argv.slice(2)], {
      stdio: 'inherit',
    });
    process.exitCode = status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
