import { join } from 'node:path';

import { largestText, readBoundedText } from '../../files/bounded-file.ts';
import { Secret } from '../../model/credential.ts';
import { fingerprintOf } from '../../model/fingerprint.ts';
import { quoted } from '../../model/text.ts';

/** What Augment's own programs sign in with (docs/contracts/augment.md 3). */
export interface Session {
  readonly accessToken: Secret;
  /** An https origin with a slash behind it. */
  readonly tenantURL: string;
  readonly scopes: readonly string[];
}

/** A session, or everything that is wrong with it; each problem names its field and quotes no value. */
export interface SessionReading {
  /** Null exactly when there are problems. */
  readonly session: Session | null;
  readonly problems: readonly string[];
  /** What works and should still be looked at, e.g. a host that is not Augment's. */
  readonly warnings: readonly string[];
}

/** The scopes of every documented session (docs/contracts/augment.md 2). */
const documentedScopes = ['read', 'write'] as const;

const fields = ['accessToken', 'tenantURL', 'scopes'] as const;

/**
 * Reads a downloaded `session.json`, or `{accessToken, tenantURL?}`: all that Auggie refuses without saying why is
 * refused, and so is what it takes and should not (docs/contracts/augment.md 3.1). Other fields are dropped. Never
 * throws.
 * @param tenant the account's as it is recorded, for a session that names none; it is not warned about
 */
export function readSession(text: string, tenant: string | null = null): SessionReading {
  const parsed = parseObject(text.replace(/^\uFEFF/, ''));
  if (typeof parsed === 'string') return { session: null, problems: [parsed], warnings: [] };
  const repeated = repeatedKeys(text, fields).map((field) => `"${field}" is there more than once`);
  return sessionFrom(parsed, tenant, repeated);
}

/** A session of a token alone, as the web console shows it, and the tenant it is for. Never throws. */
export function sessionOfToken(token: string, tenant: string | null = null): SessionReading {
  return sessionFrom(new Map([['accessToken', token.trim()]]), tenant, []);
}

/** One line of JSON, as a session file and `AUGMENT_SESSION_AUTH` hold it (docs/contracts/augment.md 5). */
export function sessionLine({ accessToken, tenantURL, scopes }: Session): Secret {
  return new Secret(JSON.stringify({ accessToken: accessToken.reveal(), tenantURL, scopes }));
}

/** The tenant's origin, e.g. `https://d1.api.augmentcode.com`. */
export function tenantOf({ tenantURL }: Pick<Session, 'tenantURL'>): string {
  return new URL(tenantURL).origin;
}

/** The host of a tenant, which begins the ids of its accounts. */
export function hostOf(tenant: string): string {
  return new URL(tenant).host;
}

type Fields = ReadonlyMap<string, unknown>;

/** The fields of a JSON object, or why there are none. */
function parseObject(text: string): Fields | string {
  if (text.trim() === '') return 'the session is empty';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the session is not JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'the session must be a JSON object with "accessToken" and "tenantURL"';
  }
  return new Map<string, unknown>(Object.entries(value));
}

function sessionFrom(found: Fields, known: string | null, problems: readonly string[]): SessionReading {
  const token = readToken(found);
  const tenant =
    known === null || found.has('tenantURL')
      ? readTenant(found.get('tenantURL'), hintOf(found, 'tenant_url'))
      : readTenant(known);
  const scopes = readScopes(found.get('scopes'));
  const all = [...problems, token.problem, tenant.problem, scopes.problem].filter((problem) => problem !== null);
  if (all.length > 0 || token.value === null || tenant.value === null || scopes.value === null) {
    return { session: null, problems: all, warnings: [] };
  }
  const session = { accessToken: token.value, tenantURL: `${tenant.value}/`, scopes: scopes.value };
  return { session, problems: [], warnings: warningsOf(session, known) };
}

/** A field's value, or the problem with it, which quotes nothing: people mix up fields. */
type Checked<Value> =
  | { readonly value: Value; readonly problem: null }
  | { readonly value: null; readonly problem: string };

/** Opaque, but it has to go into a header: there is no pattern for tokens (docs/contracts/augment.md 2). */
function readToken(found: Fields): Checked<Secret> {
  const token = found.get('accessToken');
  if (token === undefined) return no(`"accessToken" is missing${hintOf(found, 'access_token')}`);
  if (typeof token !== 'string') return no('"accessToken" must be text');
  if (token === '') return no('"accessToken" is empty');
  if (/\s/.test(token)) return no('"accessToken" holds white space');
  if (!/^[!-~]+$/.test(token)) return no('"accessToken" holds control or non-ASCII characters');
  return { value: new Secret(token), problem: null };
}

/** Auggie takes any list, and refuses a session without one (docs/contracts/augment.md 7.3). */
function readScopes(scopes: unknown): Checked<readonly string[]> {
  if (scopes === undefined) return { value: documentedScopes, problem: null };
  if (!Array.isArray(scopes)) return no('"scopes" must be a list, such as ["read","write"]');
  const names = scopes.filter((scope): scope is string => typeof scope === 'string' && /^[!-~]+$/.test(scope));
  if (names.length < scopes.length) return no('"scopes" must hold names only, such as "read"');
  return { value: names, problem: null };
}

const example = 'such as https://d1.api.augmentcode.com/';

/**
 * An https origin and nothing else, without the slash behind it. Auggie takes http and any path, and sends the token
 * there (docs/contracts/augment.md 7.4). `hint` follows when it is missing.
 */
function readTenant(value: unknown, hint = ''): Checked<string> {
  if (value === undefined) return no(`"tenantURL" is missing${hint}`);
  if (typeof value !== 'string') return no('"tenantURL" must be text');
  if (value === '') return no('"tenantURL" is empty');
  if (/[\s\p{Cc}]/u.test(value)) return no('"tenantURL" holds white space');
  if (/^http:/i.test(value)) return no('"tenantURL" must begin with https://: http would show the token');
  if (!/^https:\/\//i.test(value)) return no(`"tenantURL" must be a URL, ${example}`);
  if (!URL.canParse(value)) return no(`"tenantURL" is not a URL, ${example}`);
  if (/^https:\/\/[^/?#\\]*@/i.test(value)) return no('"tenantURL" must not hold a user name or a password');
  if (!/^https:\/\/[^/?#\\]+\/?$/i.test(value)) {
    return no(`"tenantURL" must be a host without a path or anything behind it, ${example}`);
  }
  return { value: new URL(value).origin, problem: null };
}

function hintOf(found: Fields, other: string): string {
  return found.has(other) ? `: Augment does not read "${other}"` : '';
}

function no(problem: string): { readonly value: null; readonly problem: string } {
  return { value: null, problem };
}

/**
 * A host unlike those of all tenants seen so far may be wrong; whether every tenant is below that domain is not
 * documented (docs/contracts/augment.md 2).
 */
function warningsOf(session: Session, known: string | null): string[] {
  const host = hostOf(session.tenantURL);
  const isKnown = known !== null && readTenant(known).value === tenantOf(session);
  const missing = documentedScopes.filter((scope) => !session.scopes.includes(scope));
  return [
    ...(isKnown || host.endsWith('.api.augmentcode.com')
      ? []
      : [`"tenantURL" names ${quoted(host, 100)}, which is not a host of Augment's: it is sent the token`]),
    ...(missing.length === 0 ? [] : [`"scopes" lacks ${missing.join(' and ')}, which every documented session has`]),
  ];
}

/** Of a session's token; null where there is no session. */
export function sessionFingerprint(session: Session | null | undefined): string | null {
  return session ? fingerprintOf(session.accessToken) : null;
}

/** Strings and the marks of JSON; what is between them is of no interest. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/**
 * Which of `keys` the object has more than once. Parsers keep the last one and say nothing
 * (docs/contracts/augment.md 3.1).
 * @param json an object in valid JSON
 */
export function repeatedKeys<Key extends string>(json: string, keys: readonly Key[]): Key[] {
  const counts = new Map<unknown, number>();
  let depth = 0;
  let text = '';
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (token !== ':') text = token;
    else if (depth === 1) {
      // Parsed, because a key can be written in several ways.
      const key: unknown = JSON.parse(text);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return keys.filter((key) => (counts.get(key) ?? 0) > 1);
}

/** Auggie's own session file, below the home directory. */
export const auggiePath = '.augment/session.json';

/** The same, as `--to` names it. */
export const auggieTarget = `session:~/${auggiePath}`;

/** The same, as deliveries to it are recorded. */
export function auggieAddress(homeDirectory: string): string {
  return `session:${join(homeDirectory, auggiePath)}`;
}

/** The fingerprint of the token in Auggie's own file; null without a usable session in it. */
export async function auggieFingerprint(homeDirectory: string | null): Promise<string | null> {
  if (homeDirectory === null) return null;
  const text = await readBoundedText(join(homeDirectory, auggiePath), largestText).catch(() => '');
  return sessionFingerprint(readSession(text).session);
}
