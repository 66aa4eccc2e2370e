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
    status: { expiry: '2099-11-30T08:00:00Z' },
  }));
}

/** Serves a list of as many accounts as the path begins with, e.g. of 1,000 under /1000. */
export async function serveLists() {
  /** @type {Map<number, Buffer>} */
  const lists = new Map();
  const server = createServer((request, response) => {
    const count = Number(/^\/(\d+)/.exec(request.url ?? '')?.[1] ?? 0);
    const list = lists.get(count) ?? Buffer.from(JSON.stringify(accounts(count)));
    lists.set(count, list);
    response.setHeader('content-type', 'application/json');
    response.end(list);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A script that fetches, parses and prints a list, and does nothing else. */
export const bareList = `fetch(process.argv[1]).then(r => r.json()).then(v => process.stdout.write(JSON.stringify(v, null, 2) + '\\n'))`;
