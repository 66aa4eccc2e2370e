import { describe, expect, it } from 'vitest';
import { deletion, endpoint, httpErrorOf, json, read, rotation, testClient } from './client.ts';

function redirect(location: string | null, status = 302): Response {
  return new Response(null, { status, headers: location === null ? {} : { location } });
}

describe('a read', () => {
  it.each([301, 302, 303, 307, 308])('follows a %i within the origin', async (status) => {
    const { http, requests, sleeps } = testClient([redirect('/v2/accounts', status), json(200, [])]);
    await expect(http.send(read)).resolves.toMatchObject({ status: 200 });
    expect(requests.map(({ url }) => url)).toEqual([read.url, 'https://api.example.com/v2/accounts']);
    expect(requests[1]?.headers.get('authorization')).toBe('Bearer abc.def');
    expect(sleeps).toEqual([]);
  });

  it.each([
    ['relative', 'other', `${endpoint}/other`],
    ['absolute, with the standard port', 'https://API.example.com:443/x', 'https://api.example.com/x'],
  ])('understands a location that is %s', async (_name, location, expected) => {
    const { http, requests } = testClient([redirect(location), json(200, [])]);
    await http.send(read);
    expect(requests[1]?.url).toBe(expected);
  });

  it.each([
    ['host', 'https://evil.test/x', 'https://evil.test'],
    ['host without scheme', '//evil.test/x', 'https://evil.test'],
    ['subdomain', 'https://a.api.example.com/', 'https://a.api.example.com'],
    ['scheme', 'http://api.example.com/base', 'http://api.example.com'],
    ['port', 'https://api.example.com:8443/base', 'https://api.example.com:8443'],
    ['kind of address', 'data:text/plain,x', 'data://'],
  ])('never goes to another %s', async (_name, location, origin) => {
    const { http, requests } = testClient([redirect(location)]);
    await expect(httpErrorOf(http.send(read))).resolves.toMatchObject({
      code: 'redirected',
      message: `cannot list service accounts: nscale, or a gateway before it, answered 302: a redirect to another origin, ${origin}`,
      arrival: 'refused',
      status: 302,
    });
    expect(requests).toHaveLength(1);
  });
});

describe('a chain of redirects', () => {
  it.each([
    ['no location', redirect(null)],
    ['an invalid location', redirect('https://[')],
    ['a location with a password', redirect('https://a:b@api.example.com/')],
    ['300', redirect('/x', 300)],
    ['304', redirect('/x', 304)],
    ['305', redirect('/x', 305)],
  ])('ends at %s', async (_name, answer) => {
    const { http, requests } = testClient([answer]);
    const error = await httpErrorOf(http.send(read));
    expect(error.code).toBe('redirected');
    expect(error.message).toMatch(/answered 30\d: a redirect without a valid address$/);
    expect(requests).toHaveLength(1);
  });

  it('follows five in a row', async () => {
    const hops = ['/1', '/2', '/3', '/4', '/5'].map((path) => redirect(path));
    const { http, requests } = testClient([...hops, json(200, [])]);
    await expect(http.send(read)).resolves.toMatchObject({ status: 200 });
    expect(requests).toHaveLength(6);
  });

  it('does not follow the sixth', async () => {
    const loop = Array.from({ length: 6 }, () => redirect('/loop'));
    const { http, requests } = testClient(loop);
    await expect(httpErrorOf(http.send(read))).resolves.toMatchObject({
      message:
        'cannot list service accounts: nscale, or a gateway before it, answered 302: too many redirects in a row',
    });
    expect(requests).toHaveLength(6);
  });

  it('repeats where the redirect led', async () => {
    const { http, requests } = testClient([redirect('/new'), json(503, {}), json(200, [])]);
    await http.send(read);
    expect(requests.map(({ url }) => new URL(url).pathname)).toEqual(['/base/accounts', '/new', '/new']);
  });
});

it.each([
  ['POST', rotation],
  ['DELETE', deletion],
  ['safe POST', { ...rotation, safe: true }],
])('a %s follows none', async (_name, request) => {
  for (const status of [301, 302, 303, 307, 308]) {
    const { http, requests } = testClient([redirect(`${endpoint}/elsewhere`, status)]);
    const error = await httpErrorOf(http.send(request));
    // Elsewhere the answer may be of something that was done.
    const isRefused = request.safe === true || status >= 307;
    const arrival = isRefused ? 'refused' : 'unknown';
    expect(error).toMatchObject({ code: 'redirected', arrival, status });
    expect(error.message).toContain('a redirect, which is followed for reads only');
    expect(requests).toHaveLength(1);
  }
});
