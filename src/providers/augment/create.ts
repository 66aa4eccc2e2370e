import type { NewAccount } from '../../model/account.ts';
import type { IssuingPlan } from '../issuing.ts';
import type { Brought } from '../manual.ts';
import { toAccount } from './accounts.ts';
import type { Connection } from './connection.ts';
import { sessionOf, taking } from './issue.ts';
import { tenantOf } from './session.ts';

/** Records an account that a person made in the web console, with its first token. */
export async function planCreate(
  connection: Connection,
  { name, description }: NewAccount,
  brought: Brought,
): Promise<IssuingPlan> {
  const { token } = brought;
  const session = sessionOf(brought);
  const tenant = tenantOf(session);
  const at = new Date(connection.now()).toISOString();
  const blank = { description, createdAt: at, updatedAt: at, tokens: [], deletedAt: null };
  return {
    ...(await taking(connection, session, {
      account: toAccount({ tenant, name, ...blank }, connection.profile),
      purpose: { tenant, name, description, token, replaces: false },
    })),
    effects: [`service account "${name}" of ${tenant} is recorded on this machine, with its token "${token}"`],
  };
}
