// @module-tag slow
import { expect, test } from 'vitest';

import { faultSubjectOf } from '../../../src/sandbox/emulator.ts';
import { runaiService } from '../../../src/sandbox/runai/app.ts';
import { clusterIds, roleIds, runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { controlPlanes, type ControlPlane } from '../../../src/sandbox/runai/versions.ts';
import { runaiDocuments } from '../../harness/runai-conformance.ts';
import { administrator, deploy, newcomer, type Call } from './deployment.ts';

type Step = readonly [method: string, path: string, call?: Call];

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const access = '/api/v1/authorization/access-rules';
const rule = {
  subjectId: 'ci-vision',
  subjectType: 'user',
  roleId: roleIds.viewer,
  scopeId: '1001',
  scopeType: 'tenant',
};

/** All that an account goes through, as service account or as application. */
function lifeAt(path: string, id: string): readonly Step[] {
  const one = `${path}/${id}`;
  const body = { name: `fresh-${path.slice(-4)}` };
  return [
    ['POST', path, { body }],
    ['POST', path, { body }],
    ['POST', path, { body: { name: 'X' } }],
    ['GET', path],
    ['GET', one],
    ['PATCH', one, { body: { enabled: false } }],
    ['PATCH', one, { body: {} }],
    ['POST', `${one}/secret`],
    ['DELETE', one],
    ['GET', one],
    ['PATCH', one, { body: { enabled: true } }],
    ['POST', `${one}/secret`],
    ['DELETE', one],
  ];
}

/** Requests that are answered in every way but 401, 403, 500 and 503, which are the same for all of them. */
const steps: readonly Step[] = [
  ...['client_secret=x', `client_secret=${administrator.clientSecret}`].map((secret): Step => {
    const body = `grant_type=client_credentials&client_id=${administrator.clientId}&${secret}`;
    return ['POST', '/api/v2/token', { headers: form, body, token: null }];
  }),
  ['POST', '/api/v2/token', { headers: form, body: 'grant_type=', token: null }],
  ['POST', '/api/v1/token', { body: {}, token: null }],
  [
    'POST',
    '/api/v1/token',
    {
      body: {
        grantType: 'client_credentials',
        clientID: administrator.clientId,
        clientSecret: administrator.clientSecret,
      },
    },
  ],
  ...lifeAt('/api/v1/service-accounts', runaiAccountIds.ciVision),
  ...lifeAt('/api/v1/apps', runaiAccountIds.ciLanguage),
  ['GET', access],
  ['POST', access, { body: rule }],
  ['POST', access, { body: rule }],
  ['POST', access, { body: { ...rule, roleId: 'x' } }],
  ['POST', access, { body: { ...rule, scopeId: '7' } }],
  ['GET', `${access}/102`],
  ['DELETE', `${access}/102`],
  ['GET', `${access}/102`],
  ['DELETE', `${access}/102`],
  ['GET', '/api/v1/authorization/me/access-rules'],
  ['GET', '/api/v1/authorization/me/access-rules?limit=0'],
  ['GET', '/api/v1/authorization/permissions'],
  ['GET', '/api/v1/authorization/roles'],
  ['GET', '/api/v2/authorization/roles'],
  ['GET', '/api/v2/authorization/roles?limit=x'],
  ['GET', '/api/v1/clusters'],
  ['GET', `/api/v1/clusters/${clusterIds.east}`],
  ['GET', '/api/v1/clusters/absent'],
  ['GET', '/api/v1/clusters/minimal'],
  ['GET', '/api/v1/clusters/minimal?filterBy=x'],
  ['GET', `/api/v1/clusters/${clusterIds.east}/minimal`],
  ['GET', '/api/v1/clusters/absent/minimal'],
  ...['departments', 'projects'].flatMap((units): readonly Step[] => [
    ['GET', `/api/v1/org-unit/${units}`],
    ['GET', `/api/v1/org-unit/${units}?filterBy=id==50`],
    ['GET', `/api/v1/org-unit/${units}/${units === 'projects' ? 4301 : 50}`],
    ['GET', `/api/v1/org-unit/${units}/absent`],
  ]),
];

/** Documented, and of no request that the emulator knows: it has no id or query that is malformed, and no missing list. */
const neverAnswered = [
  'GET /api/v1/service-accounts 400',
  'GET /api/v1/service-accounts 404',
  'POST /api/v1/service-accounts 404',
  'GET /api/v1/service-accounts/{serviceAccountId} 400',
  'DELETE /api/v1/service-accounts/{serviceAccountId} 400',
  'POST /api/v1/service-accounts/{serviceAccountId}/secret 400',
  'GET /api/v1/apps 400',
  'GET /api/v1/apps 404',
  'POST /api/v1/apps 404',
  'GET /api/v1/apps/{appId} 400',
  'DELETE /api/v1/apps/{appId} 400',
  'POST /api/v1/apps/{appId}/secret 400',
  'GET /api/v1/authorization/roles 400',
  'GET /api/v1/clusters 404',
  'GET /api/v1/clusters/minimal 404',
  'GET /api/v1/clusters/{clusterUuid}/minimal 400',
];

/** Every answer, as `GET /path 200`; `deploy` fails at the first that the documents do not allow. */
async function answersOf(controlPlane: ControlPlane): Promise<ReadonlySet<string>> {
  const documents = runaiDocuments(controlPlane);
  const faults = faultSubjectOf(runaiService(controlPlane));
  const seen = new Set<string>();
  const { state, send, signIn } = deploy({ controlPlane });
  // Nothing reaches the newcomer.
  state.rules.splice(
    state.rules.findIndex(({ id }) => id === 100),
    1,
  );
  const fresh = await signIn(newcomer);
  for (const [method, path, call = {}] of steps) {
    const request = new Request(`https://acme.run.test${path}`, { method });
    const name = documents.operationOf(request);
    const answers = [
      (await send(method, path, call)).status,
      (await send(method, path, { ...call, token: null })).status,
      (await send(method, path, { ...call, token: fresh })).status,
    ];
    for (const status of [500, 503] as const) {
      // Organization units document no 500.
      const isDocumented = documents.documented.includes(`${name ?? ''} ${status}`);
      const problems = await documents.answerProblems(request, faults.refuse(request, status));
      if (isDocumented && problems.length === 0) answers.push(status);
    }
    for (const status of answers) seen.add(`${name ?? 'none'} ${status}`);
  }
  return seen;
}

test.each(controlPlanes)('the emulator of %s answers as documented, in every documented way', async (controlPlane) => {
  const { documented } = runaiDocuments(controlPlane);
  const seen = await answersOf(controlPlane);
  const unseen = documented.filter((answer) => !seen.has(answer));
  expect(unseen.toSorted(byText)).toEqual(
    neverAnswered.filter((answer) => documented.includes(answer)).toSorted(byText),
  );
  // What a version does not have is 404.
  const others = [...seen].filter((answer) => !documented.includes(answer));
  expect(others).toEqual(['none 404']);
});

function byText(one: string, other: string): number {
  return one.localeCompare(other);
}
