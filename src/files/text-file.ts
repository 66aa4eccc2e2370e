import { open, stat, type FileHandle } from 'node:fs/promises';

import { systemReason } from './system-error.ts';

/** A file's text, or a few words saying why there is none, e.g. `there is no such file`. */
export type TextReading =
  | { readonly text: string; readonly problem: null }
  | { readonly text: null; readonly problem: string };

/** What people give by hand: documents and filters. */
export const largestText = 1024 * 1024;

/**
 * Reads a UTF-8 file of at most 1 MiB. Besides regular files only descriptors the shell has opened (`/dev/stdin`,
 * `<(…)`) are read: a named pipe may have nobody who writes to it, and a device may have no end.
 */
export async function readTextFile(path: string): Promise<TextReading> {
  let file: FileHandle | null = null;
  try {
    const found = await stat(path);
    if (found.isDirectory()) return no('it is a directory');
    if (!found.isFile() && !isDescriptor(path)) return no('it is not a regular file');
    file = await open(path);
    const buffer = Buffer.alloc(largestText + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < buffer.length; length += read) {
      read = (await file.read(buffer, length)).bytesRead;
    }
    if (length > largestText) return no('it is larger than 1 MiB');
    return decodeText(buffer.subarray(0, length));
  } catch (error) {
    return no(systemReason(error));
  } finally {
    await file?.close();
  }
}

/** Bytes as text, without a byte order mark. */
export function decodeText(bytes: Uint8Array): TextReading {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), problem: null };
  } catch {
    return no('it is not UTF-8 text');
  }
}

function no(problem: string): TextReading {
  return { text: null, problem };
}

function isDescriptor(path: string): boolean {
  return /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/self\/fd\/\d+)$/.test(path);
}
