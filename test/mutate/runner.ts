import { createVitest, type TestModule, type TestSpecification, type Vitest } from 'vitest/node';

import type { Answer, Question, Setup } from './messages.ts';

// A process that keeps vitest and all that it has transformed, and is asked for one mutant after the other. Whoever asks ends
// it when it does not answer.

/** The tests in the order in which they are asked for. */
class AsAsked {
  sort(files: TestSpecification[]): TestSpecification[] {
    return files;
  }

  shard(files: TestSpecification[]): TestSpecification[] {
    return files;
  }
}

process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
process.once('message', (setup: Setup) => {
  void open(setup);
});

async function open({ root, measure }: Setup): Promise<void> {
  let texts: Readonly<Record<string, string>> = {};
  const vitest = await createVitest(
    'test',
    {
      root,
      run: true,
      watch: false,
      reporters: [{}],
      bail: measure === null ? 1 : 0,
      maxWorkers: 1,
      // A mutant is in what the next file imports, too.
      isolate: true,
      update: false,
      sequence: { sequencer: AsAsked },
      ...(measure === null ? {} : { setupFiles: [measure.hits] }),
    },
    { plugins: [{ name: 'mutants', enforce: 'pre', load: (id) => texts[id] ?? measure?.texts[id] ?? null }] },
  );
  process.on('message', ({ change, tests }: Question) => {
    void (async () => {
      texts = change === null ? {} : { [change.path]: change.text };
      if (change !== null) vitest.invalidateFile(change.path);
      const answer = await run(vitest, tests);
      texts = {};
      if (change !== null) vitest.invalidateFile(change.path);
      process.send?.(answer);
    })();
  });
  process.send?.('open');
}

async function run(vitest: Vitest, tests: Question['tests']): Promise<Answer> {
  const project = vitest.getRootProject();
  // What failed in an earlier run would end this one at once.
  vitest.state.filesMap.clear();
  vitest.state.idMap.clear();
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(
    tests.map(({ path, ids }) => project.createSpecification(path, ids === null ? undefined : { testIds: [...ids] })),
  );
  const failures = testModules.flatMap(failuresOf);
  const broken = testModules.filter((module) => !module.ok() && failuresOf(module).length === 0);
  const [thrown] = unhandledErrors;
  const [failure = thrown === undefined ? undefined : `an error that nobody caught: ${messageOf(thrown)}`] = failures;
  const [unloaded] = broken.flatMap((module) => module.errors());
  return {
    kind: kindOf(failure, broken),
    by: failure ?? (unloaded === undefined ? '' : messageOf(unloaded)),
    loadMs: sum(testModules.map((module) => module.diagnostic().collectDuration)),
    sites: testModules.flatMap((module) => module.meta().sites ?? []),
    tests: testModules.flatMap((module) =>
      [...module.children.allTests('passed')].map((test) => ({
        id: test.id,
        ms: test.diagnostic()?.duration ?? 0,
        sites: test.meta().sites ?? [],
      })),
    ),
  };
}

function kindOf(failure: string | undefined, broken: readonly TestModule[]): Answer['kind'] {
  if (failure !== undefined) return 'failed';
  return broken.length > 0 ? 'invalid' : 'passed';
}

function failuresOf(module: TestModule): readonly string[] {
  return [...module.children.allTests('failed')].map((test) => {
    const [error] = test.result().errors ?? [];
    return `${module.relativeModuleId} > ${test.fullName}: ${messageOf(error)}`;
  });
}

function messageOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
  return message.split('\n')[0]?.slice(0, 160) ?? '';
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
