// Makes mistakes in the program, one at a time, and sees whether the tests notice them (test/mutate). Which ones, follows from
// the seed:
//
//   npm run mutate -- --mutants 300 --seed 1        of delivery, state, http and the adapters
//   npm run mutate -- --only src/http/client.ts     of one file; or one mutant, by its id
//   npm run mutate -- --list                        says which ones, and tries none
//   npm run mutate -- --resume                      goes on after an interruption
//
// It exits with 1 where fewer than 95 % are killed.
import { runBundled } from './bundle/run.js';

await runBundled('mutate', {
  input: { main: 'test/mutate/main.ts', runner: 'test/mutate/runner.ts' },
  external: /^(?:vitest|rolldown|typescript)/,
});
