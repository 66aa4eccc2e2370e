import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/harness/each-file.ts'],
    reporters: ['default', './test/engines/reporter.ts'],
    // Some start programs, and the machine may be busy; what hangs hangs longer than this.
    testTimeout: 30_000,
    tags: [
      { name: 'slow', description: 'Starts programs, or takes longer than half a second; not in npm run test:quick.' },
    ],
    restoreMocks: true,
    unstubEnvs: true,
    // Modules have no state, so test files share a process, which loads the program once.
    isolate: false,
    // One more than there are cores: tests wait for the disk, and for programs that they start.
    maxWorkers: availableParallelism() + 1,
  },
});
