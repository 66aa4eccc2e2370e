import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { isBelow, straying, userPlace, type UserPlace } from '../../files/home.ts';
import { wayTo, type KnownWays, type Way } from '../../files/private-directory.ts';
import { systemCode } from '../../files/system-error.ts';
import { expand, placeholderProblems } from './expand.ts';
import type { TargetSpec } from './scheme.ts';
import { attempt, refusal } from './system-call.ts';
import type { Subject, TargetContext, TargetEnvironment } from './target.ts';

/** What is wrong with the path after `file:` and the like. */
export function pathProblems({ body }: TargetSpec): readonly string[] {
  if (/\p{Cc}/u.test(body)) return ['a path must not have control characters'];
  if (/(?:^|[/\\])\.{0,2}$/.test(body) || body === '~') return ["it names a folder; a file's name must follow"];
  return placeholderProblems(body);
}

/**
 * The place for one account. Only a `~/` the user typed is the home directory.
 * @throws UsageError as `expand` and `userPlace` do
 */
export function placeFor({ body }: TargetSpec, subject: Subject, { ctx }: TargetEnvironment): UserPlace {
  return userPlace(body, ctx, (text) => expand(text, subject));
}

/**
 * The path by way of its folder's real path: what two paths to one file have in common.
 * @param known see `wayTo`
 * @throws TargetError when there is no such folder, when a link leads a relative path out of where it starts, when another
 * user put something in the way, or when the sandbox must not write there (docs/design.md 7)
 */
export async function locate(place: UserPlace, environment: TargetEnvironment, known?: KnownWays): Promise<string> {
  const { ctx, files, isSandbox } = environment;
  const { folder, problem } = await attempt(`${place.path} cannot be reached`, async () => wayOf(place, ctx, known));
  if (isSandbox && !isBelow(folder, await realpath(ctx.cwd))) {
    throw refusal(`the sandbox writes files below the working directory only, ${ctx.cwd}`);
  }
  const stray = await attempt(`${place.path} cannot be reached`, () => straying(place, folder, files.starts));
  if (stray !== null) throw refusal(stray);
  if (problem !== null) throw refusal(problem);
  return join(folder, basename(place.path));
}

function wayOf({ path }: UserPlace, ctx: TargetContext, known: KnownWays | undefined): Way {
  const folder = dirname(path);
  try {
    return wayTo(path, ctx, known);
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') throw refusal(`${folder} is not a folder`);
    if (systemCode(error) !== 'ENOENT') throw error;
    throw refusal(`there is no folder ${folder}; make it first (mkdir)`);
  }
}
