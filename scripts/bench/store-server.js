// The part of S3 that a state store uses, in memory, for measuring how fast a fleet is rotated with a store that takes its time.
import { createServer } from 'node:http';

const bucket = 'bench';

/** What the environment has for the store; nobody has the identity of this recipient. */
const environment = {
  AWS_ACCESS_KEY_ID: 'BENCH',
  AWS_SECRET_ACCESS_KEY: 'bench',
  SACTL_STATE_RECIPIENTS: 'age1024949mm9mr47g9ep56y8tdzhxpukt0d05jereln2375hjrddyhqeky0cu',
};

/** @typedef {Map<string, { etag: string, bytes: Buffer, writtenAt: string }>} Objects */

/** @param {Objects} objects @param {string} prefix */
function listOf(objects, prefix) {
  const names = [...objects].filter(([name]) => name.startsWith(prefix));
  const contents = names.map(
    ([name, { bytes }]) => `<Contents><Key>${name}</Key><Size>${bytes.length}</Size></Contents>`,
  );
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
}

/**
 * @param {{ delayMs: number }} options
 * @returns {Promise<{ environment: Record<string, string>, close: () => void }>} `environment` names the store for sactl
 */
export async function serveStore({ delayMs }) {
  /** @type {Objects} */
  const objects = new Map();
  let writes = 0;

  /** @param {import('node:http').IncomingMessage} request @param {Buffer} bytes */
  function answer({ method, url = '', headers }, bytes) {
    const { pathname, searchParams } = new URL(url, 'http://bench');
    const name = pathname.slice(bucket.length + 2);
    const found = objects.get(name);
    if (name === '' && method === 'POST') {
      for (const [, key = ''] of bytes.toString().matchAll(/<Key>([^<]+)<\/Key>/g)) objects.delete(key);
      return { status: 200, body: '<DeleteResult/>' };
    }
    if (name === '') return { status: 200, body: listOf(objects, searchParams.get('prefix') ?? '') };
    if (method === 'GET') {
      if (found === undefined) return { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' };
      return { status: 200, body: found.bytes, headers: { etag: found.etag, 'last-modified': found.writtenAt } };
    }
    const isFree = headers['if-none-match'] !== '*' || found === undefined;
    const isSame = headers['if-match'] === undefined || headers['if-match'] === found?.etag;
    if (!isFree || !isSame) return { status: 412, body: '<Error><Code>PreconditionFailed</Code></Error>' };
    writes += 1;
    const etag = `"${writes}"`;
    objects.set(name, { etag, bytes, writtenAt: new Date().toUTCString() });
    return { status: 200, body: '', headers: { etag } };
  }

  const server = createServer((request, response) => {
    /** @type {Buffer[]} */
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      setTimeout(() => {
        const { status, body, headers = {} } = answer(request, Buffer.concat(parts));
        response.writeHead(status, headers).end(body);
      }, delayMs);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the store has no port');
  return {
    environment: {
      ...environment,
      SACTL_STATE: `s3://${bucket}?endpoint=http://127.0.0.1:${address.port}&region=us-east-1`,
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
