import { describe, expect, it } from 'vitest';
import { isLoopback, readEndpoint } from '../../src/model/endpoint.ts';

function httpsOnly(host: string): string {
  return `must use https: http would send the credential to ${host} unencrypted`;
}

describe('readEndpoint', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['  https://api.example.com/ \n', 'https://api.example.com'],
    ['HTTPS://API.example.com:443', 'https://api.example.com'],
    ['https://api.example.com:8443/base/path//', 'https://api.example.com:8443/base/path'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://127.0.0.1', 'http://127.0.0.1'],
    ['http://127.9.8.7:1/x', 'http://127.9.8.7:1/x'],
    ['http://[::1]:80', 'http://[::1]'],
  ])('takes %j', (text, url) => {
    expect(readEndpoint(text, '--endpoint')).toEqual({ url, problem: null });
  });

  it.each([
    ['', 'is empty; give a URL such as https://api.example.com'],
    ['   ', 'is empty; give a URL such as https://api.example.com'],
    ['api.example.com', 'is not a URL such as https://api.example.com'],
    ['localhost:8080', 'is not a URL such as https://api.example.com'],
    ['https:api.example.com', 'is not a URL such as https://api.example.com'],
    ['https:///api', 'is not a URL such as https://api.example.com'],
    ['https://', 'is not a URL such as https://api.example.com'],
    ['https://exa mple.com', 'is not a URL such as https://api.example.com'],
    ['https://api\n.example.com', 'is not a URL such as https://api.example.com'],
    ['https://good.com\\@evil.com', 'is not a URL such as https://api.example.com'],
    ['https://api.example.com:99999', 'is not a URL such as https://api.example.com'],
    ['ftp://api.example.com', 'is not a URL such as https://api.example.com'],
    ['file:///etc/passwd', 'is not a URL such as https://api.example.com'],
    ['https://user:pass@api.example.com', 'must not hold a user name or password'],
    ['https://user@api.example.com', 'must not hold a user name or password'],
    ['https://api.example.com?a=b', 'must not have a query or a fragment'],
    ['https://api.example.com/?', 'must not have a query or a fragment'],
    ['https://api.example.com/#', 'must not have a query or a fragment'],
    ['http://api.example.com', httpsOnly('api.example.com')],
    ['http://localhost.evil.com', httpsOnly('localhost.evil.com')],
    ['http://127.0.0.1.evil.com:80', httpsOnly('127.0.0.1.evil.com')],
    ['http://10.0.0.1:81', httpsOnly('10.0.0.1:81')],
    ['http://[::2]', httpsOnly('[::2]')],
  ])('refuses %j', (text, problem) => {
    expect(readEndpoint(text, 'RUNAI_BASE_URL')).toEqual({ url: null, problem: `RUNAI_BASE_URL ${problem}` });
  });
});

it.each([
  ['http://127.1', true],
  ['http://0x7f.0.0.1', true],
  ['http://2130706433', true],
  ['http://0.0.0.0', false],
  ['http://128.0.0.1', false],
  ['http://localhost', true],
])('%s is loopback: %s', (url, expected) => {
  expect(isLoopback(new URL(url).hostname)).toBe(expected);
});
