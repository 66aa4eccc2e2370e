import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll } from 'vitest';

let root: string | null = null;
let count = 0;

/** The path of a state directory that nobody else has. Nothing is there yet; it is removed after the test file. */
export function freshStateDirectory(): string {
  root ??= mkdtempSync(join(tmpdir(), 'sactl-state-'));
  count += 1;
  return join(root, String(count));
}

afterAll(() => {
  if (root !== null) rmSync(root, { recursive: true, force: true });
  root = null;
});
