import { fieldsOf } from '../model/fields.ts';
import type { ProcessName } from './intent.ts';

/** What a process is called; null when that is not what it says. */
export function processName(value: unknown): ProcessName | null {
  const { pid, host } = fieldsOf(value);
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return null;
  return typeof host === 'string' ? { pid, host } : null;
}
