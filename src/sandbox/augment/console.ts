import { randomBytes } from 'node:crypto';

import { ConflictError, NotFoundError, UsageError } from '../../errors.ts';
import { quoted } from '../../model/text.ts';
import { hashSecret, isoTime } from '../records.ts';
import type { AugmentAccount, AugmentState } from './state.ts';

export interface TokenForm {
  /** The account's name. */
  readonly account: string;
  /** The token's name. */
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** "New Service Account". @throws UsageError for a name that it refuses; ConflictError (`exists`) */
export function createAccount(
  state: AugmentState,
  { name, description = null, now }: { name: string; description?: string | null; now: number },
): void {
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(name)) {
    throw new UsageError('a name must have 1 to 100 letters, digits, "-" or "_"');
  }
  if (state.accounts.some((account) => account.name === name)) {
    throw new ConflictError('exists', `there is a service account ${quoted(name, 100)} already`);
  }
  state.accounts.push({ name, description, createdAt: isoTime(now), tokens: [] });
}

/** "Add API token": the only time that its value is seen. @throws UsageError; NotFoundError; ConflictError (`exists`) */
export function issueToken(state: AugmentState, { account: name, token, now }: TokenForm): SessionFile {
  const account = existing(state, name);
  if (token.trim() === '') throw new UsageError('a token must have a name');
  if (account.tokens.some((other) => other.name === token)) {
    throw new ConflictError('exists', `${name} has a token ${quoted(token, 100)} already`);
  }
  // Clients must take it as it comes: its form is not documented (docs/contracts/augment.md 2).
  const accessToken = randomBytes(32).toString('hex');
  const hash = hashSecret(accessToken);
  account.tokens.push({ name: token, hash, createdAt: isoTime(now), revokedAt: null });
  return sessionFile(state, accessToken);
}

/** "Revoke": at once and for good. @throws NotFoundError when there is no such token that works */
export function revokeToken(state: AugmentState, { account: name, token, now }: TokenForm): void {
  const found = existing(state, name).tokens.find((other) => other.name === token && other.revokedAt === null);
  if (found === undefined) throw new NotFoundError(`${name} has no token ${quoted(token, 100)}`);
  found.revokedAt = isoTime(now);
}

/** "Delete Account", and with it its tokens. @throws NotFoundError */
export function deleteAccount(state: AugmentState, { account }: Pick<TokenForm, 'account'>): void {
  const gone = existing(state, account);
  state.accounts = state.accounts.filter((other) => other !== gone);
}

function existing({ accounts }: AugmentState, name: string): AugmentAccount {
  const found = accounts.find((account) => account.name === name);
  if (found !== undefined) return found;
  throw new NotFoundError(`the sandbox's organization has no service account ${quoted(name, 100)}`, {
    provider: 'augment',
  });
}

/** The file that the web console offers for download with a new token (docs/contracts/augment.md 3). */
export interface SessionFile {
  readonly accessToken: string;
  readonly tenantURL: string;
  readonly scopes: readonly ['read', 'write'];
}

/** The session of a token that is the tenant's. */
export function sessionFile({ tenantURL }: Pick<AugmentState, 'tenantURL'>, accessToken: string): SessionFile {
  return { accessToken, tenantURL, scopes: ['read', 'write'] };
}
