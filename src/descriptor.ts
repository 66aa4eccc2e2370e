import { fstatSync, statSync, writeSync } from 'node:fs';

import type { Output } from './context.ts';

/**
 * An output to descriptor 1 or 2, whose writes settle once the operating system took the text. `stream` makes Node's
 * stream for it: that takes 5 ms, so it is made only where it is needed.
 */
export function openOutput(descriptor: number, stream: () => NodeJS.WriteStream, platform: NodeJS.Platform): Output {
  const device = deviceOf(descriptor);
  const terminal = device === 'device' && stream().isTTY ? stream() : null;
  const encode = encoder();
  return {
    isTTY: terminal !== null,
    columns: terminal?.columns,
    rows: terminal?.rows,
    discards: device === 'null',
    isFile: device === 'file',
    write: async (text) => {
      // On Windows a synchronous write to a console or a full pipe does not work.
      const rest = platform === 'win32' ? Buffer.from(text) : writeSynchronously(descriptor, encode(text));
      if (rest.length > 0) await writeTo(stream(), rest);
    },
  };
}

/** In bytes. A character of text takes three at most. */
const roomLength = 1024 * 1024;

/** Short text fits in the memory that Node keeps for that. In characters. */
const shortText = 1024;

/**
 * Turns text into bytes that are good until the next call. All long text takes the same memory: making some for each piece of
 * a long list would take as long as writing it.
 */
function encoder(): (text: string) => Buffer {
  let room: Buffer | null = null;
  return (text) => {
    if (text.length <= shortText || text.length * 3 > roomLength) return Buffer.from(text);
    room ??= Buffer.allocUnsafeSlow(roomLength);
    return room.subarray(0, room.write(text));
  };
}

/** Writes what the descriptor takes, and returns a copy of the rest: a non-blocking pipe may be full. @throws as `writeSync` */
function writeSynchronously(descriptor: number, bytes: Buffer): Buffer {
  let rest = bytes;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return Buffer.from(rest);
      throw error;
    }
  }
  return rest;
}

function writeTo(stream: NodeJS.WriteStream, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    // The callback has the error; without a listener the event would end the program first.
    stream.once('error', () => undefined);
    stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** Node opens the null device in place of a descriptor that was closed, so `null` means both. */
function deviceOf(descriptor: number): 'null' | 'device' | 'file' | 'other' {
  try {
    const device = fstatSync(descriptor);
    if (device.isFile()) return 'file';
    if (!device.isCharacterDevice()) return 'other';
    return device.rdev === statSync('/dev/null').rdev ? 'null' : 'device';
  } catch {
    return 'device';
  }
}
