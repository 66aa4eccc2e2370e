import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Context } from '../context.ts';
import { FailedError } from '../errors.ts';
import { systemReason } from '../files/system-error.ts';
import type { CiSummary } from '../model/ci-systems.ts';
import { Secret } from '../model/credential.ts';
import { isReadByRunner, summaryOf } from '../model/run-environment.ts';
import { quoted } from '../model/text.ts';

type SummaryContext = Pick<Context, 'env' | 'stderr' | 'cwd' | 'platform' | 'homeDirectory' | 'timeout' | 'uuid'>;

/**
 * Shows Markdown without secrets on the page of this CI job's run, where its system has a place for that.
 * @param markdownOf makes it, where there is such a place
 * @param note tells the user one line on stderr: what a program or a runner of the system does not do is no failure
 * @returns a FailedError (`report`) that names the file that could not be written; null otherwise
 */
export async function writeSummary(
  ctx: SummaryContext,
  markdownOf: () => string,
  note: (text: string) => Promise<void>,
): Promise<FailedError | null> {
  const place = summaryOf(ctx.env);
  if (place === null) return null;
  const markdown = markdownOf();
  if (place.kind === 'file') {
    const path = ctx.env[place.variable] ?? '';
    return failureAt(path, () => appendFile(path, `${markdown}\n`));
  }
  const problem = await (place.kind === 'upload' ? upload(ctx, place, markdown) : runProgram(ctx, place, markdown));
  if (problem !== null) await note(`the report is not on the page of the run: ${problem}`);
  return null;
}

/** Does what writes a report. @returns a FailedError (`report`) that names the file, where that fails */
export async function failureAt(path: string, write: () => Promise<void>): Promise<FailedError | null> {
  try {
    await write();
    return null;
  } catch (cause) {
    const message = `the report could not be written to ${quoted(path, 200)}: ${systemReason(cause)}`;
    return new FailedError('report', message, { cause });
  }
}

/** The agent, which may be another user, reads the file after the step. */
async function upload(
  { env, stderr, uuid }: SummaryContext,
  { variable, of }: Extract<CiSummary, { readonly kind: 'upload' }>,
  markdown: string,
): Promise<string | null> {
  const folder = env[variable] ?? '';
  if (!isReadByRunner(stderr)) return null;
  const path = join(folder, `sactl-${uuid()}.md`);
  const failure = await failureAt(path, () => writeFile(path, markdown, { flag: 'wx', mode: 0o644 }));
  if (failure !== null) return failure.message;
  await stderr.write(`${of(path)}\n`);
  return null;
}

async function runProgram(
  ctx: SummaryContext,
  program: Extract<CiSummary, { readonly kind: 'program' }>,
  markdown: string,
): Promise<string | null> {
  const { runJobProgram } = await import('../delivery/job-program.ts');
  const { isThere, problem } = await runJobProgram(ctx, program, { input: new Secret(`${markdown}\n`), secrets: [] });
  // Without it there is no such place; that nothing is masked either was told.
  return isThere ? problem : null;
}
