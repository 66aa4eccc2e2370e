import { readFileSync, readlinkSync } from 'node:fs';

import type { ProcessIdentity } from './context.ts';

type OwnProcess = Pick<NodeJS.Process, 'pid' | 'platform' | 'kill'>;

/** This process as locks and journal entries name it. */
export function processIdentity(process: OwnProcess, host: string): ProcessIdentity {
  const { pid, platform } = process;
  if (platform !== 'linux') return { pid, host, isRunning: (other) => exists(process, other) };
  function stat(other: number): Stat | null {
    return statOf(pid, other);
  }
  const ownStart = once(() => stat(pid)?.startTime ?? null);
  return {
    pid,
    host,
    // One that has ended, and was not reaped by its parent, is a zombie: so it is in a container without an init.
    isRunning: (other) => exists(process, other) && stat(other)?.state !== 'Z',
    // Read on first use: most commands take no lock.
    marks: {
      bootId: once(() => orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim())),
      pidNamespace: once(() => orNull(() => readlinkSync('/proc/self/ns/pid'))),
      startTime: (other) => (other === pid ? ownStart() : (stat(other)?.startTime ?? null)),
    },
  };
}

/** Signal 0 only tests; a process of another user refuses it, and exists. */
function exists(process: OwnProcess, pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

interface Stat {
  readonly state: string;
  readonly startTime: string;
}

/** Null where there is no such process, or where `/proc` is that of another PID namespace, whose numbers mean others. */
function statOf(own: number, pid: number): Stat | null {
  return orNull(() => {
    if (readlinkSync('/proc/self') !== String(own)) return null;
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program, in brackets, may hold anything: the state, field 3, is what follows it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, startTime] = [fields[0], fields[22 - 3]];
    return state === undefined || startTime === undefined ? null : { state, startTime };
  });
}

/** The same at each call, found at the first. */
export function once<Value>(find: () => Value): () => Value {
  let found: { readonly value: Value } | null = null;
  return () => (found ??= { value: find() }).value;
}

function orNull<Value>(find: () => Value): Value | null {
  try {
    return find();
  } catch {
    return null;
  }
}
