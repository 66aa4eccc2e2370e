// A server of nscale's identity API that takes its time, for measuring how fast many accounts are rotated.
import { createServer } from 'node:http';

/**
 * @typedef {{ metadata: { id: string }, status: { expiry: string } }} Account
 * @param {{ accounts: readonly Account[], organization: string, delayMs: number }} options
 * @returns {Promise<{ url: string, seconds: () => number, close: () => void }>} `seconds` is from the arrival of the first
 * rotation to the answer of the last
 */
export async function serveRotations({ accounts, organization, delayMs }) {
  const list = JSON.stringify(accounts);
  const byId = new Map(accounts.map((account) => [account.metadata.id, account]));
  let first = 0n;
  let last = 0n;

  /** @param {string} method @param {string} path */
  function answer(method, path) {
    if (method === 'POST') {
      last = process.hrtime.bigint();
      const account = byId.get(path.split('/').at(-2) ?? '');
      const expiry = '2027-02-25T08:00:00Z';
      return JSON.stringify({
        ...account,
        status: { expiry, accessToken: `t.${'x'.repeat(600)}` },
      });
    }
    if (path.endsWith('/serviceaccounts')) return list;
    const who = { acctype: 'user', orgIds: [organization] };
    return JSON.stringify({ sub: 'bench', 'https://unikorn-cloud.org/authz': who });
  }

  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    if (method === 'POST' && first === 0n) first = process.hrtime.bigint();
    request.resume();
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end(answer(method, url));
    }, delayMs);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    seconds: () => Number(last - first) / 1e9,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
