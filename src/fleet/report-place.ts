import { lstat, open, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';

import type { Context } from '../context.ts';
import { foldPlace, type AccountTarget } from '../delivery/targets/distinct.ts';
import { systemCode, systemReason } from '../files/system-error.ts';
import { quoted } from '../model/text.ts';

/** What is wrong with `--report`, tried before anything is sent. */
export async function reportProblems(
  { cwd, uuid }: Pick<Context, 'cwd' | 'uuid'>,
  report: string | undefined,
): Promise<readonly string[]> {
  if (report === undefined) return [];
  if (!['.md', '.json'].includes(extname(report))) {
    return [`--report ${quoted(report)} ends in neither .md nor .json`];
  }
  const problem = await problemOf(resolve(cwd, report), `.sactl-${uuid()}.tmp`);
  return problem === null ? [] : [`--report ${quoted(report, 200)}: ${problem}`];
}

/** A file of the name `trial` is made beside it, and removed. */
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

/** What the report would be written over: the credentials are where they are wanted before it. */
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
