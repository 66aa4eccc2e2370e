import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

/** The text of an audit log; empty where there is none. */
export function logText(stateDirectory: string): string {
  const path = join(stateDirectory, 'audit.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** The events of an audit log, as its lines have them. */
export function eventsIn(stateDirectory: string): readonly unknown[] {
  return logText(stateDirectory)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

/** Asserts that one event alone is in the log, and that it says this among other things. */
export function expectEvent(stateDirectory: string, event: object): void {
  expect(eventsIn(stateDirectory)).toEqual([expect.objectContaining(event)]);
}
