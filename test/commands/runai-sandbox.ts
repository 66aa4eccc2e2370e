import type { TestContextOptions } from '../harness/context.ts';
import { run, type Outcome } from '../harness/run.ts';
import { workFolder } from './support.ts';

export type RunaiSandbox = (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;

/** A sandbox of its own for one test, on its first day; every command runs with `--sandbox --provider runai`. */
export async function runaiSandbox(): Promise<RunaiSandbox> {
  const env = { SACTL_STATE_DIR: await workFolder() };
  return (argv, options = {}) =>
    run([...argv, '--sandbox', '--provider', 'runai'], { ...options, env: { ...env, ...options.env } });
}

/** Lines on stderr as the sandbox marks them. */
export function marked(...lines: readonly string[]): string {
  return lines.map((line) => `[sandbox] ${line}\n`).join('');
}
