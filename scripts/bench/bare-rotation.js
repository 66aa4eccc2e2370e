// A script that rotates the fleet of `fleet-server.js`, and does nothing else: it lists the accounts, asks for so many
// credentials at once, and writes each into a file of its own, durably.
//
//   node bare-rotation.js <folder> <how many at once>
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';

const [, , folder = '', concurrency = '1'] = process.argv;
const { env } = process;
const nscale = `${env['NSCALE_IDENTITY_SERVICE_API_ENDPOINT']}/api/v1/organizations/${env['NSCALE_ORGANIZATION_ID']}`;
const runai = `${env['RUNAI_BASE_URL']}/api/v1`;

/** @param {string} url @param {string} method @param {string} [token] @returns {Promise<any>} */
async function ask(url, method, token) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { method, headers });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

/** @param {string} name @param {string} secret */
async function keep(name, secret) {
  const draft = join(folder, `.${name}.tmp`);
  const file = await open(draft, 'wx', 0o600);
  await file.writeFile(secret);
  await file.sync();
  await file.close();
  await rename(draft, join(folder, name));
}

async function nscaleWork() {
  const token = env['NSCALE_SERVICE_TOKEN'];
  /** @type {readonly { metadata: { id: string, name: string } }[]} */
  const accounts = await ask(`${nscale}/serviceaccounts`, 'GET', token);
  return accounts.map(({ metadata: { id, name } }) => async () => {
    const { status } = await ask(`${nscale}/serviceaccounts/${id}/rotate`, 'POST', token);
    await keep(name, status.accessToken);
    return name;
  });
}

async function runaiWork() {
  const { access_token: token } = await ask(`${runai}/token`, 'POST');
  /** @type {readonly { id: string, name: string }[]} */
  const accounts = await ask(`${runai}/service-accounts`, 'GET', token);
  return accounts.map(({ id, name }) => async () => {
    const { clientSecret } = await ask(`${runai}/service-accounts/${id}/secret`, 'POST', token);
    await keep(name, clientSecret);
    return name;
  });
}

const work = (await Promise.all([nscaleWork(), runaiWork()])).flat().values();
/** @type {string[]} */
const done = [];
async function lane() {
  for (const rotate of work) done.push(await rotate());
}
await Promise.all(Array.from({ length: Number(concurrency) }, lane));
process.stdout.write(`${JSON.stringify(done, null, 2)}\n`);
