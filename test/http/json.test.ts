import * as z from 'zod/mini';
import { describe, expect, it } from 'vitest';
import type { HttpAnswer, HttpRequest } from '../../src/http/request.ts';
import { HttpError } from '../../src/http/error.ts';
import { readJson } from '../../src/http/body.ts';
import { endpoint, rotation } from './client.ts';

const Account = z.object({ metadata: z.object({ id: z.string() }), tags: z.array(z.record(z.string(), z.string())) });

function answer(body: string | Uint8Array, headers: Record<string, string> = {}): HttpAnswer {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return { status: 201, headers: new Map(Object.entries(headers)), bytes };
}

function errorOf(given: HttpAnswer, request: HttpRequest = rotation): HttpError {
  try {
    readJson(given, Account, { provider: 'nscale', request });
  } catch (error) {
    if (error instanceof HttpError) return error;
    throw error;
  }
  throw new Error('this test expects an HttpError');
}

describe('readJson', () => {
  it.each([
    ['plain', '{"metadata":{"id":"a","more":1},"tags":[]}', {}],
    ['behind a byte order mark', '\ufeff{"metadata":{"id":"a"},"tags":[]}', {}],
    ['under a wrong type', '{"metadata":{"id":"a"},"tags":[]}', { 'content-type': 'text/html' }],
  ])('reads JSON %s', (_name, body, headers) => {
    const account = readJson(answer(body, headers), Account, { provider: 'nscale', request: rotation });
    expect(account).toEqual({ metadata: { id: 'a' }, tags: [] });
  });

  it.each([
    ['HTML', '<html>s3cret', 'html', 'an HTML page'],
    ['nothing', '', 'empty', 'an empty body'],
    ['text', 's3cret', 'other', 'a body that is not valid JSON'],
    ['half a document', '{"token":"s3cret', 'other', 'a body that is not valid JSON'],
    ['two documents', '{"token":"s3cret"}{}', 'other', 'a body that is not valid JSON'],
    ['bytes', new Uint8Array([0x22, 0xc3, 0x22]), 'other', 'a body that is not valid JSON'],
    ['another type', '"s3cret"', 'json', 'JSON that does not fit at its top'],
    ['a missing part', '{"s3cret":1,"tags":[]}', 'json', 'JSON that does not fit at metadata'],
    [
      'wrong parts',
      '{"metadata":{"id":1},"tags":[{},{"owner":5}]}',
      'json',
      'JSON that does not fit at metadata.id, tags[1].owner',
    ],
    [
      'keys that may be data',
      '{"metadata":{"id":"a"},"tags":[{"s3cret!":5,"s3cret!!":5}]}',
      'json',
      'JSON that does not fit at tags[0].*',
    ],
  ])('reports %s, and quotes nothing', (_name, body, kind, said) => {
    const error = errorOf(answer(body, { 'x-request-id': 'r-1' }));
    expect(error).toMatchObject({
      code: 'bad_answer',
      message: `cannot rotate service account 7: nscale answered POST /base/accounts/7/rotate with 201 and ${said}`,
      arrival: 'unknown',
      body: kind,
      provider: 'nscale',
      status: 201,
      traceId: 'r-1',
      retryable: false,
    });
    expect(error.cause).toBeUndefined();
    expect(error.message).not.toContain('s3cret');
  });
});

describe('the message of readJson', () => {
  it('names five places of many', () => {
    const tags = Array.from({ length: 8 }, () => 0);
    expect(errorOf(answer(JSON.stringify({ metadata: { id: 'a' }, tags }))).message).toMatch(
      /tags\[0\], tags\[1\], tags\[2\], tags\[3\], tags\[4\] and 3 more places$/,
    );
  });

  it('leaves the query out', () => {
    const request = { ...rotation, url: `${endpoint}/accounts?search=s3cret` };
    expect(errorOf(answer(''), request).message).toContain('POST /base/accounts with 201');
  });
});
