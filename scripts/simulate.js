// Simulates runners of the program that share accounts, under faults (test/simulator). Everything follows from the seed:
//
//   npm run simulate -- --seeds 10000                     every family that holds
//   npm run simulate -- --family shared --seed 17         one simulation again, with its shortest trace
//   npm run simulate -- --family late --seeds 500 --keep-going
import { runBundled } from './bundle/run.js';

await runBundled('simulator', { input: { main: 'test/simulator/main.ts' }, external: /^jq-wasm$/ });
