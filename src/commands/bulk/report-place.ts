import { access, constants, lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';

import type { Context } from '../../context.ts';
import { foldPlace, type AccountTarget } from '../../delivery/targets/distinct.ts';
import { systemCode, systemReason } from '../../files/system-error.ts';
import { quoted } from '../../model/safe-text.ts';

/** What is wrong with `--report`, tried before anything is sent. */
export async function reportProblems(
  { cwd }: Pick<Context, 'cwd'>,
  report: string | undefined,
): Promise<readonly string[]> {
  if (report === undefined) return [];
  if (!['.md', '.json'].includes(extname(report))) {
    return [`--report ${quoted(report)} ends in neither .md nor .json`];
  }
  const problem = await problemOf(resolve(cwd, report));
  return problem === null ? [] : [`--report ${quoted(report, 200)}: ${problem}`];
}

async function problemOf(path: string): Promise<string | null> {
  const folder = dirname(path);
  try {
    if (!(await stat(folder)).isDirectory()) return `${folder} is not a folder`;
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const isMissing = systemCode(error) === 'ENOENT';
    return isMissing ? `there is no folder ${folder}` : `${folder}: ${systemReason(error)}`;
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
