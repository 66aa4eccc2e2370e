import type { RequiredAction } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import { Secret } from '../../model/credential.ts';
import { fingerprintOf } from '../../model/fingerprint.ts';
import { sactl } from '../../model/hint.ts';
import { quoted } from '../../model/text.ts';
import type { Intake, IntakeReading, IntakeRequest } from '../manual.ts';
import { ownTenant, type Connection } from './connection.ts';
import { accountIn, knownToken, tokenExists, type Inventory } from './inventory.ts';
import { hostOf, readSession, sessionLine, sessionOfToken, tenantOf } from './session.ts';

/** Where people manage service accounts and their tokens (docs/contracts/augment.md 1). */
export const consoleUrl = 'https://app.augmentcode.com/settings/service-accounts';

/** What a person has to do about a token that has been replaced. */
export function revocation({ id, name }: Pick<Account, 'id' | 'name'>, token: string): RequiredAction {
  const account = `the service account ${quoted(name, 100)}`;
  return {
    goal: token.startsWith('sha256:')
      ? `revoke the token of ${account} that was in use before; its name is not known here, its fingerprint is ${token}`
      : `revoke the token ${quoted(token, 100)} of ${account}`,
    url: consoleUrl,
    command: sactl`tokens revoke --provider augment --id ${id} --token ${token} --done --yes`,
  };
}

/** How a person fetches a new token (docs/contracts/augment.md 1). @throws ConflictError when there is one of that name */
export async function intake(connection: Connection, request: IntakeRequest): Promise<Intake> {
  const { account } = request;
  const inventory = await connection.inventory.read();
  const token = request.token ?? suggestedName(connection, account);
  if (account?.tokens.some(({ name }) => name === token) === true) throw tokenExists(request.name, token);
  const tenant = account?.organization ?? (await likelyTenant(connection, inventory));
  const placeholder = sessionLine({
    accessToken: new Secret('placeholder'),
    tenantURL: `${tenant ?? 'https://tenant.api.augmentcode.com'}/`,
    scopes: ['read', 'write'],
  });
  return {
    action: { goal: goalOf(request, token), url: consoleUrl },
    placeholder: { document: placeholder, token },
    read: (text) => readSupplied(text, { request, inventory, token, tenant }),
  };
}

function goalOf({ operation, name }: IntakeRequest, token: string): string {
  const what = `an API token ${quoted(token, 100)}`;
  return operation === 'create'
    ? `make the service account ${quoted(name, 100)} and ${what} of it`
    : `make ${what} of the service account ${quoted(name, 100)}`;
}

/** The day, and a number behind it when the account has one of that name. */
function suggestedName({ now }: Connection, account: Account | null): string {
  const day = new Date(now()).toISOString().slice(0, 10);
  const taken = new Set(account?.tokens.map(({ name }) => name));
  let name = day;
  for (let count = 2; taken.has(name); count += 1) name = `${day}-${count}`;
  return name;
}

/** The tenant of everything that is recorded, where that is one, else the caller's own. */
async function likelyTenant(connection: Connection, { accounts }: Inventory): Promise<string | null> {
  const [only, ...others] = new Set(accounts.map(({ tenant }) => tenant));
  return only !== undefined && others.length === 0 ? only : ownTenant(connection);
}

/** JSON, nothing at all, or a session with something around it, e.g. quotes of a shell or `SESSION=`. */
const notToken = /^\s*(?:[{["]|(?:null|true|false)?\s*$)|accessToken/;

interface Expected {
  readonly request: IntakeRequest;
  readonly inventory: Inventory;
  readonly token: string;
  readonly tenant: string | null;
}

/** A session as it is downloaded, or the token alone as the console shows it. */
function readSupplied(text: string, { request, inventory, token, tenant }: Expected): IntakeReading {
  const reading = notToken.test(text) ? readSession(text, tenant) : sessionOfToken(text, tenant);
  const { session, warnings } = reading;
  if (session === null) return refused(reading.problems);
  const known = knownToken(inventory, fingerprintOf(session.accessToken));
  const key = { tenant: tenantOf(session), name: request.name };
  const isThere = request.operation === 'create' && accountIn(inventory, key) !== null;
  const problems = [
    ...(known === null ? [] : [known]),
    ...(isThere ? [`${quoted(key.name, 100)} of ${key.tenant} is recorded already`] : []),
  ];
  if (problems.length > 0) return refused(problems);
  const recorded = request.account?.organization ?? null;
  const question =
    recorded === null || recorded === tenantOf(session)
      ? null
      : `The session is for ${hostOf(session.tenantURL)}, and ${request.name} is recorded at ${hostOf(recorded)}. Go on?`;
  return { supplied: { document: sessionLine(session), token }, problems: [], warnings, question };
}

function refused(problems: readonly string[]): IntakeReading {
  return { supplied: null, problems, warnings: [], question: null };
}
