import { lstat, open, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

import type { Context } from '../context.ts';
import type { FailedError } from '../errors.ts';
import { replaceFile } from '../files/replace-file.ts';
import { systemCode, systemReason } from '../files/system-error.ts';
import { quoted } from '../model/text.ts';
import { prettyJson } from '../output/serialize.ts';
import { failureAt, writeSummary } from '../session/job-summary.ts';
import { doneHeader, doneRow, failedHeader, failedRow, section } from '../session/markdown.ts';
import type { CommandOutput } from '../session/output.ts';
import type { BulkResult } from './items.ts';
import { foldPlace, type AccountTarget } from '../delivery/targets/distinct.ts';
import { straying, userPath, userPlace, type PathStart, type UserPlace } from '../files/home.ts';

/** What a report needs of its command. */
export type Reporter = Pick<CommandOutput, 'marker' | 'note'> & {
  readonly ctx: PathStart & Pick<Context, 'env' | 'stderr' | 'platform' | 'timeout' | 'uuid'>;
};

/**
 * Writes the report to the page of the job's run, where its system has a place for it, and to the file of `--report`; a
 * failure of one does not stop the other.
 * @param path the value of `--report`
 * @returns a FailedError (`report`) for each that could not be written, naming the file
 */
export async function writeReports(
  reporter: Reporter,
  result: BulkResult,
  path: string | undefined,
): Promise<readonly FailedError[]> {
  const { ctx, note } = reporter;
  const failures = [
    await writeSummary(ctx, () => markdownOf(reporter, result), note),
    path === undefined ? null : await writeReport(reporter, result, path),
  ];
  return failures.filter((failure) => failure !== null);
}

/** Writes the report to the file of `--report`. @returns a FailedError (`report`) that names it, or null */
export function writeReport(reporter: Reporter, result: BulkResult, path: string): Promise<FailedError | null> {
  const { ctx, marker } = reporter;
  const text = extname(path) === '.md' ? markdownOf(reporter, result) : prettyJson({ ...result, ...marker });
  return failureAt(path, () => replaceReport(userPlace(path, ctx), text));
}

function markdownOf({ marker }: Pick<Reporter, 'marker'>, result: BulkResult): string {
  return bulkMarkdown(result, { isSandbox: marker.sandbox === true });
}

async function replaceReport(place: UserPlace, text: string): Promise<void> {
  const { path } = place;
  const problem = await straying(place, await realpath(dirname(path)), new Map());
  if (problem !== null) throw new Error(problem);
  await replaceFile(path, text, { like: await stat(path).catch(() => null), mode: 0o666 });
}

/** The report as GitHub's Markdown. Text of providers is escaped, so that it cannot become a link, a mention or HTML. */
export function bulkMarkdown(
  { rotated, delivered, skipped, failed }: BulkResult,
  { isSandbox }: { readonly isSandbox: boolean },
): string {
  const skippedRows = skipped.map(({ name, provider, reason, detail }) => {
    return [name, provider, detail === null ? reason : `${reason}: ${detail}`];
  });
  const text = [
    `## Rotation of service accounts${isSandbox ? ' (sandbox)' : ''}`,
    `${countsOf({ rotated, delivered })}, ${skipped.length} skipped, ${failed.length} failed.`,
    ...section('Failed', failedHeader, failed.map(failedRow)),
    ...section('Rotated', doneHeader, rotated.map(doneRow)),
    ...section('Delivered', doneHeader, delivered.map(doneRow)),
    ...section('Skipped', ['account', 'provider', 'why'], skippedRows),
  ].join('\n\n');
  return `${text}\n`;
}

/** e.g. `3 rotated, 1 delivered` */
export function countsOf({ rotated, delivered }: Pick<BulkResult, 'rotated' | 'delivered'>): string {
  return `${rotated.length} rotated${delivered.length === 0 ? '' : `, ${delivered.length} delivered`}`;
}

/** The problem of `--report`, which is tried before anything is sent. */
export async function reportProblems(
  ctx: PathStart & Pick<Context, 'uuid'>,
  report: string | undefined,
): Promise<readonly string[]> {
  if (report === undefined) return [];
  if (!['.md', '.json'].includes(extname(report))) return [`--report ${quoted(report)} ends in neither .md nor .json`];
  const problem = await problemOf(userPlace(report, ctx), `.sactl-${ctx.uuid()}.tmp`);
  return problem === null ? [] : [`--report ${quoted(report, 200)}: ${problem}`];
}

/** Makes a file beside it, and removes it. */
async function problemOf(place: UserPlace, verification: string): Promise<string | null> {
  const { path } = place;
  const folder = dirname(path);
  try {
    if (!(await stat(folder)).isDirectory()) return `${folder} is not a folder`;
    const problem = await straying(place, await realpath(folder), new Map());
    if (problem !== null) return problem;
    const file = await open(join(folder, verification), 'wx');
    await file.close();
    await rm(join(folder, verification));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return `there is no folder ${folder}`;
    return `cannot write in ${folder}: ${systemReason(error)}`;
  }
  const isFile = await lstat(path).then(
    (found) => found.isFile(),
    (error: unknown) => systemCode(error) === 'ENOENT',
  );
  return isFile ? null : 'it is there, and not a regular file';
}

/** The problem of a report that would overwrite a credential. */
export async function reportPlaceProblems(
  ctx: PathStart,
  report: string | undefined,
  targets: readonly AccountTarget[],
): Promise<readonly string[]> {
  if (report === undefined) return [];
  const path = userPath(report, ctx);
  const own = foldPlace(join(await realpath(dirname(path)), basename(path)));
  const met = targets.find(({ place }) => foldPlace(place.place) === own);
  if (met === undefined) return [];
  return [`--report ${quoted(report, 200)} is where ${met.target} for ${met.account} goes`];
}
