import { expect, test } from 'vitest';

import { accountIds, sandboxTokens } from '../../../src/sandbox/nscale/seed-ids.ts';
import { nscaleDocuments as documents } from '../../harness/nscale-conformance.ts';
import { absentId, accounts, deploy, home, write, type Call } from './deployment.ts';

type Step = readonly [method: string, path: string, call?: Call];

const body = write('fresh');

/** Requests that are answered in every way but 401, which is the same for all of them. */
const steps: readonly Step[] = [
  ['GET', '/oauth2/v2/userinfo'],
  ['GET', '/api/v1/organizations'],
  ...['groups', 'roles', 'serviceaccounts'].flatMap((list): readonly Step[] => [
    ['GET', `${home}/${list}`],
    ['GET', `${home}/${list}`, { token: sandboxTokens.user }],
    ['GET', `/api/v1/organizations/x/${list}`],
    ['GET', `/api/v1/organizations/${absentId}/${list}`],
  ]),
  ['POST', accounts, { body }],
  ['POST', accounts, { body: {} }],
  ['POST', accounts, { body, token: sandboxTokens.user }],
  ['PUT', `${accounts}/${accountIds.terraform}`, { body }],
  ['PUT', `${accounts}/${accountIds.terraform}`, { body: {} }],
  ['PUT', `${accounts}/${absentId}`, { body }],
  ['POST', `/api/v1/organizations/${absentId}/serviceaccounts`, { body }],
  ['PUT', `/api/v1/organizations/${absentId}/serviceaccounts/${absentId}`, { body }],
  ['DELETE', `/api/v1/organizations/${absentId}/serviceaccounts/${absentId}`],
  ['POST', `/api/v1/organizations/${absentId}/serviceaccounts/${absentId}/rotate`],
  ['PUT', `${accounts}/${accountIds.terraform}`, { body, token: sandboxTokens.user }],
  ...[['POST', '/rotate'] as const, ['DELETE', ''] as const].flatMap(([method, end]): readonly Step[] => [
    [method, `${accounts}/${accountIds.terraform}${end}`],
    [method, `${accounts}/${accountIds.terraform}${end}`, { token: sandboxTokens.user }],
    [method, `${accounts}/${absentId}${end}`],
    [method, `${accounts}/x${end}`],
  ]),
];

/** Documented, and of no request that the emulator knows: nobody writes at the same moment, or has no active record. */
const neverAnswered = [
  'GET /api/v1/organizations 403',
  'GET /api/v1/organizations 404',
  'GET /api/v1/organizations 500',
  'PUT /api/v1/organizations/{organizationID}/serviceaccounts/{serviceAccountID} 409',
  'POST /api/v1/organizations/{organizationID}/serviceaccounts/{serviceAccountID}/rotate 409',
];

// `deploy` fails at the first answer that our contract does not allow.
test('the emulator answers as our contract says, in every way that it says', async () => {
  const { send } = deploy();
  const seen = new Set<string>();
  for (const [method, path, call = {}] of steps) {
    const name = documents.operationOf(new Request(`https://identity.test${path}`, { method }));
    for (const given of [call, { ...call, token: null }])
      seen.add(`${name ?? ''} ${(await send(method, path, given)).status}`);
  }
  expect(documents.documented.filter((answer) => !seen.has(answer))).toEqual(neverAnswered);
  expect([...seen].filter((answer) => !documents.documented.includes(answer))).toEqual([]);
});

const metadata = {
  id: accountIds.terraform,
  name: 'terraform',
  organizationId: 'x',
  creationTime: '2026-01-02T03:04:05Z',
  provisioningStatus: 'provisioned',
  healthStatus: 'healthy',
};
const account = { metadata, spec: { groupIDs: [] }, status: { expiry: '2026-02-02T03:04:05Z' } };

test.each([
  ['a token', [{ ...account, status: { ...account.status, accessToken: 'x' } }], 200],
  ['null for what is not set', [{ ...account, metadata: { ...metadata, description: null } }], 200],
  ['no groups', [{ ...account, spec: {} }], 200],
  ['a status that does not exist', [{ ...account, metadata: { ...metadata, healthStatus: 'fine' } }], 200],
  ['an error without its text', { error: 'not_found' }, 401],
  ['a status that is not declared', { error: 'not_found', error_description: 'resource not found' }, 404],
])('a list with %s is found', async (_, answer, status) => {
  const request = new Request(`https://identity.test${accounts}`);
  expect(await documents.answerProblems(request, Response.json([account]))).toEqual([]);
  expect(await documents.answerProblems(request, Response.json(answer, { status }))).toHaveLength(1);
});
