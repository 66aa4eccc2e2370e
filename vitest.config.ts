import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/engines/reporter.ts'],
    // Some start programs, and the machine may be busy; what hangs hangs longer than this.
    testTimeout: 30_000,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
