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

test('nothing of a secret is shown but its length, whatever key is pressed', async () => {
  const { answer, shown } = await typedSecret(['s3cret', '\u0014', '\u001B[A', '\r']);
  expect({ answer, shown }).toEqual({ answer: 's3cret', shown: '? Secret (6 characters)\n' });
});

test('what is pasted with line ends behind it is read with them', async () => {
  const pasted = await typedSecret(['{"a":1}\r\r', '\n', '\n'], hasEnd);
  expect(pasted).toMatchObject({ answer: '{"a":1}', left: '' });
});

test.each([
  ['a bracketed paste', ['\u001B[200~{"a":', '\r1}\u001B[201~', '\r'], '{"a":\n1}'],
  ['Backspace', ['{s3x', '\u007F', 'cret}\r'], '{s3cret}'],
  ['Ctrl-U', ['{wrong}\u0015{s3cret}\r'], '{s3cret}'],
  ['Ctrl-D, where the end of it is missing', ['{"a":', '\r', '\u0004'], '{"a":'],
])('a secret may be given by %s', async (_, chunks, answer) => {
  expect((await typedSecret(chunks, hasEnd)).answer).toBe(answer);
});

test('a long secret is taken in linear time', async () => {
  const long = `{${'x'.repeat(1_000_000)}}`;
  expect((await typedSecret([`${long}\r`], hasEnd)).answer).toHaveLength(long.length);
});

test.each([
  ['Ctrl-C', ['s3c', '\u0003']],
  ['Ctrl-D on an empty line', ['\u0004']],
])('%s ends the program', async (_, chunks) => {
  await expect(typedSecret(chunks)).rejects.toThrow('interrupted; nothing was changed');
});
