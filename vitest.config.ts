import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/harness/each-file.ts'],
    reporters: ['default', './test/engines/reporter.ts'],
    // Some start programs, and the machine may be busy; what hangs hangs longer than this.
    testTimeout: 30_000,
    restoreMocks: true,
    unstubEnvs: true,
    // Modules have no state, so test files share a process, which loads the program once.
    isolate: false,
    // One for each core; by default one core is kept for vitest itself, which has little to do.
    maxWorkers: '100%',
  },
});
