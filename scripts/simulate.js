// Simulates runners of the program that share accounts, under faults (test/simulator). Everything follows from the seed:
//
//   npm run simulate -- --seeds 10000                     every family that holds
//   npm run simulate -- --family shared --seed 17         one simulation again, with its shortest trace
//   npm run simulate -- --family late --seeds 500 --keep-going
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';

import { rawText } from './bundle/bundle.js';

/** Below node_modules, so that what is not bundled is found. */
const folder = fileURLToPath(new URL(`../node_modules/.cache/sactl-simulator-${process.pid}`, import.meta.url));

const build = await rolldown({
  input: { main: 'test/simulator/main.ts' },
  platform: 'node',
  external: ['jq-wasm'],
  plugins: [rawText],
});
await build.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', cleanDir: true });
await build.close();
try {
  const { status } = spawnSync(process.execPath, [`${folder}/main.js`, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
