import { addressOf } from '../../delivery/targets/session.ts';
import type { TargetSpec } from '../../delivery/targets/scheme.ts';
import { NotFoundError } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import { targetsFor } from '../../session/delivery-flags.ts';
import { pickAccount } from '../../session/pick.ts';
import type { Session } from '../../session/session.ts';

/**
 * The account whose credential is replaced. Where accounts are known from records only, and this machine has none of it,
 * as in a CI job, what its targets hold tells what is replaced there.
 * @throws NotFoundError when that does not tell it either
 */
export async function pickReplaced(
  session: Session,
  id: string | undefined,
  specs: readonly TargetSpec[],
): Promise<Account> {
  try {
    return await pickAccount(session, id);
  } catch (error) {
    const isUnknown = error instanceof NotFoundError && id !== undefined;
    const account = isUnknown ? await accountInTargets(session, id.trim(), specs) : null;
    if (account === null) throw error;
    const { name, tokens } = account;
    const fingerprints = tokens.map(({ fingerprint }) => fingerprint).join(', ');
    await session.note(`${name} is not recorded here; what --to names holds its old credential (${fingerprints})`);
    return account;
  }
}

async function accountInTargets(session: Session, id: string, specs: readonly TargetSpec[]): Promise<Account | null> {
  const { ctx, provider } = session;
  if (provider.assumeAccount === undefined) return null;
  const name = id.slice(id.lastIndexOf('/') + 1);
  const subject = { provider: provider.name, organization: null, id, name };
  const held = [];
  for (const target of await targetsFor(session, specs, subject)) {
    const text = (await target.holds?.()) ?? null;
    if (text !== null) held.push({ target: addressOf(target.name, { ...ctx, ...session.connection }), text });
  }
  return provider.assumeAccount(id, held);
}
