import { InterruptedError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { Names } from '../output/account.ts';
import type { Column } from '../output/columns.ts';
import type { Style } from '../output/style.ts';
import type { Provider } from '../providers/provider.ts';

type Named = readonly { readonly id: string; readonly name: string }[];

/**
 * The names of the groups and of the organization of an account, with a request for each of the two. Ids stay alone where
 * the names cannot be read: that is no failure of a command that can do without.
 */
export async function namesOf({ listGroups, listOrganizations }: Provider, account: Account): Promise<Names> {
  const { groups, organization } = account;
  const [ofGroups, ofOrganizations] = await Promise.all([
    groups.length === 0 ? [] : readable(listGroups),
    organization === null ? [] : readable(listOrganizations),
  ]);
  return new Map([...ofGroups, ...ofOrganizations].map(({ id, name }) => [id, name]));
}

/** From here on a terminal has room for groups, which are worth a request then. */
const wideTerminal = 140;

/** The columns of a list with the names of groups in place of their ids, where a terminal shows them: one request. */
export async function withGroupNames(
  columns: readonly Column<Account>[],
  { listGroups }: Provider,
  { accounts, style }: { readonly accounts: readonly Account[]; readonly style: Style },
): Promise<readonly Column<Account>[]> {
  const shown = columns.find(({ name, roomy }) => name === 'groups' && (roomy !== true || style.width >= wideTerminal));
  if (!style.isTTY || shown === undefined || accounts.every(({ groups }) => groups.length === 0)) return columns;
  const names = new Map((await readable(listGroups)).map(({ id, name }) => [id, name]));
  const named = { ...shown, text: ({ groups }: Account) => groups.map((id) => names.get(id) ?? id).join(', ') };
  return columns.map((column) => (column === shown ? named : column));
}

async function readable(list: (() => Promise<Named>) | undefined): Promise<Named> {
  try {
    return (await list?.()) ?? [];
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    return [];
  }
}
