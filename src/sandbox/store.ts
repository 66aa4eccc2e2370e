import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import writeFileAtomic from 'write-file-atomic';

import { FailedError } from '../errors.ts';

export interface StoreOptions<State> {
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
}

/** State that outlives the process. */
export interface Store<State> {
  readonly state: State;
  readonly save: () => Promise<void>;
}

/**
 * Opens the state, or the seed where there is none yet. Two processes at once do not tear the file; the last one to
 * save wins.
 * @throws FailedError naming the file when it cannot be read or is of another version
 */
export async function openStore<State>(options: StoreOptions<State>): Promise<Store<State>> {
  const path = storePath(options);
  const state = (await read(options, path)) ?? options.seed();
  return {
    state,
    save: async () => {
      await mkdir(options.directory, { recursive: true, mode: 0o700 });
      await chmod(options.directory, 0o700);
      const text = JSON.stringify({ version: options.version, state });
      await writeFileAtomic(path, text, { mode: 0o600 });
    },
  };
}

/** Forgets the state, so that the next opening begins with the seed. */
export async function resetStore(
  options: Pick<StoreOptions<unknown>, 'directory' | 'name'>,
): Promise<void> {
  await rm(storePath(options), { force: true });
}

function storePath({ directory, name }: Pick<StoreOptions<unknown>, 'directory' | 'name'>): string {
  return join(directory, `${name}.json`);
}

async function read<State>(options: StoreOptions<State>, path: string): Promise<State | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw unusable(path, 'cannot be read', error);
  }
  const parsed = parse(text);
  if (parsed === null) throw unusable(path, 'is not what a sandbox wrote');
  if (parsed.version !== options.version) throw unusable(path, 'is of another version of sactl');
  if (!options.isState(parsed.state)) throw unusable(path, 'is not what a sandbox wrote');
  return parsed.state;
}

function parse(text: string): { version: unknown; state: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    return 'version' in value && 'state' in value
      ? { version: value.version, state: value.state }
      : null;
  } catch {
    return null;
  }
}

function unusable(path: string, why: string, cause?: unknown): FailedError {
  return new FailedError('sandbox', `the sandbox's state in ${path} ${why}`, {
    hint: 'sactl sandbox reset',
    cause,
  });
}
