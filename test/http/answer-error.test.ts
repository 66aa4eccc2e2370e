import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import type { HttpCredential } from '../../src/http/request.ts';
import { deletion, httpErrorOf, json, read, rotation, testClient } from './client.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';

function problem(message: string, more: object = {}): object {
  return { error: 'some_code', error_description: message, trace_id: traceId, ...more };
}

describe('a refusal', () => {
  it.each([
    [400, 'refused', ExitCode.failed, 'refused', false],
    [401, 'unauthenticated', ExitCode.auth, 'refused', false],
    [403, 'forbidden', ExitCode.auth, 'refused', false],
    [404, 'not_found', ExitCode.notFound, 'refused', false],
    [405, 'refused', ExitCode.failed, 'refused', false],
    [408, 'refused', ExitCode.failed, 'unknown', true],
    [409, 'conflict', ExitCode.conflict, 'refused', false],
    [413, 'refused', ExitCode.failed, 'refused', false],
    [422, 'refused', ExitCode.failed, 'refused', false],
    [425, 'refused', ExitCode.failed, 'refused', true],
    [499, 'refused', ExitCode.failed, 'unknown', true],
    [500, 'server_error', ExitCode.failed, 'unknown', true],
    [501, 'server_error', ExitCode.failed, 'unknown', true],
    [503, 'server_error', ExitCode.failed, 'unknown', true],
  ])('%i is %s, exit %i, %s', async (status, code, exitCode, arrival, retryable) => {
    const { http } = testClient([json(status, problem('no'))]);
    const error = await httpErrorOf(http.send(deletion));
    expect(error).toMatchObject({ code, exitCode, arrival, retryable, status, traceId });
    expect(error.message).toBe(`cannot delete service account 7: nscale answered ${String(status)}: no`);
    expect(error.problem).toEqual({ code: 'some_code', message: 'no', traceId });
  });

  it.each([
    [401, 'check the credential from TEST_TOKEN: it may have expired or been replaced'],
    [403, 'the credential from TEST_TOKEN lacks the permission'],
    [404, null],
  ])('%i hints where to look', async (status, hint) => {
    const { http } = testClient([json(status, problem('no'))]);
    await expect(httpErrorOf(http.send(read))).resolves.toMatchObject({ hint });
  });
});

describe('a credential that comes back', () => {
  const echoes = { 'x-request-id': 'abc.def', 'x-trace-id': 'trace-of-abc.def', traceparent: '00-abc.def-x-01' };

  it('is in no part of a refusal', async () => {
    const body = problem('Bearer abc.def is bad', { error: 'abc.def', trace_id: 'abc.def' });
    const { http, debugLines } = testClient([json(400, body, echoes)]);
    const error = await httpErrorOf(http.send(read));
    expect(JSON.stringify([error, error.message, debugLines])).not.toContain('abc.def');
    expect(error.problem).toMatchObject({ code: '[secret]', traceId: null });
  });

  it('is in no other error, and the headers that do not repeat it stay', async () => {
    const headers = { ...echoes, 'retry-after': '7', location: 'https://abc.def.example/' };
    const { http, sleeps } = testClient([json(503, {}, headers), new Response(null, { status: 302, headers })]);
    const error = await httpErrorOf(http.send(read));
    expect(error.message).toBe(
      'cannot list service accounts: nscale, or a gateway before it, answered 302: a redirect without a valid address',
    );
    expect(error.traceId).toBeNull();
    expect(sleeps).toEqual([7000]);
  });
});

describe('what the provider says', () => {
  it.each([
    ['line breaks', 'one\r\ntwo\n\tthree', 'one two three'],
    ['escape sequences', '\u001b[31mred\u001b[0m \u001b]8;;http://x\u0007link', 'red link'],
    ['other control characters', 'a\u0000b\u0085c\u2028d\u202ee', 'ab c de'],
    ['a workflow command', '::error file=x::pwned', ': :error file=x::pwned'],
    ['an older workflow command', ' \n##[command]::add-mask::x', '# #[command]::add-mask::x'],
    ['the credential that was sent', 'bad token abc.def!', 'bad token [secret]!'],
    ['nothing', '\u0007 ', 'the request is not valid'],
  ])('is shown without %s', async (_name, message, shown) => {
    const { http } = testClient([json(400, problem(message))]);
    const error = await httpErrorOf(http.send(read));
    expect(error.message).toBe(`cannot list service accounts: nscale answered 400: ${shown}`);
    expect(error.problem?.message).toBe(shown);
  });

  it('may come without a code', async () => {
    const { http } = testClient([json(400, { error_description: 'no' })]);
    await expect(httpErrorOf(http.send(read))).resolves.toMatchObject({
      problem: { code: null, message: 'no', traceId: null },
    });
  });

  it('may be nothing at all', async () => {
    const { http } = testClient([json(418, problem(''))]);
    const { message } = await httpErrorOf(http.send({ ...read, authorized: false }));
    expect(message).toBe('cannot list service accounts: nscale answered 418: no reason given');
  });

  it('is cut to 500 characters', async () => {
    const { http } = testClient([json(400, problem('😀'.repeat(100_000)))]);
    const { problem: said } = await httpErrorOf(http.send(read));
    expect(said?.message).toBe(`${'😀'.repeat(499)}…`);
  });

  it.each([
    ['a trace id', traceId, traceId],
    ['one of zeros, for tracing is off', '0'.repeat(32), 'from-header'],
    ['one that is none', 'a b\n::c', 'from-header'],
  ])('comes with %s', async (_name, given, expected) => {
    const answer = json(400, problem('no', { trace_id: given }), { 'x-request-id': 'from-header' });
    const { http } = testClient([answer]);
    await expect(httpErrorOf(http.send(read))).resolves.toMatchObject({ traceId: expected });
  });
});

const hint =
  'look for a proxy, firewall or login page before https://api.example.com, and check that endpoint (flag --endpoint)';

function renewable(): { credential: HttpCredential; renewals: string[] } {
  const renewals: string[] = [];
  const credential = {
    source: 'TEST_TOKEN',
    header: () => Promise.resolve('Bearer abc.def'),
    renew: () => Promise.resolve(void renewals.push('renewed')),
  };
  return { credential, renewals };
}

describe('a body that is not the service’s', () => {
  const html = { 'content-type': 'text/html; charset=utf-8' };
  const foreign = [
    ['HTML', '<html>secret</html>', html, 'html', 'an HTML page'],
    ['HTML by its first character', '\n <!doctype html>', {}, 'html', 'an HTML page'],
    ['HTML by its type', 'Bad gateway', html, 'html', 'an HTML page'],
    ['plain text', 'secret', {}, 'other', 'a body that is not valid JSON'],
    ['cut-off JSON', '{"error":"secret', {}, 'other', 'a body that is not valid JSON'],
    ['not UTF-8', new Uint8Array([0xff, 0x22]), {}, 'other', 'a body that is not valid JSON'],
    ['JSON of another shape', '{"secret":1}', {}, 'json', "JSON that is not nscale's"],
    ['a JSON string', '"secret"', {}, 'json', "JSON that is not nscale's"],
  ] as const;

  it.each(foreign)('%s of 500 is a gateway’s', async (_name, body, headers, kind, said) => {
    const { http } = testClient([new Response(body, { status: 500, headers })]);
    const error = await httpErrorOf(http.send(deletion));
    expect(error).toMatchObject({
      code: 'gateway',
      exitCode: ExitCode.failed,
      body: kind,
      answeredBy: 'gateway',
      verdict: null,
      problem: null,
      arrival: 'unknown',
      status: 500,
      retryable: true,
      hint,
    });
    expect(error.message).toBe(
      `cannot delete service account 7: a gateway answered in place of nscale: 500 (internal error) with ${said}`,
    );
  });

  const counted = [400, 401, 403, 404, 405, 409, 418, 422];
  const pairs = counted.flatMap((status) =>
    foreign.map(([name, body, headers, , said]) => ({ status, name, body, headers, said })),
  );

  it.each(pairs)('$status with $name is no verdict, and does not prove that nothing was done', async (row) => {
    const { status, body, headers, said } = row;
    const { credential, renewals } = renewable();
    const { http, requests } = testClient([new Response(body, { status, headers })], { credential });
    const error = await httpErrorOf(http.send(deletion));
    expect(error).toMatchObject({
      code: 'gateway',
      exitCode: ExitCode.failed,
      verdict: null,
      arrival: 'unknown',
      status,
      retryable: false,
      hint,
      message: `cannot delete service account 7: a gateway answered in place of nscale: ${status} with ${said}`,
    });
    expect({ renewals, sent: requests.length }).toEqual({ renewals: [], sent: 1 });
  });

  it.each([407, 411, 413, 414, 421, 425, 431, 511])('%i says itself that nothing was passed on', async (status) => {
    const { http } = testClient([new Response('<html>', { status })]);
    await expect(httpErrorOf(http.send(deletion))).resolves.toMatchObject({ arrival: 'refused', verdict: null });
  });

  it.each([
    ['a page', '<html>', {}],
    ['a page behind a byte order mark', '\uFEFF \n<html>', {}],
    ['text that is called a page', 'Sign in', html],
  ])('%s of 200 is a gateway’s, too', async (_name, body, headers) => {
    const { http } = testClient([new Response(body, { status: 200, headers })]);
    await expect(httpErrorOf(http.send(deletion))).resolves.toMatchObject({
      code: 'gateway',
      exitCode: ExitCode.failed,
      arrival: 'unknown',
      hint,
      message: 'cannot delete service account 7: a gateway answered in place of nscale: 200 with an HTML page',
    });
  });

  it.each([
    ['JSON that is called a page', '{"a":1}'],
    ['nothing', ''],
  ])('%s is none', async (_name, body) => {
    const { http } = testClient([new Response(body, { status: 200, headers: html })]);
    await expect(http.send(deletion)).resolves.toMatchObject({ status: 200 });
  });

  it('is told apart in the answer to a request for a credential, without a word of it', async () => {
    const { http } = testClient([new Response('<html>s3cret', { status: 403 })]);
    const error = await httpErrorOf(http.send(rotation));
    expect(error).toMatchObject({ code: 'gateway', answeredBy: 'gateway', arrival: 'unknown', hint });
    expect(error.message).not.toContain('s3cret');
  });
});

describe('an empty body', () => {
  it.each([
    [
      401,
      '',
      'check the credential from TEST_TOKEN, and whether a proxy or firewall stands before https://api.example.com',
    ],
    [
      403,
      ' \n',
      'check the credential from TEST_TOKEN, and whether a proxy or firewall stands before https://api.example.com',
    ],
    [404, '', null],
    [409, '', null],
  ])('of %i does not say whose it is', async (status, body, where) => {
    const { http } = testClient([new Response(body, { status })]);
    await expect(httpErrorOf(http.send(deletion))).resolves.toMatchObject({
      code: 'refused',
      exitCode: ExitCode.failed,
      answeredBy: 'unclear',
      verdict: null,
      arrival: 'unknown',
      hint: where,
      message: `cannot delete service account 7: nscale, or a gateway before it, answered ${String(status)} with an empty body`,
    });
  });

  it('of 401 renews the credential of a read, and of nothing else', async () => {
    const { credential, renewals } = renewable();
    const steps = [new Response(null, { status: 401 }), json(200, [])];
    await expect(testClient(steps, { credential }).http.send(read)).resolves.toMatchObject({ status: 200 });
    expect(renewals).toEqual(['renewed']);
    await httpErrorOf(testClient([new Response(null, { status: 401 })], { credential }).http.send(deletion));
    expect(renewals).toEqual(['renewed']);
  });

  it('of 500 is an error of either', async () => {
    const { http } = testClient([new Response('', { status: 500 })]);
    await expect(httpErrorOf(http.send(deletion))).resolves.toMatchObject({
      code: 'server_error',
      arrival: 'unknown',
      retryable: true,
      message:
        'cannot delete service account 7: nscale, or a gateway before it, answered 500 (internal error) with an empty body',
    });
  });
});

describe('the answer to a request for a credential', () => {
  it.each([400, 401, 403, 409, 500])('%i is not quoted, not even in part', async (status) => {
    const body = { error: 's3cret', error_description: 's3cret', trace_id: 's3cret' };
    const { http } = testClient([json(status, body)]);
    const error = await httpErrorOf(http.send(rotation));
    const all = [error.message, error.hint, error.traceId, error.problem, error.cause];
    expect(JSON.stringify(all)).not.toContain('s3cret');
    expect(error).toMatchObject({ problem: null, body: 'json', status });
    expect(error.message).toMatch(/^cannot rotate service account 7: nscale answered \d+ \(.+\)$/);
  });
});
