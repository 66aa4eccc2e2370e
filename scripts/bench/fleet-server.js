// Servers of nscale's and Run:ai's APIs that take their time, for measuring how fast a fleet is rotated.
import { createServer } from 'node:http';

const organization = 'a1b2c3d4-0000-4000-8000-000000000001';

/** @param {number} index */
function nscaleAccount(index) {
  const number = String(index).padStart(12, '0');
  return {
    metadata: {
      id: `b0000000-0000-4000-8000-${number}`,
      name: `nscale-${index}`,
      organizationId: organization,
      creationTime: '2026-09-01T08:00:00Z',
      provisioningStatus: 'provisioned',
      healthStatus: 'healthy',
    },
    spec: { groupIDs: [] },
    status: { expiry: '2026-12-24T08:00:00Z' },
  };
}

/** @param {number} index */
function runaiAccount(index) {
  const name = `runai-${index}`;
  const createdAt = '2026-09-01T08:00:00Z';
  return {
    id: `c0000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    name,
    clientId: name,
    enabled: true,
    createdBy: 'bench@example.com',
    createdAt,
    updatedAt: createdAt,
    lastLogin: null,
    tenantId: '1001',
  };
}

const secret = 'x'.repeat(600);

/** What each path ends with, and what is answered there. The accounts never change: nobody looks at them twice. */
const answers = {
  /** @param {number} count */
  nscale: (count) => {
    const accounts = Array.from({ length: count }, (_, index) => nscaleAccount(index));
    const status = { expiry: '2027-02-25T08:00:00Z', accessToken: secret };
    return {
      '/serviceaccounts': accounts,
      '/userinfo': { sub: 'bench', 'https://unikorn-cloud.org/authz': { acctype: 'user', orgIds: [organization] } },
      '/rotate': { ...nscaleAccount(0), status },
    };
  },
  /** @param {number} count */
  runai: (count) => ({
    '/service-accounts': Array.from({ length: count }, (_, index) => runaiAccount(index)),
    '/token': { access_token: 'bench', token_type: 'Bearer', expires_in: 3600 },
    '/secret': { clientSecret: secret },
  }),
};

/** @param {string} path */
function isRotation(path) {
  return path.endsWith('/rotate') || path.endsWith('/secret');
}

/**
 * @param {{ accounts: number, delayMs: number }} options half of the accounts are nscale's, half Run:ai's
 * @returns {Promise<{ environment: Record<string, string>, seconds: () => number, close: () => void }>} `environment` points
 * sactl at the servers; `seconds` is from the arrival of the first rotation to the answer of the last
 */
export async function serveFleet({ accounts, delayMs }) {
  const half = accounts / 2;
  const found = { ...answers.nscale(half), ...answers.runai(half) };
  const texts = Object.entries(found).map(([end, body]) => ({ end, text: JSON.stringify(body) }));
  /** The answer to a rotation tells whose token it is. @param {string} path */
  function textFor(path) {
    const text = texts.find(({ end }) => path.endsWith(end))?.text ?? '[]';
    const id = /\/([^/]+)\/rotate$/.exec(path)?.[1];
    return id === undefined ? text : text.replace(nscaleAccount(0).metadata.id, id);
  }
  let first = 0n;
  let last = 0n;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (isRotation(path) && first === 0n) first = process.hrtime.bigint();
    request.resume();
    setTimeout(() => {
      if (isRotation(path)) last = process.hrtime.bigint();
      response.setHeader('content-type', 'application/json');
      response.end(textFor(path));
    }, delayMs);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const url = `http://127.0.0.1:${address.port}`;
  return {
    environment: {
      NSCALE_SERVICE_TOKEN: 'bench',
      NSCALE_ORGANIZATION_ID: organization,
      NSCALE_IDENTITY_SERVICE_API_ENDPOINT: `${url}/nscale`,
      RUNAI_BASE_URL: `${url}/runai`,
      RUNAI_CLIENT_ID: 'bench',
      RUNAI_CLIENT_SECRET: 'bench',
      AUGMENT_SESSION_AUTH: JSON.stringify({
        accessToken: 'bench',
        tenantURL: 'https://bench.api.augmentcode.com/',
        scopes: ['read', 'write'],
      }),
    },
    seconds: () => Number(last - first) / 1e9,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
