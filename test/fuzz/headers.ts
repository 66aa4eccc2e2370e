import fc from 'fast-check';

const headerValues: Readonly<Record<string, readonly string[]>> = {
  'retry-after': [
    '0',
    '1',
    '-5',
    '1e9',
    '999999999',
    '99999999999999999999',
    'soon',
    'Wed, 21 Oct 2099 07:28:00 GMT',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Mon, 99 Foo 2026 99:99:99 GMT',
    '1, 2',
    '٣',
  ],
  date: ['Thu, 01 Jan 1970 00:00:00 GMT', 'x', '', '+275760-09-13', 'Sun, 22 Nov 2026 12:00:00 GMT'],
  'content-length': ['0', '3', '99', '-1', '1e3', '99999999999', '18446744073709551616', 'x', '3, 3'],
  'content-type': ['text/html', 'application/json; charset=utf-16', 'x', 'a'.repeat(3000)],
  'content-encoding': ['gzip', 'deflate', 'br', 'identity', 'zstd', 'x', 'gzip, gzip, gzip, br'],
  'transfer-encoding': ['chunked', 'identity', 'gzip, chunked', 'x'],
  location: [
    '/nscale/api/v1/organizations',
    '?a=b',
    '//evil.example/x',
    'https://evil.example/$TOKEN',
    'https://$TOKEN@evil.example/',
    'https://$TOKEN.evil.example/',
    'http://[::1',
    'javascript:alert(1)',
    'file:///etc/passwd',
    '',
    '\u001B[31m',
    'x'.repeat(9000),
  ],
  'x-request-id': ['abc-123', '$TOKEN', '::error::x', '0000', 'x'.repeat(5000), '##[error]x'],
  'x-trace-id': ['$TOKEN', 'trace/1:2'],
  traceparent: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-$TOKEN-x-01'],
  'www-authenticate': ['Bearer realm="$TOKEN"', 'x'],
  'set-cookie': ['session=$TOKEN; Path=/'],
  connection: ['close', 'keep-alive', 'upgrade'],
};

/** One header that a client might stumble over. */
export function header(): fc.Arbitrary<readonly [string, string]> {
  return fc
    .constantFrom(...Object.keys(headerValues))
    .chain((name) =>
      fc.constantFrom(...(headerValues[name] ?? [''])).map((value): readonly [string, string] => [name, value]),
    );
}
