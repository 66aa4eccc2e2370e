import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { memory } from './memory.ts';

let root: string | null = null;
let count = 0;

/** The path of a state directory that nobody else has. Nothing is there yet; it is removed after the test file. */
export function freshStateDirectory(): string {
  root ??= mkdtempSync(join(memory, 'sactl-state-'));
  count += 1;
  return join(root, String(count));
}

/** Removes those that there are. */
export function removeStateDirectories(): void {
  if (root !== null) rmSync(root, { recursive: true, force: true });
  root = null;
}
