import { appendFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';

import writeFileAtomic from 'write-file-atomic';

import type { Context } from '../context.ts';
import { FailedError } from '../errors.ts';
import { systemReason } from '../files/system-error.ts';
import { quoted } from '../model/text.ts';
import { prettyJson } from '../output/json.ts';
import type { BulkResult } from './items.ts';
import { bulkMarkdown } from './markdown.ts';

export interface Report {
  readonly result: BulkResult;
  readonly marker: { readonly sandbox?: true };
  /** The value of `--report`. */
  readonly path: string | undefined;
}

/**
 * Writes the report to the file of `--report` and, under GitHub Actions, to the summary of the step; what keeps it from one
 * of them does not keep it from the other.
 * @returns a FailedError (`report`) for each that could not be written, naming the file
 */
export async function writeReports(
  { cwd, env }: Pick<Context, 'cwd' | 'env'>,
  { result, marker, path }: Report,
): Promise<readonly FailedError[]> {
  const markdown = bulkMarkdown(result, { isSandbox: marker.sandbox === true });
  const summary = env['GITHUB_STEP_SUMMARY'] ?? '';
  const failures = [
    summary === '' ? null : await failureAt(summary, () => appendFile(summary, `${markdown}\n`)),
    path === undefined
      ? null
      : await failureAt(path, () =>
          writeFileAtomic(
            resolve(cwd, path),
            extname(path) === '.md' ? markdown : prettyJson({ ...result, ...marker }),
          ),
        ),
  ];
  return failures.filter((failure) => failure !== null);
}

async function failureAt(path: string, write: () => Promise<void>): Promise<FailedError | null> {
  try {
    await write();
    return null;
  } catch (cause) {
    const message = `the report could not be written to ${quoted(path, 200)}: ${systemReason(cause)}`;
    return new FailedError('report', message, { cause });
  }
}
