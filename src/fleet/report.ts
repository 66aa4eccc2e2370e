import { appendFile, lstat, open, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';

import type { Context } from '../context.ts';
import { FailedError } from '../errors.ts';
import { replaceFile } from '../files/replace-file.ts';
import { systemCode, systemReason } from '../files/system-error.ts';
import { quoted, safeText } from '../model/text.ts';
import { prettyJson } from '../output/serialize.ts';
import type { BulkResult, FailedItem, RotatedItem, SkippedItem } from './items.ts';
import { foldPlace, type AccountTarget } from '../delivery/targets/distinct.ts';

/**
 * Writes the report to the file of `--report` and, under GitHub Actions, to the summary of the step; a failure of one does
 * not stop the other.
 * @param path the value of `--report`
 * @returns a FailedError (`report`) for each that could not be written, naming the file
 */
export async function writeReports(
  { cwd, env }: Pick<Context, 'cwd' | 'env'>,
  {
    result,
    marker,
    path,
  }: { readonly result: BulkResult; readonly marker: { readonly sandbox?: true }; readonly path: string | undefined },
): Promise<readonly FailedError[]> {
  const markdown = bulkMarkdown(result, { isSandbox: marker.sandbox === true });
  const summary = env['GITHUB_STEP_SUMMARY'] ?? '';
  const text = extname(path ?? '') === '.md' ? markdown : prettyJson({ ...result, ...marker });
  const failures = [
    summary === '' ? null : await failureAt(summary, () => appendFile(summary, `${markdown}\n`)),
    path === undefined ? null : await failureAt(path, () => replaceReport(resolve(cwd, path), text)),
  ];
  return failures.filter((failure) => failure !== null);
}

async function replaceReport(path: string, text: string): Promise<void> {
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
  { rotated, skipped, failed }: BulkResult,
  { isSandbox }: { readonly isSandbox: boolean },
): string {
  const sections = [
    section('Failed', failedTable(failed)),
    section('Rotated', rotatedTable(rotated)),
    section('Skipped', skippedTable(skipped)),
  ];
  const title = `## Rotation of service accounts${isSandbox ? ' (sandbox)' : ''}`;
  const counts = `${rotated.length} rotated, ${skipped.length} skipped, ${failed.length} failed.`;
  return [title, counts, ...sections.filter((text) => text !== '')].join('\n\n').concat('\n');
}

function failedTable(items: readonly FailedItem[]): string {
  return markdownTable(
    ['account', 'provider', 'exit code', 'what happened', 'what helps'],
    items.map(({ name, provider, exitCode, error }) => [
      name ?? 'all',
      provider,
      String(exitCode),
      error.message,
      error.hint ?? '',
    ]),
  );
}

function rotatedTable(items: readonly RotatedItem[]): string {
  return markdownTable(
    ['account', 'provider', 'expires', 'fingerprint', 'delivered to'],
    items.map(({ name, provider, expiresAt, credential, deliveredTo }) => [
      name,
      provider,
      credential?.expiresAt ?? expiresAt ?? '',
      credential?.fingerprint ?? '',
      deliveredTo.map(({ target }) => target).join(', '),
    ]),
  );
}

function skippedTable(items: readonly SkippedItem[]): string {
  return markdownTable(
    ['account', 'provider', 'why'],
    items.map(({ name, provider, reason, detail }) => [
      name,
      provider,
      detail === null ? reason : `${reason}: ${detail}`,
    ]),
  );
}

function section(title: string, table: string): string {
  return table === '' ? '' : `### ${title}\n\n${table}`;
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  return [header, header.map(() => '---'), ...rows.map((row) => row.map(escaped))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
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
  { cwd, uuid }: Pick<Context, 'cwd' | 'uuid'>,
  report: string | undefined,
): Promise<readonly string[]> {
  if (report === undefined) return [];
  if (!['.md', '.json'].includes(extname(report))) return [`--report ${quoted(report)} ends in neither .md nor .json`];
  const problem = await problemOf(resolve(cwd, report), `.sactl-${uuid()}.tmp`);
  return problem === null ? [] : [`--report ${quoted(report, 200)}: ${problem}`];
}

/** Makes a file beside it, and removes it. */
async function problemOf(path: string, verification: string): Promise<string | null> {
  const folder = dirname(path);
  try {
    if (!(await stat(folder)).isDirectory()) return `${folder} is not a folder`;
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
  { cwd }: Pick<Context, 'cwd'>,
  report: string | undefined,
  targets: readonly AccountTarget[],
): Promise<readonly string[]> {
  if (report === undefined) return [];
  const path = resolve(cwd, report);
  const own = foldPlace(join(await realpath(dirname(path)), basename(path)));
  const places = await Promise.all(targets.map(({ target }) => target.place()));
  const at = places.findIndex(({ place }) => foldPlace(place) === own);
  const met = targets[at];
  if (met === undefined) return [];
  return [`--report ${quoted(report, 200)} is where ${met.target.name} for ${met.account} goes`];
}
