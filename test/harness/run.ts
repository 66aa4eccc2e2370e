import { main, wantsJson } from '../../src/main.ts';
import { testContext, type TestContext, type TestContextOptions } from './context.ts';
import { saidInJson } from './stderr.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  /** Where JSON is asked for, notes are as people read them: see `saidInJson`. */
  readonly stderr: string;
}

/** Runs one command line in process. */
export async function run(argv: readonly string[], options: TestContextOptions = {}): Promise<Outcome> {
  return runIn(testContext(options), argv);
}

/** Runs one command line in a context the test goes on to look at, e.g. for the waits that were asked for. */
export async function runIn({ ctx, stdout, stderr }: TestContext, argv: readonly string[]): Promise<Outcome> {
  const code = await main(argv, ctx);
  const { isTTY } = ctx.stderr;
  return { code, stdout: stdout(), stderr: wantsJson(argv) ? saidInJson(stderr(), { isTTY }) : stderr() };
}
