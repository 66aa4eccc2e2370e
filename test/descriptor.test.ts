import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import type { Output } from '../src/context.ts';
import { openOutput } from '../src/descriptor.ts';

function open(path: string): Output {
  const descriptor = openSync(path, 'w');
  onTestFinished(() => closeSync(descriptor));
  return openOutput(
    descriptor,
    () => {
      throw new Error('a plain descriptor needs no stream');
    },
    'linux',
  );
}

it('a file takes all of a text, and is no terminal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sactl-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'out');
  const output = open(path);
  const text = 'é\n'.repeat(200_000);
  await output.write(text);
  await output.write('');
  expect(readFileSync(path, 'utf8') === text).toBe(true);
  expect(output).toMatchObject({ isTTY: false, columns: undefined, discards: false });
});

it.runIf(existsSync('/dev/full'))('a full disk is an error of the write', async () => {
  const descriptor = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(descriptor));
  const stream = { isTTY: false } as NodeJS.WriteStream;
  const output = openOutput(descriptor, () => stream, 'linux');
  await expect(output.write('x')).rejects.toMatchObject({ code: 'ENOSPC' });
});

it.runIf(existsSync('/dev/null'))('the null device takes everything and keeps nothing', async () => {
  const output = open('/dev/null');
  await output.write('x');
  expect(output).toMatchObject({ isTTY: false, discards: true });
});
