import { describe, expect, test } from 'vitest';

import { providerNames, type ProviderName } from '../../../src/model/account.ts';
import type { FaultOperation } from '../../../src/sandbox/faults/fault.ts';
import { sandboxProviders } from '../../../src/sandbox/providers.ts';

const organization = '/api/v1/organizations/d4600d6e-e965-4b44-a808-84fb2fa36702';

const requests: readonly (readonly [ProviderName, string, string, FaultOperation | null])[] = [
  ['nscale', 'GET', `${organization}/serviceaccounts`, 'list'],
  ['nscale', 'POST', `${organization}/serviceaccounts`, 'create'],
  ['nscale', 'PUT', `${organization}/serviceaccounts/x`, 'update'],
  ['nscale', 'POST', `${organization}/serviceaccounts/x/rotate`, 'rotate'],
  ['nscale', 'DELETE', `${organization}/serviceaccounts/x`, 'delete'],
  ['nscale', 'GET', `${organization}/groups`, 'read'],
  ['nscale', 'GET', '/oauth2/v2/userinfo', 'read'],
  ['nscale', 'POST', `${organization}/serviceaccounts/x`, null],
  ['nscale', 'POST', '/elsewhere', null],
  ['runai', 'POST', '/api/v2/token', 'token'],
  ['runai', 'POST', '/api/v1/token', 'token'],
  ['runai', 'GET', '/api/v1/service-accounts?x=1', 'list'],
  ['runai', 'GET', '/api/v1/apps', 'list'],
  ['runai', 'GET', '/api/v1/service-accounts/x', 'read'],
  ['runai', 'POST', '/api/v1/service-accounts', 'create'],
  ['runai', 'PATCH', '/api/v1/service-accounts/x', 'update'],
  ['runai', 'POST', '/api/v1/service-accounts/x/secret', 'rotate'],
  ['runai', 'DELETE', '/api/v1/apps/x', 'delete'],
  ['runai', 'GET', '/api/v1/authorization/access-rules', 'read'],
  ['runai', 'POST', '/api/v1/authorization/access-rules', null],
  ['runai', 'DELETE', '/api/v1/authorization/access-rules/7', null],
  ['augment', 'GET', '/analytics/v0/dau-count', 'read'],
  ['augment', 'GET', '/analytics/v0/user-activity?page_size=1', 'read'],
  ['augment', 'POST', '/analytics/v0/dau-count', null],
];

test.each(requests)('%s: %s %s is %s', (provider, method, path, operation) => {
  const request = new Request(`https://api.example.com${path}`, { method });
  expect(sandboxProviders[provider].faults.operationOf(request)).toBe(operation);
});

test.each(providerNames)('%s offers the operations that there are', (provider) => {
  const met = requests.filter(([name]) => name === provider).map(([, , , operation]) => operation);
  const { operations } = sandboxProviders[provider].faults;
  expect(new Set(operations)).toEqual(new Set(met.filter((operation) => operation !== null)));
});

describe('Run:ai refuses in its own shape', () => {
  test.each([
    ['/api/v1/service-accounts', 401, { code: 401, message: 'Issuer is not familiar' }],
    ['/api/v1/service-accounts', 429, { code: 429, message: 'Too many requests' }],
    ['/api/v1/service-accounts', 500, { code: 500, message: 'Something went wrong' }],
    ['/api/v1/service-accounts', 503, { code: 503, message: 'Try again later' }],
    ['/api/v1/token', 503, { code: 503, message: 'Try again later' }],
    ['/api/v2/token', 503, { code: 503, message: 'Try again later' }],
    [
      '/api/v2/token',
      401,
      { error: 'invalid_client', error_description: 'Invalid client or Invalid client credentials' },
    ],
  ] as const)('%s %i', async (path, status, body) => {
    const request = new Request(`https://api.example.com${path}`, { method: 'POST' });
    const response = sandboxProviders.runai.faults.refuse(request, status);
    expect([response.status, await response.json()]).toEqual([status, body]);
  });
});

// docs/contracts/runai.md 2b: no 401.
test('Run:ai’s v1 token endpoint refuses a secret that expired as any other', async () => {
  const request = new Request('https://api.example.com/api/v1/token', { method: 'POST' });
  const response = sandboxProviders.runai.faults.refuse(request, 401);
  const body = { code: 400, message: 'Invalid client or Invalid client credentials' };
  expect([response.status, await response.json()]).toEqual([400, body]);
});

test.each([
  [401, 'Unauthenticated', 'Missing or invalid API token'],
  [429, 'ResourceExhausted', 'Rate limit exceeded'],
  [500, 'Internal', 'Something went wrong'],
  [503, 'Unavailable', 'Try again later'],
] as const)('Augment refuses in its own shape: %i', async (status, code, message) => {
  const request = new Request('https://api.example.com/analytics/v0/dau-count');
  const response = sandboxProviders.augment.faults.refuse(request, status);
  expect([response.status, await response.json()]).toEqual([status, { error: { code, message } }]);
});
