import { accountKeyOf, type AccountPlace, type AuditHistory } from '../state/audit-read.ts';
import type { Account } from '../model/account.ts';
import type { Connected } from '../session/connect.ts';
import type { Cell, Column } from '../output/columns.ts';

/** What is known about an account besides its own fields. Times are milliseconds since the epoch. */
export interface AccountFacts {
  /** When its credential was issued, by the records of this machine; null without one. */
  readonly issuedAt: number | null;
  /** When it was last used or, where it never was, created; null where the provider does not say. */
  readonly usedAt: number | null;
}

export type FactsOf = (account: Account) => AccountFacts;

/** The accounts of one connection. */
export interface AccountsOfOne {
  readonly connected: Pick<Connected, 'definition' | 'connection' | 'state'>;
  readonly accounts: readonly Account[];
}

/**
 * Looks up when credentials were issued, in the audit log and in the accounts' tokens (docs/design.md 8), and when they were
 * used.
 * @throws UsageError when the audit log is not to be trusted; FailedError when it cannot be read
 */
export async function gatherFacts(lists: readonly AccountsOfOne[]): Promise<FactsOf> {
  const facts = new Map<Account, AccountFacts>();
  const rotations = await rotationsOf(lists);
  for (const { connected, accounts } of lists) {
    const { connection, definition } = connected;
    for (const account of accounts) {
      const key = accountKeyOf({ provider: account.provider, id: account.id, endpoint: connection.endpoint });
      const tokens = account.tokens.filter(({ state }) => state !== 'revoked');
      facts.set(account, {
        issuedAt: latest([rotations.get(key), ...tokens.map((token) => token.createdAt)]),
        usedAt: latest([account.lastUsedAt ?? (definition.reportsUse ? account.createdAt : null)]),
      });
    }
  }
  return (account) => facts.get(account) ?? noFacts;
}

/** By `accountKeyOf`. As a rule all connections have one log, which is read once. */
async function rotationsOf(lists: readonly AccountsOfOne[]): Promise<ReadonlyMap<string, string>> {
  const logs = new Map<string, { readonly history: () => AuditHistory; readonly accounts: AccountPlace[] }>();
  for (const { connected, accounts } of lists) {
    const { history, place } = await connected.state();
    const log = logs.get(place) ?? { history, accounts: [] };
    const { endpoint } = connected.connection;
    log.accounts.push(...accounts.map(({ provider, id }) => ({ provider, id, endpoint })));
    logs.set(place, log);
  }
  const found = await Promise.all([...logs.values()].map(({ history, accounts }) => history().rotations(accounts)));
  return new Map(found.flatMap((rotations) => Array.from(rotations)));
}

export const noFacts: AccountFacts = { issuedAt: null, usedAt: null };

/** Null when none of them is a time. */
function latest(times: readonly (string | null | undefined)[]): number | null {
  const known = times.map((time) => Date.parse(time ?? '')).filter((time) => !Number.isNaN(time));
  return known.length === 0 ? null : Math.max(...known);
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The column `age`: how old a credential is, in whole days; see `ageText` for what people see. */
export function ageColumn(factsOf: FactsOf, now: number): Column<Account> {
  return {
    name: 'age',
    value: (account) => {
      const { issuedAt } = factsOf(account);
      return issuedAt === null ? null : wholeDays(now - issuedAt);
    },
    exact: (account) => ageInDays(account, factsOf(account).issuedAt, now),
    text: (account) => ageText(account, factsOf(account).issuedAt, now),
    optional: true,
  };
}

/** The column before anything is known about the accounts. */
export const unknownAge: Column<Account> = ageColumn(() => noFacts, 0);

function wholeDays(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds / dayMs));
}

/** e.g. `12`; `<=87` where `ageText` is `<=87d`. */
function ageInDays({ createdAt }: Account, issuedAt: number | null, now: number): Cell {
  if (issuedAt !== null) return wholeDays(now - issuedAt);
  const created = Date.parse(createdAt ?? '');
  return Number.isNaN(created) ? null : `<=${wholeDays(now - created)}`;
}

/** e.g. `12d`, `5h`; `<=87d` where only the account's own age is known, which its credential cannot exceed. */
function ageText({ createdAt }: Account, issuedAt: number | null, now: number): string {
  if (issuedAt !== null) return short(now - issuedAt);
  const created = Date.parse(createdAt ?? '');
  return Number.isNaN(created) ? '-' : `<=${short(now - created)}`;
}

function short(milliseconds: number): string {
  if (milliseconds >= 2 * dayMs) return `${Math.floor(milliseconds / dayMs)}d`;
  if (milliseconds >= hourMs) return `${Math.floor(milliseconds / hourMs)}h`;
  return `${Math.max(0, Math.floor(milliseconds / 60_000))}m`;
}
