import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';

import { parseFields } from '../model/account.ts';
import { sactl } from '../model/hint.ts';
import { FailedError } from '../errors.ts';
import { readBoundedText } from '../files/bounded-file.ts';
import { withLock } from '../files/lock.ts';
import { replaceFile } from '../files/replace-file.ts';
import { makeDirectory as makeFolders } from '../files/private-directory.ts';

export interface StoreOptions<State extends object> {
  /** Absolute; made with mode 0700 when it is not there. */
  readonly directory: string;
  /** e.g. `nscale`: the file is `nscale.json`. */
  readonly name: string;
  /** Goes up whenever the state's shape changes. */
  readonly version: number;
  /** The state of the first day. */
  readonly seed: () => State;
  /** Whether parsed JSON is such a state; a rough check is enough to tell a foreign file. */
  readonly isState: (value: unknown) => value is State;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** State that outlives the process and is shared with other processes. */
export interface Store<State extends object> {
  /** Changed in place; it is what the file says only within `exclusive`. */
  readonly state: State;
  /** To be called within `exclusive`. @throws FailedError when the file cannot be written */
  readonly save: () => Promise<void>;
  /**
   * Runs `work` on the state as the file has it now, with no other work on it at the same time, here or in another
   * process. Changes that are not saved are dropped at the next call.
   */
  readonly exclusive: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** Opens the state; where there is none yet, the seed is saved first. @throws FailedError naming the file */
export async function openStore<State extends object>(options: StoreOptions<State>): Promise<Store<State>> {
  const state = options.seed();
  let queue: Promise<unknown> = Promise.resolve();

  async function exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    await makeDirectory(options.directory);
    return exclusively(options, async () => {
      const saved = await read(options);
      if (saved === null) await write(options, Object.assign(state, options.seed()));
      else Object.assign(state, saved);
      return work();
    });
  }

  const store: Store<State> = {
    state,
    save: () => write(options, state),
    exclusive: (work) => {
      const turn = queue.then(() => exclusive(work));
      queue = turn.catch(() => undefined);
      return turn;
    },
  };
  await store.exclusive(() => Promise.resolve());
  return store;
}

/** Removes the state, so that the next use begins with the seed. */
export async function resetStore(options: Pick<StoreOptions<object>, 'directory' | 'name' | 'sleep'>): Promise<void> {
  await makeDirectory(options.directory);
  await exclusively(options, () => rm(storePath(options), { force: true }));
}

function storePath({ directory, name }: { directory: string; name: string }): string {
  return join(directory, `${name}.json`);
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await makeFolders(directory, 0o700);
    await chmod(directory, 0o700);
  } catch (cause) {
    throw new FailedError('sandbox', `cannot use ${directory} for the sandbox's state`, {
      hint: 'set SACTL_STATE_DIR to another folder',
      cause,
    });
  }
}

async function write<State extends object>(options: StoreOptions<State>, state: State): Promise<void> {
  const path = storePath(options);
  try {
    await replaceFile(path, JSON.stringify({ version: options.version, state }));
  } catch (cause) {
    throw new FailedError('sandbox', `cannot write the sandbox's state to ${path}`, { cause });
  }
}

/** In bytes: far more than a sandbox ever holds. */
const largestState = 64 * 1024 * 1024;

async function read<State extends object>(options: StoreOptions<State>): Promise<State | null> {
  const path = storePath(options);
  let text: string;
  try {
    text = await readBoundedText(path, largestState);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw unusable(path, 'cannot be read', error);
  }
  const parsed = parseFields(text);
  if (parsed === null || !('version' in parsed)) throw unusable(path, 'is not what a sandbox wrote');
  if (parsed['version'] !== options.version) throw unusable(path, 'is of another version of sactl');
  const state = parsed['state'];
  if (!options.isState(state)) throw unusable(path, 'is not what a sandbox wrote');
  return state;
}

function unusable(path: string, why: string, cause?: unknown): FailedError {
  return new FailedError('sandbox', `the sandbox's state in ${path} ${why}`, { hint: sactl`sandbox reset`, cause });
}

/** A lock that has the same holder for five seconds was left behind: a holder needs milliseconds. */
function exclusively<Result>(
  { directory, name, sleep }: Pick<StoreOptions<object>, 'directory' | 'name' | 'sleep'>,
  work: () => Promise<Result>,
): Promise<Result> {
  const path = join(directory, `${name}.lock`);
  return withLock(
    {
      path,
      text: randomUUID(),
      isStale: () => false,
      refusal: () => new FailedError('sandbox', `${path} is in use`),
      wait: { sleep, pauseMs: 20, pauses: 250, takesOver: true },
    },
    work,
  );
}
