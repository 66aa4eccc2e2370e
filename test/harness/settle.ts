import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const longAgo = '2020-01-01T00:00:00.000Z';

/**
 * Lets the time pass after which no request is done any more whose answer was lost, for processes that have the system's
 * clock: the journal's records in a folder, e.g. of the state or of a store, are made old.
 */
export function settleRequests(directory: string): void {
  if (!existsSync(directory)) return;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !/\/(?:journal|entries)\//.test(path)) continue;
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replaceAll(/(?<="type":"(?:sent|outcome)","at":")[^"]{24}/g, longAgo));
  }
}
