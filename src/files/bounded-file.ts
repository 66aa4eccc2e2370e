import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

import type { TextReading } from '../context.ts';
import { noFollow } from './private-directory.ts';
import { systemReason } from './system-error.ts';

/** A file that is there and not read; the message reads after its name. `code` is the system's for it, where it has one. */
export class FileRefusal extends Error {
  readonly code: string | null;

  constructor(message: string, code: string | null = null) {
    super(message);
    this.name = new.target.name;
    this.code = code;
  }
}

const chunkBytes = 64 * 1024;

/** Whether a file may be read by way of a link in its place; default true. */
export interface Reading {
  readonly follows?: boolean;
}

/**
 * The bytes of a regular file, `largest` at most. Besides regular files only descriptors the shell has
 * opened (`/dev/stdin`, `<(…)`) are read: a named pipe may have no writer, and a device no end.
 * @throws FileRefusal; the system's errors
 */
export async function readBounded(path: string, largest: number, reading: Reading = {}): Promise<Buffer> {
  return gathered(readChunks(path, reading), largest);
}

async function gathered(pieces: AsyncIterable<Uint8Array>, largest: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of pieces) {
    size += chunk.length;
    if (size > largest) throw new FileRefusal(`it is larger than ${sizeOf(largest)}`, 'EFBIG');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** The same file piece by piece, however large. @throws as `readBounded` */
export async function* readChunks(path: string, { follows = true }: Reading = {}): AsyncGenerator<Buffer, void> {
  const isGiven = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/self\/fd\/\d+)$/.test(path);
  // Opening does not wait, even for something that has taken the file's place in the meantime.
  const patience = isGiven ? 0 : (constants.O_NONBLOCK ?? 0);
  const file = await open(path, constants.O_RDONLY | patience | (follows ? 0 : noFollow()));
  try {
    refuseOther(await file.stat(), isGiven);
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function refuseOther(found: Stats, isGiven: boolean): void {
  if (found.isDirectory()) throw new FileRefusal('it is a directory', 'EISDIR');
  if (!found.isFile() && !isGiven) throw new FileRefusal('it is not a regular file');
}

/** The text in UTF-8 of a regular file of a few kilobytes, at once. @throws as `readBounded` */
export function readSmallText(path: string, largest: number, { follows = true }: Reading = {}): string {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (follows ? 0 : noFollow()));
  try {
    refuseOther(fstatSync(file), false);
    const bytes = Buffer.allocUnsafe(largest + 1);
    let size = 0;
    for (let read = -1; read !== 0 && size <= largest; size += read)
      read = readSync(file, bytes, size, bytes.length - size, null);
    if (size > largest) throw new FileRefusal(`it is larger than ${sizeOf(largest)}`, 'EFBIG');
    return bytes.toString('utf8', 0, size);
  } finally {
    closeSync(file);
  }
}

/** The same as text, without a byte order mark; what is neither UTF-8 nor marked as UTF-16 is replaced. @throws the same */
export async function readBoundedText(path: string, largest: number, reading: Reading = {}): Promise<string> {
  const bytes = await readBounded(path, largest, reading);
  if (isUnmarkedUtf16(bytes)) throw new FileRefusal(unmarked);
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function sizeOf(bytes: number): string {
  const kibibytes = bytes / 1024;
  return kibibytes < 1024 ? `${kibibytes} KiB` : `${kibibytes / 1024} MiB`;
}

/** What people give by hand: documents and filters. */
export const largestText = 1024 * 1024;

/** Reads a text file of at most 1 MiB, as `readBounded` does. Never rejects. */
export async function readTextFile(path: string): Promise<TextReading> {
  try {
    return decodeText(await readBounded(path, largestText));
  } catch (error) {
    return no(error instanceof FileRefusal ? error.message : systemReason(error));
  }
}

/** Reads text that comes in pieces, `largest` bytes at most. Rejects only where a piece does. */
export async function readTextOf(pieces: AsyncIterable<Uint8Array>, largest: number): Promise<TextReading> {
  try {
    return decodeText(await gathered(pieces, largest));
  } catch (error) {
    if (error instanceof FileRefusal) return no(error.message);
    throw error;
  }
}

/** Bytes as text, without a byte order mark: UTF-8, or UTF-16 that is marked, as PowerShell redirects into files. */
export function decodeText(bytes: Uint8Array): TextReading {
  if (isUnmarkedUtf16(bytes)) return no(unmarked);
  try {
    return { text: new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes), problem: null };
  } catch {
    return no('it is not UTF-8 text');
  }
}

const unmarked = 'it is UTF-16 without a byte order mark: save it as UTF-8';

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/** Whether every other byte is null, as in ASCII of two bytes a character: in UTF-8 a null byte is no text. */
function isUnmarkedUtf16(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 64);
  const [even, odd] = [0, 1].map((rest) => start.filter((_, index) => index % 2 === rest));
  const isWide = start.length >= 4 && start.length % 2 === 0;
  return (
    isWide && [even, odd].some((half) => half?.every((byte) => byte === 0) === true) && start.some((byte) => byte !== 0)
  );
}

function no(problem: string): TextReading {
  return { text: null, problem };
}
