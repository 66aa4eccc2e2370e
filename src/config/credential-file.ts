import { stat } from 'node:fs/promises';

import { FileRefusal, readBoundedText } from '../files/bounded-file.ts';
import { systemCode } from '../files/system-error.ts';

/** More than any credential. */
const largestSecret = 64 * 1024;

/** The file's text; or what reads after its name, and the error that says so. */
export type CredentialFile =
  | { readonly text: string; readonly problem: null }
  | { readonly problem: string; readonly cause: unknown };

/** Reads a file that holds a credential. */
export async function readCredentialFile(path: string): Promise<CredentialFile> {
  try {
    return { text: await readBoundedText(path, largestSecret), problem: null };
  } catch (cause) {
    const problem =
      cause instanceof FileRefusal ? `: ${cause.message}` : ` cannot be read (${systemCode(cause) ?? 'unknown error'})`;
    return { problem, cause };
  }
}

/** Whether other users of the machine may read what is there. */
export async function isReadByOthers(path: string): Promise<boolean> {
  const file = await stat(path).catch(() => null);
  return file !== null && (file.mode & 0o044) !== 0;
}
