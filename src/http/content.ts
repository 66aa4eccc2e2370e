import { isUtf8 } from 'node:buffer';

import { isModest } from './bounds.ts';
import type { BodyKind } from './error.ts';
import type { AnswerHeaders, HttpAnswer } from './request.ts';

/** What an answer's body is; `value` is parsed JSON, undefined for every other kind. */
export interface Content {
  readonly kind: BodyKind;
  readonly value: unknown;
}

/** Reads a body as JSON whatever its content type says, and otherwise tells what it is. Never throws. */
export function readContent({ headers, bytes }: Pick<HttpAnswer, 'headers' | 'bytes'>): Content {
  const text = decode(bytes);
  if (text === null) return { kind: 'other', value: undefined };
  const start = /\S/.exec(text)?.[0];
  if (start === undefined) return { kind: 'empty', value: undefined };
  if (start === '<') return { kind: 'html', value: undefined };
  if (!isModest(bytes)) return { kind: 'excessive', value: undefined };
  return parse(text) ?? { kind: isHtml(headers) ? 'html' : 'other', value: undefined };
}

const byteOrderMark = '\uFEFF';

/** Null for bytes that are not UTF-8: a credential with replaced characters would look like a credential. */
function decode(bytes: Uint8Array): string | null {
  if (!isUtf8(bytes)) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

/** The parser's error is dropped, for it quotes the text. */
function parse(text: string): Content | null {
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

function isHtml(headers: AnswerHeaders): boolean {
  return /^(?:text\/html|application\/xhtml\+xml)\b/i.test(headers.get('content-type') ?? '');
}
