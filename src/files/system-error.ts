// Every error needs this file, and few node:fs/promises, which takes 2 ms to load: `promises` loads it when it is used.
import { promises } from 'node:fs';
import { getSystemErrorMap } from 'node:util';

import { safeText } from '../model/text.ts';

/** The `code` of an error of the operating system, e.g. `ENOSPC`; null for any other value. */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** Why a system call failed, e.g. `no space left on device (ENOSPC)`; without a known code, the error's own message. */
export function systemReason(error: unknown): string {
  const code = systemCode(error);
  for (const [name, meaning] of getSystemErrorMap().values()) {
    if (name === code) return `${meaning} (${name})`;
  }
  return safeText(error instanceof Error ? error.message : String(error));
}

/** Removes a file, if it is there: one call of the system, where Node's `rm` makes three. @throws the system's error */
export async function removeFile(path: string): Promise<void> {
  try {
    await promises.unlink(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
