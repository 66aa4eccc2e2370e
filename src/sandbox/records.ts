import { createHash } from 'node:crypto';

import { fieldsOf } from '../model/account.ts';

/** SHA-256 in hexadecimal: all that an emulator keeps of a credential. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** What a role may allow. */
export type Action = 'create' | 'read' | 'update' | 'delete';

/** ISO 8601 in UTC, from milliseconds since the epoch. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Whether parsed JSON is an object with a list below each of these names: enough to tell a foreign file. */
export function hasLists(value: unknown, names: readonly string[]): boolean {
  const fields = fieldsOf(value);
  return names.every((name) => Array.isArray(fields[name]));
}
