import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { decodeText, readBoundedText, readTextOf } from '../../src/files/bounded-file.ts';
import { workFolder } from '../commands/support.ts';
import { piecesOf } from '../harness/pieces.ts';

function utf16(text: string, { mark, isBig = false }: { readonly mark: boolean; readonly isBig?: boolean }): Buffer {
  const bytes = Buffer.from(`${mark ? '\uFEFF' : ''}${text}`, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
}

const text = '{"name": "ci-größe"}\r\n';

describe('text of other tools is read', () => {
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16, as PowerShell redirects it', utf16(text, { mark: true })],
    ['UTF-16, big-endian', utf16(text, { mark: true, isBig: true })],
  ])('as %s', async (_, bytes) => {
    expect(decodeText(bytes)).toEqual({ text, problem: null });
    const cwd = await workFolder();
    await writeFile(join(cwd, 'x'), bytes);
    expect(await readBoundedText(join(cwd, 'x'), 1000)).toBe(text);
  });

  it.each([false, true])('and UTF-16 without a mark is named (big-endian: %s)', async (isBig) => {
    const problem = 'it is UTF-16 without a byte order mark: save it as UTF-8';
    const bytes = utf16('token', { mark: false, isBig });
    expect(decodeText(bytes)).toEqual({ text: null, problem });
    const cwd = await workFolder();
    await writeFile(join(cwd, 'x'), bytes);
    await expect(readBoundedText(join(cwd, 'x'), 1000)).rejects.toThrow(problem);
  });

  it.each([
    ['half a character of UTF-16', Buffer.from([0xff, 0xfe, 0x00, 0xd8])],
    ['bytes that are no UTF-8', Buffer.from([0x41, 0xff, 0x42])],
  ])('but not %s', (_, bytes) => {
    expect(decodeText(bytes)).toEqual({ text: null, problem: 'it is not UTF-8 text' });
  });

  it.each([
    ['too much of it', 'x'.repeat(3000), { text: null, problem: 'it is larger than 1 KiB' }],
    ['what fits', 'x'.repeat(1024), { text: 'x'.repeat(1024), problem: null }],
  ])('piece by piece: %s', async (_, given, reading) => {
    expect(await readTextOf(piecesOf(given), 1024)).toEqual(reading);
  });

  it('piece by piece: no UTF-8', async () => {
    const pieces = Readable.from([Buffer.from([0x41, 0xff])]);
    expect(await readTextOf(pieces, 1024)).toEqual({ text: null, problem: 'it is not UTF-8 text' });
  });
});
