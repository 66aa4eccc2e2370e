// Prints every sentence that the program can say (test/sentences), to be read as a whole:
//
//   npm run -s sentences > sentences.md
import { runBundled } from './bundle/run.js';

await runBundled('sentences', { input: { main: 'test/sentences/main.ts' }, external: /^rolldown/ });
