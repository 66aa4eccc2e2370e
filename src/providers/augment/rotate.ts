import { quoted } from '../../model/text.ts';
import type { Account } from '../../model/account.ts';
import type { IssuingPlan } from '../issuing.ts';
import type { Brought } from '../manual.ts';
import type { Connection } from './connection.ts';
import { existing } from './inventory.ts';
import { sessionOf, taking } from './issue.ts';
import { keyOf } from './lookup.ts';
import { installedIn, standardTarget } from './standard.ts';

/** One more token, which takes the place of the old one; that works on until a person revokes it (DESIGN.md 8). */
export async function planRotate(connection: Connection, account: Account, brought: Brought): Promise<IssuingPlan> {
  const { tokens } = existing(await connection.inventory.read(), keyOf(account));
  const installed = await installedIn(connection);
  const isOurs = tokens.some(({ fingerprint }) => fingerprint === installed?.fingerprint);
  const plan = await planOne(connection, account, { brought, replaces: true });
  return {
    ...plan,
    effects: [...plan.effects, 'the old token works on until it is revoked in the web console: that is left to you'],
    ...(isOurs ? { defaultTarget: standardTarget } : {}),
  };
}

/** One more token beside those there are. */
export function planToken(connection: Connection, account: Account, brought: Brought): Promise<IssuingPlan> {
  return planOne(connection, account, { brought, replaces: false });
}

async function planOne(
  connection: Connection,
  account: Account,
  { brought, replaces }: { readonly brought: Brought; readonly replaces: boolean },
): Promise<IssuingPlan> {
  const { token } = brought;
  const { description } = account;
  return {
    ...(await taking(connection, sessionOf(brought), {
      account,
      purpose: { ...keyOf(account), description, token, replaces },
    })),
    effects: [`the token ${quoted(token, 100)} of ${account.name} is recorded on this machine`],
  };
}
