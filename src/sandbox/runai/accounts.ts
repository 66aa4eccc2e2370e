import { Refusal, type ServiceCall } from '../emulator.ts';
import { hashSecret, isoTime } from '../records.ts';
import { boolean, readBody, string } from './body.ts';
import type { RunaiAccount, RunaiDeployment } from './state.ts';

const namePattern = /^[a-z][-_a-z0-9]*[a-z0-9]$/;
const longestName = 255;
/** `maxItems` of the list, which has no pages. */
const mostListed = 1000;

export function listAccounts(_: ServiceCall, __: unknown, { state }: RunaiDeployment): unknown {
  return state.accounts.slice(0, mostListed).map((account) => view(account, state.tenant.id));
}

/** @throws Refusal 404 */
export function getAccount(call: ServiceCall, _: unknown, deployment: RunaiDeployment): unknown {
  return view(find(call, deployment), deployment.state.tenant.id);
}

/** The account with the only copy of its secret (docs/contracts/runai.md 3). @throws Refusal 400 and 409 */
export function createAccount(
  { text }: ServiceCall,
  caller: string,
  { state, now, newId, newSecret }: RunaiDeployment,
): RunaiAccount & { readonly secret: string } {
  const name = string(readBody(text), 'name');
  if (!namePattern.test(name) || name.length > longestName) {
    throw new Refusal(400, `Parameter name must match ${namePattern.source}`);
  }
  if (state.accounts.some((account) => account.name === name)) {
    throw new Refusal(409, 'A resource with this name already exists');
  }
  const secret = newSecret();
  const time = isoTime(now());
  const account: RunaiAccount = {
    id: newId(),
    name,
    clientId: name,
    enabled: true,
    createdBy: caller,
    createdAt: time,
    updatedAt: time,
    lastLogin: null,
    secretHash: hashSecret(secret),
  };
  state.accounts.push(account);
  return { ...account, secret };
}

/** @throws Refusal 400 and 404 */
export function setEnabled(call: ServiceCall, _: unknown, deployment: RunaiDeployment): void {
  const enabled = boolean(readBody(call.text), 'enabled');
  const account = find(call, deployment);
  account.enabled = enabled;
  account.updatedAt = isoTime(deployment.now());
}

/** A new secret; the old one is refused at once. @throws Refusal 404 */
export function regenerateSecret(call: ServiceCall, _: unknown, deployment: RunaiDeployment): string {
  const account = find(call, deployment);
  const secret = deployment.newSecret();
  account.secretHash = hashSecret(secret);
  account.updatedAt = isoTime(deployment.now());
  return secret;
}

/** The access rules stay, and bind the next account of this name (docs/contracts/runai.md 15). @throws Refusal 404 */
export function deleteAccount(call: ServiceCall, _: unknown, deployment: RunaiDeployment): void {
  const { state } = deployment;
  const account = find(call, deployment);
  state.accounts = state.accounts.filter((candidate) => candidate !== account);
}

function find({ parameters: { id = '' } }: ServiceCall, { state }: RunaiDeployment): RunaiAccount {
  const account = state.accounts.find((candidate) => candidate.id === id);
  if (account === undefined) throw new Refusal(404, `Service account with id ${id} not found`);
  return account;
}

/** An account as the API shows it: here the tenant's id is a string, elsewhere a number (docs/contracts/runai.md 15.11). */
function view(account: RunaiAccount, tenantId: number): unknown {
  const { id, name, clientId, enabled, createdBy, createdAt, updatedAt, lastLogin } = account;
  return { id, name, clientId, enabled, createdBy, createdAt, updatedAt, lastLogin, tenantId: String(tenantId) };
}
