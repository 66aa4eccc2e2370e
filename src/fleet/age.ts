import type { Account } from '../model/account.ts';
import type { Column } from '../output/columns.ts';
import type { FactsOf } from './facts.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The column `age`: how old a credential is, in whole days; see `ageText` for what people see. */
export function ageColumn(factsOf: FactsOf, now: number): Column<Account> {
  return {
    name: 'age',
    value: (account) => {
      const { issuedAt } = factsOf(account);
      return issuedAt === null ? null : Math.max(0, Math.floor((now - issuedAt) / dayMs));
    },
    text: (account) => ageText(account, factsOf(account).issuedAt, now),
    optional: true,
  };
}

/** What stands for the column before anything is known of accounts. */
export const unknownAge: Column<Account> = ageColumn(() => ({ issuedAt: null, usedAt: null }), 0);

/** e.g. `12d`, `5h`; `<=87d` where nothing but the account's own age is known, which no credential of it exceeds. */
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
