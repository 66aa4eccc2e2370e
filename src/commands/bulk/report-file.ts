import { appendFile, lstat } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';

import writeFileAtomic from 'write-file-atomic';

import type { Context } from '../../context.ts';
import { FailedError } from '../../errors.ts';
import { systemCode, systemReason } from '../../files/system-error.ts';
import { quoted } from '../../model/safe-text.ts';
import { prettyJson } from '../../output/json.ts';
import { bulkMarkdown } from './markdown.ts';
import type { BulkResult } from './items.ts';

/** What is wrong with `--report`, tried before anything is sent. */
export async function reportProblems(
  { cwd }: Pick<Context, 'cwd'>,
  report: string | undefined,
): Promise<readonly string[]> {
  if (report === undefined) return [];
  const path = resolve(cwd, report);
  if (!['.md', '.json'].includes(extname(path))) {
    return [`--report ${quoted(report)} ends in neither .md nor .json`];
  }
  try {
    if (!(await lstat(dirname(path))).isDirectory())
      return [`--report: no folder ${dirname(path)}`];
    const found = await lstat(path);
    return found.isFile() ? [] : [`--report ${quoted(report)} is not a regular file`];
  } catch (error) {
    const isNew = systemCode(error) === 'ENOENT' && (await isFolder(dirname(path)));
    return isNew ? [] : [`--report ${quoted(report)}: ${systemReason(error)}`];
  }
}

async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

export interface Report {
  readonly result: BulkResult;
  readonly marker: { readonly sandbox?: true };
  /** The value of `--report`. */
  readonly path: string | undefined;
}

/**
 * Writes the report to the file of `--report` and, under GitHub Actions, to the summary of the step.
 * @throws FailedError (`report`) naming the file
 */
export async function writeReports(
  { cwd, env }: Pick<Context, 'cwd' | 'env'>,
  { result, marker, path }: Report,
): Promise<void> {
  const markdown = bulkMarkdown(result, { isSandbox: marker.sandbox === true });
  const summary = env['GITHUB_STEP_SUMMARY'] ?? '';
  if (summary !== '') await attempt(summary, () => appendFile(summary, `${markdown}\n`));
  if (path === undefined) return;
  const text = extname(path) === '.md' ? markdown : prettyJson({ ...result, ...marker });
  await attempt(path, () => writeFileAtomic(resolve(cwd, path), text));
}

async function attempt(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    const message = `the report could not be written to ${quoted(path, 200)}: ${systemReason(cause)}`;
    throw new FailedError('report', message, { cause });
  }
}
