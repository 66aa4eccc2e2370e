import { isAboutCreation } from '../delivery/earlier-entries.ts';
import { unsettledMs } from '../delivery/evidence.ts';
import { lifeOf } from '../delivery/life.ts';
import { ConflictError, ExitCode } from '../errors.ts';
import type { Account, NewAccount } from '../model/account.ts';
import type { IssuancePlan } from '../providers/issuance.ts';
import type { Provider } from '../providers/provider.ts';
import { recordFact } from '../state/audit-log.ts';
import { isOpen, type ReadableEntry, type StoredEntry } from '../state/stored-entry.ts';
import type { FirstStep } from './issuance.ts';
import { accountsNamed } from './same-name.ts';
import type { Session } from './session.ts';

/** What earlier creates of a name came to whose answers were lost. */
export interface EarlierCreates {
  /** The account that one of them made, and the plan of that create. */
  readonly ours: { readonly account: Account; readonly plan: IssuancePlan } | null;
  /** Those that made nothing. */
  readonly nothing: readonly ReadableEntry[];
}

/**
 * Settles earlier creates of this name whose requests cannot be done any more (docs/design.md 6): by our tag where the provider
 * has tags, else by its names. A list that is cut, or cannot be read, settles nothing.
 */
export async function settleEarlier(
  session: Session,
  entries: readonly StoredEntry[],
  { wanted, planCreate }: { readonly wanted: NewAccount; readonly planCreate: NonNullable<Provider['planCreate']> },
): Promise<EarlierCreates> {
  const nothing: ReadableEntry[] = [];
  for (const entry of entries.filter((one) => isSettled(session, one, wanted))) {
    const { organization } = entry.intent.connection;
    const plan = await planCreate(wanted, entry.id);
    if (organization !== null && organization !== plan.expected.organization) continue;
    const evidence = await plan.readEvidence().catch(() => null);
    if (evidence?.kind === 'changed') return { ours: { account: evidence.account, plan }, nothing };
    const isUnclear = evidence === null || (plan.leavesEvidence && evidence.kind !== 'unchanged');
    if (!isUnclear && (await isFree(session, wanted.name))) nothing.push(entry);
  }
  return { ours: null, nothing };
}

/** Whether it is about a create of that name, had no answer, and cannot be done any more. */
function isSettled(
  { ctx, definition, connection }: Session,
  entry: StoredEntry,
  { name }: NewAccount,
): entry is ReadableEntry {
  if (entry.intent === null || entry.isNewer || !isOpen(entry) || lifeOf(entry).at !== 'asked') return false;
  const { organization } = entry.intent.connection;
  const wanted = { provider: definition.name, endpoint: connection.endpoint, organization, name };
  return isAboutCreation(entry, wanted) && unsettledMs(entry, ctx.now()) === 0;
}

/** Whether certainly no account has the name. */
async function isFree(session: Session, name: string): Promise<boolean> {
  try {
    const { same, gaps } = await accountsNamed(session, name);
    return same.length === 0 && gaps.length === 0;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

/** Erases the entries of creates that made nothing. */
export function forgetting(session: Session, nothing: readonly ReadableEntry[]): FirstStep | null {
  if (nothing.length === 0) return null;
  const ids = nothing.map(({ id }) => id).join(', ');
  return {
    effect: `an earlier create, whose answer was lost, made no account: entry ${ids} is erased`,
    work: async () => {
      const { journal, audit } = await session.state();
      const opened = journal({ keepsSecrets: true });
      for (const { id, intent } of nothing) {
        await opened.erase(id);
        await recordFact(session.ctx, audit, () => ({
          operation: 'create',
          exitCode: ExitCode.failed,
          connection: { ...intent.connection, credentialSource: session.connection.credentialSource },
          account: { id: null, name: intent.account.name, organization: intent.connection.organization },
          entry: id,
          error: 'the answer was lost; a later run saw that nothing was created',
        }));
      }
      await session.note(`an earlier create, whose answer was lost, made no account: entry ${ids} is erased`);
    },
  };
}

/** The rotation that brings the credential of an account which an earlier create of ours made. */
export async function planOurs(
  { provider }: Session,
  { account, plan }: NonNullable<EarlierCreates['ours']>,
): Promise<IssuancePlan | null> {
  const rotation = await provider.planRotate?.(account);
  if (rotation === undefined) return null;
  const { reconcile, finish } = plan;
  return {
    ...rotation,
    effects: [
      `an earlier create, whose answer was lost, made service account ${account.name} (${account.id})`,
      'another credential is issued for it, which is shown only once',
    ],
    reconcile,
    ...(finish === undefined ? {} : { finish }),
  };
}
