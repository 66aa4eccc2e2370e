import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

import type { Context } from '../context.ts';
import { firstProgram } from './find-program.ts';
import { socketPair, type SocketPair } from './socket-pair.ts';

/** What is run, and how it is to get its input. */
export interface InputCall {
  readonly path: string;
  readonly args: readonly string[];
  /** Whether it is to be known if it read all of its input. Default: it may read as much as it likes. */
  readonly isWatched?: boolean;
  /** Whether it opens its input by a path, `/dev/stdin`. Default: it reads the descriptor that it is given. */
  readonly readsPath?: boolean;
}

/** The way of an input to a program. */
export interface InputChannel extends Pick<InputCall, 'path' | 'args'> {
  /** Whether it can tell what was read. */
  readonly isWatched: boolean;
  /** What `spawn` makes its stdin of. */
  readonly stdin: 'pipe' | Socket;
  /** Whether it says on descriptor 3 what became of the input. */
  readonly isTold: boolean;
  readonly give: (input: string, stdin: Writable | null) => void;
  /**
   * Whether all was read; null where that cannot be told. To be asked once after the program's end, with what it said on
   * descriptor 3: what is unread then is read here, so that nothing it left behind can read it later.
   */
  readonly hasReadAll: (told: string) => Promise<boolean | null>;
  readonly close: () => void;
}

/** Null where a program that opens its input by a path cannot be given one. */
export async function openInput(
  ctx: Pick<Context, 'platform' | 'timeout'>,
  call: InputCall,
): Promise<InputChannel | null> {
  if (call.readsPath === true) return throughShell(ctx, call);
  if (call.isWatched !== true) return throughPipe(call);
  const pair = await socketPair(ctx);
  if (pair !== null) return throughPair(call, pair);
  return (await throughShell(ctx, call)) ?? throughPipe(call);
}

/** Whether it can be told here how much of its input a program has read. */
export async function canWatch(ctx: Pick<Context, 'platform' | 'timeout'>): Promise<boolean> {
  const input = await openInput(ctx, { path: '', args: [], isWatched: true });
  input?.close();
  return input?.isWatched === true;
}

/** What Node calls a pipe: its end here cannot be read, and does not tell what is in it. */
function throughPipe({ path, args }: InputCall): InputChannel {
  return {
    path,
    args,
    isWatched: false,
    stdin: 'pipe',
    isTold: false,
    give: (input, stdin) => stdin?.end(input),
    hasReadAll: () => Promise.resolve(null),
    close: () => undefined,
  };
}

/** The end that the program reads from stays open here, too: what it did not read can be read from it. */
function throughPair({ path, args }: InputCall, { near, far }: SocketPair): InputChannel {
  return {
    path,
    args,
    isWatched: true,
    stdin: far,
    isTold: false,
    give: (input) => {
      near.resume();
      near.end(input);
    },
    hasReadAll: async () => near.writableLength === 0 && (await isDrained({ near, far })),
    close: () => {
      near.destroy();
      far.destroy();
    },
  };
}

/** Nothing is waited for: all of it is in the connection, and so is its end. */
async function isDrained({ near, far }: SocketPair): Promise<boolean> {
  try {
    await finished(near, { readable: false });
    return (await far.toArray()).length === 0;
  } catch {
    return false;
  }
}

/**
 * A shell with a pipe of the system's, which unlike Node's sockets can be opened by its path (ENXIO otherwise, man 2 open).
 * It says that all was put into the pipe, what was left there when the program ended, and that this was all, and ends
 * with the program's exit code. Null where there is no such shell, as on Windows.
 */
async function throughShell({ platform }: Pick<Context, 'platform'>, call: InputCall): Promise<InputChannel | null> {
  const shell = platform === 'win32' ? null : await firstProgram(['/bin'], 'sh');
  const cat = await firstProgram(['/bin', '/usr/bin'], 'cat');
  if (shell === null || cat === null) return null;
  return {
    ...throughPipe(call),
    path: shell,
    args: ['-c', relayBy(cat), call.path, ...call.args],
    isWatched: true,
    isTold: true,
    hasReadAll: (told) => Promise.resolve(told === 'given\nread\n'),
  };
}

function relayBy(cat: string): string {
  const give = `{ ${cat} 3>&- && echo given >&3; }`;
  return `${give} | { "$0" "$@" 3>&-; code=$?; ${cat} >&3 && echo read >&3; exit "$code"; }`;
}
