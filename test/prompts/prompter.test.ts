import { expect, test } from 'vitest';

import { typed, type Answered } from './typed.ts';

/** What becomes of these chunks when a secret is asked for that ends with `}`, or of any text in one line. */
function typedSecret(chunks: readonly string[], isWhole?: (text: string) => boolean): Promise<Answered<string>> {
  return typed(
    (prompt) => prompt.password({ message: 'Secret', ...(isWhole === undefined ? {} : { isWhole }) }),
    chunks,
  );
}

function hasEnd(text: string): boolean {
  return text.endsWith('}');
}

test('a secret in one line ends with Enter', async () => {
  expect((await typedSecret(['s3cret\r'])).answer).toBe('s3cret');
});

test('Enter by itself is no answer', async () => {
  expect((await typedSecret(['\r', '\r', 's3cret\r'])).answer).toBe('s3cret');
});

test.each([
  ['all at once', ['{\n  "a": "s3cret"\n}\n']],
  ['line by line', ['{\r', '  "a": "s3cret"\r', '}\r']],
  ['with Windows line ends', ['{\r\n  "a": "s3cret"\r\n}\r\n']],
])('a secret in several lines is taken to its end: %s', async (_, chunks) => {
  const { answer } = await typedSecret(chunks, hasEnd);
  expect(JSON.parse(answer)).toEqual({ a: 's3cret' });
});

test('nothing of a secret is shown, whatever key is pressed', async () => {
  const { answer, shown } = await typedSecret(['s3cret', '\u0014', '\r']);
  expect(answer).toBe('s3cret');
  expect(shown).toContain('******');
  expect(shown).not.toContain('s3cret');
});

test('Ctrl-C ends the program', async () => {
  await expect(typedSecret(['s3c', '\u0003'])).rejects.toThrow('interrupted; nothing was changed');
});
