import { realpath } from 'node:fs/promises';
import { join } from 'node:path';

import { UsageError } from '../../errors.ts';
import { largestText, readBoundedText } from '../../files/bounded-file.ts';
import { makeDirectory } from '../../files/private-directory.ts';
import { Secret } from '../../model/credential.ts';
import { fingerprintOf } from '../../model/fingerprint.ts';
import { expand } from './expand.ts';
import { locate, pathProblems, placeFor } from './file-path.ts';
import { fileTarget } from './file.ts';
import { kindsWhere } from './kinds.ts';
import { regularFileAt, replaceRegular } from './regular-file.ts';
import type { Scheme } from './scheme.ts';
import { attempt } from './system-call.ts';
import type { Target, TargetContext, TargetEnvironment } from './target.ts';
import { userPath, type UserPlace } from '../../files/home.ts';

/**
 * `session:<path>`: the session file that Augment's own programs read, one line of JSON (docs/contracts/augment.md 3). What it
 * replaces is kept beside the journal, because a person needs it until the old token is revoked.
 */
export const sessionScheme: Scheme = {
  problems: pathProblems,
  create: (spec, subject, environment) => {
    if (subject.provider !== 'augment') {
      throw new UsageError(`only the session of an Augment account goes there; for ${subject.provider}, use file:`);
    }
    const { ctx } = environment;
    const name = `session:${expand(spec.body, subject)}`;
    const at = placeFor(spec, subject, environment);
    const target = fileTarget({
      given: spec.given,
      name,
      at,
      slot: null,
      environment,
      write: async (located, payload, signal) => {
        const current = await regularFileAt(located);
        const place = { path: located, target: addressOf(name, { ...ctx, ...subject }) };
        if (current !== null) await backUp(place, environment, signal);
        const content = payload.text.reveal();
        await replaceRegular({ path: located, current, content, environment, signal });
      },
    });
    return { ...warning(target, environment), holds: () => textAt(at, environment).catch(() => null) };
  },
};

/** @throws TargetError, also where the sandbox must not look (docs/design.md 7) */
async function textAt(at: UserPlace, environment: TargetEnvironment): Promise<string | null> {
  const located = await locate(at, environment);
  return (await regularFileAt(located)) === null ? null : readBoundedText(located, largestText, { follows: false });
}

/** Auggie prefers the variable, and a rejected one makes it delete the file (docs/contracts/augment.md 3.2 and 3.4). */
function warning(target: Target, { ctx }: TargetEnvironment): Target {
  if ((ctx.env['AUGMENT_SESSION_AUTH'] ?? '').trim() === '') return target;
  const shadowed = `AUGMENT_SESSION_AUTH is set: Auggie reads it instead of ${target.name}, and deletes its own session file when that one is refused`;
  return { ...target, preflight: async () => [...(await target.preflight()), shadowed] };
}

/** Keeps the session in the file under its token's fingerprint; anything else in it is not a session, and not kept. */
async function backUp(
  { path, target }: { readonly path: string; readonly target: string },
  environment: TargetEnvironment,
  signal: AbortSignal,
): Promise<void> {
  const { backupDirectory } = environment;
  const text = await attempt(`${path} cannot be read`, () => readBoundedText(path, largestText, { follows: false }));
  const token = tokenIn(text);
  if (token === null) return;
  const name = `${fingerprintOf(new Secret(token)).replace(':', '-')}.json`;
  const content = JSON.stringify({ path, target, session: text });
  await attempt(`the backup folder ${backupDirectory} cannot be made`, () => makeDirectory(backupDirectory, 0o700));
  const backup = join(await attempt(`${backupDirectory} cannot be reached`, () => realpath(backupDirectory)), name);
  const current = await regularFileAt(backup);
  await replaceRegular({ path: backup, current, content, environment, signal });
}

function tokenIn(text: string): string | null {
  try {
    const session: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    const isSession = typeof session === 'object' && session !== null && 'accessToken' in session;
    return isSession && typeof session.accessToken === 'string' ? session.accessToken : null;
  } catch {
    return null;
  }
}

/** What names of targets are short for. */
interface Surroundings extends Pick<TargetContext, 'cwd' | 'homeDirectory'> {
  readonly profile: string | null;
}

const pathTarget = new RegExp(
  String.raw`^((?:${kindsWhere(({ isPath }) => isPath === true).join('|')})(?:\+json)?):(.*)$`,
  's',
);

/**
 * A target's name as it reads from everywhere: the path of a file is made absolute, because what is noted of a delivery
 * is read in other folders, e.g. `session:/home/me/.augment/session.json`; and the profile gets its name.
 */
export function addressOf(name: string, { profile, ...start }: Surroundings): string {
  if (name === 'profile' && profile !== null) return `profile:${profile}`;
  const [, scheme, path] = pathTarget.exec(name) ?? [];
  if (scheme === undefined || path === undefined) return name;
  return `${scheme}:${userPath(path, start)}`;
}
