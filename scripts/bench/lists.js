// A server of nscale's identity API that does nothing but list accounts.
import { createServer } from 'node:http';

export const organization = 'a1b2c3d4-0000-4000-8000-000000000001';

/** @param {number} count */
function accounts(count) {
  return Array.from({ length: count }, (_, index) => ({
    metadata: {
      id: `b0000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      name: `account-${index}`,
      description: 'An account that only exists to be counted',
      organizationId: organization,
      creationTime: '2026-09-01T08:00:00Z',
      createdBy: 'bench@example.com',
      provisioningStatus: 'provisioned',
      healthStatus: 'healthy',
      tags: [{ name: 'team', value: 'infra' }],
    },
    spec: { groupIDs: ['c0000000-0000-4000-8000-000000000001'] },
    status: { expiry: '2027-11-30T08:00:00Z' },
  }));
}

/** Serves lists of 1, 1,000 and 10,000 accounts under /1, /1000 and /10000. */
export async function serveLists() {
  const lists = new Map([1, 1000, 10_000].map((count) => [`/${count}`, JSON.stringify(accounts(count))]));
  const server = createServer((request, response) => {
    const [prefix] = /^\/\d+/.exec(request.url ?? '') ?? [''];
    response.setHeader('content-type', 'application/json');
    response.end(lists.get(prefix) ?? '[]');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { server, url: `http://127.0.0.1:${address.port}` };
}

/** A script that fetches, parses and prints a list, and does nothing else. */
export const bareList = `fetch(process.argv[1]).then(r => r.json()).then(v => process.stdout.write(JSON.stringify(v, null, 2) + '\\n'))`;
