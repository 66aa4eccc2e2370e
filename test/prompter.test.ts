import { PassThrough } from 'node:stream';

import { expect, test } from 'vitest';

import { createPrompter } from '../src/prompter.ts';

interface Answered {
  readonly answer: string;
  readonly shown: string;
}

/** What becomes of these chunks when a secret is asked for that ends with `}`, or of any text in one line. */
async function typed(chunks: readonly string[], isWhole?: (text: string) => boolean): Promise<Answered> {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  output.on('data', (bytes: Buffer) => {
    shown += bytes.toString();
  });
  const { signal } = new AbortController();
  const prompt = createPrompter({ input, output, signal });
  const asked = prompt.password({ message: 'Secret', ...(isWhole === undefined ? {} : { isWhole }) });
  const [answer] = await Promise.all([asked, type(input, chunks)]);
  return { answer, shown };
}

async function type(input: PassThrough, chunks: readonly string[]): Promise<void> {
  for (const chunk of chunks) {
    await new Promise(setImmediate);
    input.write(chunk);
  }
}

function hasEnd(text: string): boolean {
  return text.endsWith('}');
}

test('a secret in one line ends with Enter', async () => {
  expect((await typed(['s3cret\r'])).answer).toBe('s3cret');
});

test('Enter by itself is no answer', async () => {
  expect((await typed(['\r', '\r', 's3cret\r'])).answer).toBe('s3cret');
});

test.each([
  ['all at once', ['{\n  "a": "s3cret"\n}\n']],
  ['line by line', ['{\r', '  "a": "s3cret"\r', '}\r']],
  ['with Windows line ends', ['{\r\n  "a": "s3cret"\r\n}\r\n']],
])('a secret in several lines is taken to its end: %s', async (_, chunks) => {
  const { answer } = await typed(chunks, hasEnd);
  expect(JSON.parse(answer)).toEqual({ a: 's3cret' });
});

test('nothing of a secret is shown, whatever key is pressed', async () => {
  const { answer, shown } = await typed(['s3cret', '\u0014', '\r']);
  expect(answer).toBe('s3cret');
  expect(shown).toContain('******');
  expect(shown).not.toContain('s3cret');
});

test('Ctrl-C ends the program', async () => {
  await expect(typed(['s3c', '\u0003'])).rejects.toThrow('interrupted; nothing was changed');
});
