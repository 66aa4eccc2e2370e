import { sactl } from '../../model/hint.ts';
import type { Account } from '../../model/account.ts';
import { quoted } from '../../model/text.ts';
import type { RequiredAction } from '../../errors.ts';

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
