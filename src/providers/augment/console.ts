import { quoted } from '../../model/text.ts';
import type { Account } from '../../model/account.ts';
import { Secret, fingerprintOf } from '../../model/credential.ts';
import type { Intake, IntakeReading, IntakeRequest } from '../manual.ts';
import { ownTenant, type Connection } from './connection.ts';
import { accountIn, tokenExists, type Inventory } from './inventory.ts';
import { readSession, sessionLine, sessionOfToken, tenantOf, type SessionReading } from './session.ts';
import { hostOf } from './schema.ts';
import { sactl } from '../../model/hint.ts';
import type { RequiredAction } from '../../errors.ts';

/**
 * A new token comes from the web console, by way of a person (docs/contracts/augment.md 1).
 * @throws ConflictError when the account has a token of that name
 */
export async function intake(connection: Connection, request: IntakeRequest): Promise<Intake> {
  const inventory = await connection.inventory.read();
  const token = request.token ?? suggestedName(connection, request.account);
  if (request.account?.tokens.some(({ name }) => name === token) === true) {
    throw tokenExists(request.name, token);
  }
  const tenant = request.account?.organization ?? (await likelyTenant(connection, inventory));
  return {
    action: { goal: goalOf(request, token), url: consoleUrl },
    placeholder: { document: placeholderFor(tenant), token },
    read: (text) => judge(readAnything(text, tenant), { request, inventory, token }),
  };
}

/** A session as it will be; where the tenant is not known, as one is. */
function placeholderFor(tenant: string | null): Secret {
  const tenantURL = `${tenant ?? 'https://tenant.api.augmentcode.com'}/`;
  const accessToken = new Secret('placeholder');
  return sessionLine({ accessToken, tenantURL, scopes: ['read', 'write'] });
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

/** A session as it is downloaded, or the token alone as the console shows it. */
function readAnything(text: string, tenant: string | null): SessionReading {
  return notToken.test(text) ? readSession(text, { tenant }) : sessionOfToken(text, { tenant });
}

interface Judgement {
  readonly request: IntakeRequest;
  readonly inventory: Inventory;
  readonly token: string;
}

function judge(
  { session, problems, warnings }: SessionReading,
  { request, inventory, token }: Judgement,
): IntakeReading {
  if (session === null) return refused(problems);
  const known = knownAs(inventory, fingerprintOf(session.accessToken));
  const key = { tenant: tenantOf(session), name: request.name };
  const isThere = request.operation === 'create' && accountIn(inventory, key) !== null;
  const all = [
    ...(known === null ? [] : [`${known}, not a new one`]),
    ...(isThere ? [`${quoted(key.name, 100)} of ${key.tenant} is recorded already`] : []),
  ];
  if (all.length > 0) return refused(all);
  const recorded = request.account?.organization ?? null;
  const isMoved = recorded !== null && recorded !== tenantOf(session);
  return {
    supplied: { document: sessionLine(session), token },
    problems: [],
    warnings,
    question: isMoved
      ? `The session is for ${hostOf(session.tenantURL)}, and ${request.name} is recorded at ${hostOf(recorded)}. Go on?`
      : null,
  };
}

function refused(problems: readonly string[]): IntakeReading {
  return { supplied: null, problems, warnings: [], question: null };
}

/** What is recorded of a token; null for one that nobody has seen. */
function knownAs({ accounts }: Inventory, fingerprint: string): string | null {
  for (const { name, tokens } of accounts) {
    const known = tokens.find((token) => token.fingerprint === fingerprint);
    if (known !== undefined) {
      return `this is the token ${quoted(known.name, 100)} of ${quoted(name, 100)}`;
    }
  }
  return null;
}

/** What a person is asked to do about a token that has been replaced. */
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

/** Where people manage service accounts and their tokens (docs/contracts/augment.md 1). */
export const consoleUrl = 'https://app.augmentcode.com/settings/service-accounts';
