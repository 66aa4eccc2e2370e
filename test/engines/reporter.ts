import type { Reporter, TestModule, TestSuite, Vitest } from 'vitest/node';

/** Says in one line at the end which engines were not there, so that nothing was tested on them. */
export class MissingEngines implements Reporter {
  #leavesOut = false;

  onInit({ config }: Vitest): void {
    this.#leavesOut = config.tagsFilter !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // Without the slow tests, no engine was looked for.
    if (this.#leavesOut) return;
    const engines = modules.filter(({ moduleId }) => moduleId.includes('/test/engines/'));
    const missing = engines.flatMap((module) => [...module.children.suites()].filter(isSkipped));
    if (missing.length === 0) return;
    const names = missing.map(({ name }) => name).join(', ');
    process.stdout.write(`not tested, because it is not here: ${names} (CONTRIBUTING.md, "Engines")\n`);
  }
}

function isSkipped(suite: TestSuite): boolean {
  return suite.state() === 'skipped';
}

// oxlint-disable-next-line import/no-default-export -- how vitest loads a reporter
export default MissingEngines;
