import { ConflictError } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { Session } from './session.ts';

/**
 * The accounts of that name, and why there may be others.
 * @throws ConflictError (`exists`) where the account of that name cannot be read
 */
export async function accountsNamed(
  { provider, definition }: Pick<Session, 'provider' | 'definition'>,
  name: string,
): Promise<{ readonly same: readonly Account[]; readonly gaps: readonly string[] }> {
  const { accounts, warnings, isCut, misread = [] } = await provider.listAccounts();
  const taken = misread.find((account) => !account.isListed && account.name === name);
  if (taken !== undefined) {
    const message = `${definition.title} has a service account named "${name}" already: ${taken.what}`;
    throw new ConflictError('exists', message, {
      provider: definition.name,
      hint: 'give --allow-duplicate to have a second one, or another name',
    });
  }
  const nameless = misread.filter((account) => !account.isListed && account.name === null);
  const gaps = [...(isCut ? warnings : []), ...nameless.map(({ what }) => `${what}; it may be named "${name}"`)];
  return { same: accounts.filter((account) => account.name === name), gaps };
}
