// Makes mistakes in the program, one at a time, and sees whether the tests notice them (test/mutate). Which ones, follows from
// the seed:
//
//   npm run mutate -- --mutants 300 --seed 1        of delivery, state, http and the adapters
//   npm run mutate -- --only src/http/client.ts     of one file; or one mutant, by its id
//   npm run mutate -- --list                        says which ones, and tries none
//   npm run mutate -- --resume                      goes on after an interruption
//
// It exits with 1 where fewer than 95 % are killed.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';

/** Below node_modules, so that what is not bundled is found. */
const folder = fileURLToPath(new URL(`../node_modules/.cache/sactl-mutate-${process.pid}`, import.meta.url));

const build = await rolldown({
  input: { main: 'test/mutate/main.ts', runner: 'test/mutate/runner.ts' },
  platform: 'node',
  external: /^(?:vitest|rolldown|typescript)/,
});
await build.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', cleanDir: true });
await build.close();
try {
  const { status } = spawnSync(process.execPath, [`${folder}/main.js`, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
