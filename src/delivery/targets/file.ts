import type { Stats } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { UsageError } from '../../errors.ts';

import { locate, pathProblems, placeFor } from './file-path.ts';
import { expand } from './expand.ts';
import type { Scheme } from './scheme.ts';
import { regularFileAt, replaceRegular, stepsOf } from './regular-file.ts';
import type { UserPlace } from '../../files/home.ts';
import { sweepTemporaries, writeTemporary } from '../../files/replace-file.ts';
import { systemCode } from '../../files/system-error.ts';
import { attempt, preflighting, refusal } from './system-call.ts';
import type { Target, TargetEnvironment, TargetPayload } from './target.ts';

/** `file:<path>` and `file+json:<path>`: a file that holds the credential and nothing else. */
export const fileScheme: Scheme = {
  problems: pathProblems,
  create: (spec, subject, environment) =>
    wholeFileTarget({
      given: spec.given,
      name: `file${spec.isJson ? '+json' : ''}:${expand(spec.body, subject)}`,
      at: placeFor(spec, subject, environment),
      isJson: spec.isJson,
      environment,
    }),
};

const absence = 'no profile with a {file} credential is in use';

/** `profile`: the file that the profile's own credential comes from, which must be there. */
export const profileScheme: Scheme = {
  problems: (_spec, environment) => (fileOf(environment) === null ? [absence] : []),
  create: ({ given }, _subject, environment) => {
    const file = fileOf(environment);
    if (file === null) throw new UsageError(absence);
    return wholeFileTarget({
      given,
      name: 'profile',
      at: { path: resolve(environment.ctx.cwd, file), start: environment.profileStart ?? null },
      isJson: false,
      mustExist: true,
      environment,
    });
  },
};

/** The sandbox has no profiles, and only simulates this target. */
function fileOf({ isSandbox, profileFile }: TargetEnvironment): string | null {
  return isSandbox ? 'profile' : profileFile;
}

export interface FileTarget {
  /** As the user gave it. */
  readonly given: string;
  /** As it is printed. */
  readonly name: string;
  readonly at: UserPlace;
  readonly slot: string | null;
  readonly environment: TargetEnvironment;
  /** Whether there must be a file to replace; default false. */
  readonly mustExist?: boolean;
  /** Whether the file that is there holds nothing; default: whether it has no bytes. @throws TargetError */
  readonly isEmpty?: (path: string, current: Stats) => Promise<boolean>;
  /** What else can be tried without the secret. @throws TargetError */
  readonly check?: (path: string) => Promise<void>;
  /** @throws TargetError */
  readonly write: (path: string, payload: TargetPayload, signal: AbortSignal) => Promise<void>;
}

/** A target that replaces a file. `check` and `write` are given the path as `locate` finds it. */
export function fileTarget(target: FileTarget): Target {
  const { given, name, at, slot, environment } = target;
  let located: string | null = null;
  return {
    name,
    place: async () => ({ place: located ?? (await locate(at, environment)), slot }),
    preflight: () =>
      preflighting(given, async () => {
        located = await locate(at, environment, environment.files.ways);
        return tryFile(target, located);
      }),
    isEmpty: () => isEmpty(target).catch(() => null),
    deliver: async (payload, signal) => {
      signal.throwIfAborted();
      await target.write(await locate(at, environment), payload, signal);
    },
  };
}

async function isEmpty({ at, environment, ...target }: FileTarget): Promise<boolean> {
  const folder = await stat(dirname(at.path)).catch((error: unknown) => systemCode(error));
  if (folder === 'ENOENT') return true;
  const located = await locate(at, environment);
  const current = await regularFileAt(located);
  if (current === null) return true;
  return target.isEmpty === undefined ? current.size === 0 : target.isEmpty(located, current);
}

/** A target that is a file's whole content. */
function wholeFileTarget(target: Omit<FileTarget, 'slot' | 'check' | 'write'> & { readonly isJson: boolean }): Target {
  const { environment } = target;
  return fileTarget({
    slot: null,
    write: async (path, payload, signal) => {
      const current = await existing(path, target);
      const content = (target.isJson ? payload.json : payload.text).reveal();
      await replaceRegular({ path, current, content, environment, signal });
    },
    ...target,
  });
}

/** A disk with less space than this is full, whatever the length of the credential. */
const trialBytes = 64 * 1024;

async function tryFile(target: FileTarget, path: string): Promise<readonly string[]> {
  const { ctx } = target.environment;
  const current = await existing(path, target);
  await tryFolder(dirname(path), current, target.environment);
  await target.check?.(path);
  return current === null || ctx.platform === 'win32' ? [] : modeWarnings(path, current);
}

/** Tries to write there, once for all files of one owner, group and mode. @throws TargetError */
function tryFolder(folder: string, like: Stats | null, { ctx, files: { trials } }: TargetEnvironment): Promise<void> {
  const { uid, gid, mode } = like ?? {};
  const key = JSON.stringify([folder, uid, gid, mode]);
  const verification = trials.get(key) ?? tryWriting(folder, like, ctx);
  trials.set(key, verification);
  return verification;
}

async function tryWriting(folder: string, like: Stats | null, ctx: TargetEnvironment['ctx']): Promise<void> {
  const content = new Uint8Array(trialBytes);
  const step = stepsOf(join(folder, 'any'), like);
  const temporary = await writeTemporary(folder, content, { like, uuid: ctx.uuid, step });
  const { mtimeMs } = await attempt(`${folder} cannot be reached`, () => stat(temporary));
  await sweepTemporaries(folder, mtimeMs);
  await attempt(`the temporary file ${temporary} cannot be removed`, () => rm(temporary));
}

async function existing(path: string, { mustExist }: Pick<FileTarget, 'mustExist'>): Promise<Stats | null> {
  const current = await regularFileAt(path);
  if (current === null && mustExist === true) throw refusal(`${path} does not exist`);
  return current;
}

function modeWarnings(path: string, { mode }: Stats): readonly string[] {
  if ((mode & 0o077) === 0) return [];
  const octal = (mode & 0o7777).toString(8).padStart(4, '0');
  return [`${path} is open to other users (mode ${octal}) and stays so; chmod 600 would close it`];
}
