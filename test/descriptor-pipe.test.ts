// @module-tag slow
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { openOutput } from '../src/descriptor.ts';

/** Both ends of a pipe that nobody waits at. */
function openPipe(): { readonly reader: number; readonly writer: number } {
  const folder = mkdtempSync(join(tmpdir(), 'sactl-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const [reader, writer] = [constants.O_RDONLY, constants.O_WRONLY].map((way) =>
    openSync(path, way | constants.O_NONBLOCK),
  ) as [number, number];
  onTestFinished(() => {
    for (const descriptor of [reader, writer]) closeSync(descriptor);
    rmSync(folder, { recursive: true });
  });
  return { reader, writer };
}

function readAll(descriptor: number): string {
  const bytes = Buffer.alloc(1024 * 1024);
  return bytes.toString('utf8', 0, readSync(descriptor, bytes));
}

it('what a full pipe does not take stays as it was until the stream has it', async () => {
  const { reader, writer } = openPipe();
  const left: { readonly bytes: Buffer; readonly done: () => void }[] = [];
  const stream = {
    once: () => stream,
    write: (bytes: Buffer, done: () => void) => left.push({ bytes, done }),
  } as unknown as NodeJS.WriteStream;
  const output = openOutput(writer, () => stream, 'linux');
  const first = 'é'.repeat(100_000);
  const second = 'b'.repeat(100_000);
  const writes = [output.write(first), output.write(second)];
  const taken = readAll(reader);
  const [rest = '', other = ''] = left.map(({ bytes }) => bytes.toString());
  expect(taken.length).toBeGreaterThan(0);
  expect(taken + rest === first).toBe(true);
  expect(other === second).toBe(true);
  for (const { done } of left) done();
  await Promise.all(writes);
});
