import { appendFile, lstat, open, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

import type { Context } from '../context.ts';
import { FailedError } from '../errors.ts';
import { replaceFile } from '../files/replace-file.ts';
import { systemCode, systemReason } from '../files/system-error.ts';
import { quoted, safeText } from '../model/text.ts';
import { prettyJson } from '../output/serialize.ts';
import type { CommandOutput } from '../session/output.ts';
import type { BulkResult, RotatedItem } from './items.ts';
import { foldPlace, type AccountTarget } from '../delivery/targets/distinct.ts';
import { straying, userPath, userPlace, type PathStart, type UserPlace } from '../files/home.ts';

/**
 * Writes the report to the file of `--report` and, under GitHub Actions, to the summary of the step; a failure of one does
 * not stop the other.
 * @param path the value of `--report`
 * @returns a FailedError (`report`) for each that could not be written, naming the file
 */
export async function writeReports(
  ctx: PathStart & Pick<Context, 'env'>,
  result: BulkResult,
  { marker, path }: Pick<CommandOutput, 'marker'> & { readonly path: string | undefined },
): Promise<readonly FailedError[]> {
  const markdown = bulkMarkdown(result, { isSandbox: marker.sandbox === true });
  const summary = ctx.env['GITHUB_STEP_SUMMARY'] ?? '';
  const text = extname(path ?? '') === '.md' ? markdown : prettyJson({ ...result, ...marker });
  const failures = [
    summary === '' ? null : await failureAt(summary, () => appendFile(summary, `${markdown}\n`)),
    path === undefined ? null : await failureAt(path, () => writeReport(userPlace(path, ctx), text)),
  ];
  return failures.filter((failure) => failure !== null);
}

async function writeReport(place: UserPlace, text: string): Promise<void> {
  const { path } = place;
  const problem = await straying(place, await realpath(dirname(path)), new Map());
  if (problem !== null) throw new Error(problem);
  await replaceFile(path, text, { like: await stat(path).catch(() => null), mode: 0o666 });
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

/** The report as GitHub's Markdown. Text of providers is escaped, so that it cannot become a link, a mention or HTML. */
export function bulkMarkdown(
  { rotated, delivered, skipped, failed }: BulkResult,
  { isSandbox }: { readonly isSandbox: boolean },
): string {
  const failedRows = failed.map(({ name, provider, exitCode, error }) => {
    return [name ?? 'all', provider, String(exitCode), error.message, error.hint ?? ''];
  });
  const skippedRows = skipped.map(({ name, provider, reason, detail }) => {
    return [name, provider, detail === null ? reason : `${reason}: ${detail}`];
  });
  const text = [
    `## Rotation of service accounts${isSandbox ? ' (sandbox)' : ''}`,
    `${countsOf({ rotated, delivered })}, ${skipped.length} skipped, ${failed.length} failed.`,
    ...section('Failed', ['account', 'provider', 'exit code', 'what happened', 'what helps'], failedRows),
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

const doneHeader = ['account', 'provider', 'expires', 'fingerprint', 'delivered to'];

function doneRow({ name, provider, expiresAt, credential, deliveredTo }: RotatedItem): readonly string[] {
  const targets = deliveredTo.map(({ target }) => target).join(', ');
  return [name, provider, credential?.expiresAt ?? expiresAt ?? '', credential?.fingerprint ?? '', targets];
}

/** A table under its title; nothing without rows. */
function section(title: string, header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const cells = [header, header.map(() => '---'), ...rows.map((row) => row.map(escaped))];
  return [`### ${title}`, cells.map((row) => `| ${row.join(' | ')} |`).join('\n')];
}

/** An `@` names nobody when a joiner of no width follows it, and an address without its colon or dot is no link. */
function escaped(text: string): string {
  return safeText(text)
    .replaceAll(/[\\`*_[\]<>|#!~&]/g, String.raw`\$&`)
    .replaceAll(/(?<=\b(?:https?|ftp)):(?=\/\/)|(?<=\bwww)\./gi, String.raw`\$&`)
    .replaceAll('@', '@\u200D');
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
    return `nothing can be written in ${folder}: ${systemReason(error)}`;
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
  const places = await Promise.all(targets.map(({ target }) => target.place()));
  const at = places.findIndex(({ place }) => foldPlace(place) === own);
  const met = targets[at];
  if (met === undefined) return [];
  return [`--report ${quoted(report, 200)} is where ${met.target.name} for ${met.account} goes`];
}
