import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const longAgo = '2020-01-01T00:00:00.000Z';

/**
 * Lets the time pass after which no request is done any more whose answer was lost, for processes that have the system's
 * clock: the journal's records are made old.
 */
export function settleRequests(stateDirectory: string): void {
  const journal = join(stateDirectory, 'journal');
  if (!existsSync(journal)) return;
  for (const name of readdirSync(journal)) {
    const path = join(journal, name);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replaceAll(/(?<="type":"(?:sent|outcome)","at":")[^"]{24}/g, longAgo));
  }
}
