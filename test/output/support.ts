import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { memory } from '../harness/memory.ts';
import type { Style } from '../../src/output/style.ts';
import { testNow } from '../harness/context.ts';

/** Uncoloured text at the test clock, for a pipe unless a width is given. */
export function testStyle(options: Partial<Style> = {}): Style {
  return {
    paint: (_, text) => text,
    width: Infinity,
    isTTY: options.width !== undefined,
    now: testNow,
    timeZone: 'UTC',
    ...options,
  };
}

/** A directory that is removed when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(memory, 'sactl-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** What the promise is rejected with; fails when it is not rejected. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error: unknown) => error,
  );
}
