import type { LocalEnd } from '../issuing.ts';
import type { Action } from '../manual.ts';
import type { ResumeOptions } from '../provider.ts';
import { idOf } from './accounts.ts';
import { inventoryIn } from './connection.ts';
import { accountIn } from './inventory.ts';
import { purposeIn, type Purpose } from './kept.ts';
import { recording, type Records } from './recording.ts';
import { readSession } from './session.ts';
import { revocation } from './step.ts';

/** What is left to note of a session in the journal; null where it does not say what it was brought for. */
export async function resume(
  bytes: Uint8Array,
  { local, now, sleep, profile }: ResumeOptions,
): Promise<LocalEnd | null> {
  const purpose = purposeIn(bytes);
  const { session } = readSession(new TextDecoder().decode(bytes));
  if (purpose === null || session === null) return null;
  const { homeDirectory } = local;
  const records = { inventory: inventoryIn(local, sleep), profile, now, homeDirectory };
  const { actions, ...end } = await recording(records, session, purpose);
  const untold = purpose.replaces ? await pending(records, purpose) : [];
  return { ...end, actions: (delivered) => [...untold, ...(actions?.(delivered) ?? [])] };
}

/** A delivery that got stuck may have replaced tokens, and nobody was told, because it was not at its end. */
async function pending(
  { inventory }: Pick<Records, 'inventory'>,
  { tenant, name }: Purpose,
): Promise<readonly Action[]> {
  const account = accountIn(await inventory.read(), { tenant, name });
  const tokens = account?.tokens.filter(({ state }) => state === 'pending-revoke') ?? [];
  return tokens.map((token) => revocation({ id: idOf({ tenant, name }), name }, token.name));
}
