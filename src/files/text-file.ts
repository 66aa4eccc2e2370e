import { FileRefusal, readBounded } from './bounded-file.ts';
import { systemReason } from './system-error.ts';

/** A file's text, or a few words saying why there is none, e.g. `there is no such file`. */
export type TextReading =
  | { readonly text: string; readonly problem: null }
  | { readonly text: null; readonly problem: string };

/** What people give by hand: documents and filters. */
export const largestText = 1024 * 1024;

/** Reads a UTF-8 file of at most 1 MiB, as `readBounded` does. Never rejects. */
export async function readTextFile(path: string): Promise<TextReading> {
  try {
    return decodeText(await readBounded(path, largestText));
  } catch (error) {
    return no(error instanceof FileRefusal ? error.message : systemReason(error));
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
