import { sactl } from '../../model/hint.ts';
import { FailedError, PartialError, UnknownOutcomeError } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import type { Account, AccountChange } from '../../model/account.ts';
import type { Plan } from '../plan.ts';
import type { Group } from '../provider.ts';
import type { Connection } from './connection.ts';
import { listOf } from '../../model/text.ts';
import { aboutGrants, grantWarnings, resolveGroups } from './groups.ts';
import { find, findAgain, isCaller, reread } from './lookup.ts';
import type { ServiceAccount } from './schema.ts';
import type { Payload } from '../answers.ts';
import { currentBody, differences, merge, missing, type ResolvedChange, type WriteBody } from './write.ts';

const attempts = 5;
const conflictPauseMs = 250;

/** Merges the change on the account as it is now. Effects are the differences; none means nothing is sent. */
export async function planUpdate(
  connection: Connection,
  account: Account,
  change: AccountChange,
): Promise<Plan<Account>> {
  const { resolved, known } = await resolveChange(connection, change);
  const current = await readAgain(connection, account);
  const body = merge(current.wire, resolved);
  const joined = missing(body.spec.groupIDs, current.wire.spec.groupIDs);
  const warnings = await grantWarnings(connection, joined, known);
  const effects = [...differences(currentBody(current.wire), body, known), ...warnings];
  if (effects.length === 0) return { requests: [], effects, apply: () => Promise.resolve(connection.model(current)) };
  const url = connection.api.accountsUrl(await connection.organization(), account.id);
  const isLeaving = missing(current.wire.spec.groupIDs, body.spec.groupIDs).length > 0;
  return {
    requests: [{ method: 'PUT', url, body }],
    effects,
    // Its rights are those of its groups.
    ...(isLeaving ? { isSelf: await isCaller(connection, account) } : {}),
    apply: ({ signal }) => update(connection, { account, change: resolved, url, signal }),
  };
}

async function resolveChange(
  connection: Connection,
  change: AccountChange,
): Promise<{ readonly resolved: ResolvedChange; readonly known: readonly Group[] }> {
  const { groups, addGroups = [], removeGroups = [], enabled: _, ...rest } = change;
  const { ids, known } = await resolveGroups(connection, [...(groups ?? []), ...addGroups, ...removeGroups]);
  function idsOf(references: readonly string[]): string[] {
    return references.map((reference) => ids.get(reference) ?? reference);
  }
  return {
    known,
    resolved: {
      ...rest,
      ...(groups === undefined ? {} : { groups: idsOf(groups) }),
      addGroups: idsOf(addGroups),
      removeGroups: idsOf(removeGroups),
    },
  };
}

/**
 * The account as it is. What cannot be read of it would be lost by a PUT, which replaces everything
 * (docs/contracts/nscale.md 4).
 * @throws FailedError
 */
async function readAgain(connection: Connection, account: Account): Promise<Payload<ServiceAccount>> {
  const found = await findAgain(connection, account);
  const lost = (found.misfits ?? []).filter((place) => /^(?:metadata\.(?:description|tags)|spec)\b/.test(place));
  if (lost.length === 0) return found;
  const what = `nscale service account ${account.name} (${account.id}) cannot be updated`;
  throw new FailedError('bad_answer', `${what}: what it has at ${listOf(lost)} cannot be read, and would be lost`, {
    provider: 'nscale',
  });
}

interface Update {
  readonly account: Account;
  readonly change: ResolvedChange;
  readonly url: string;
  readonly signal: AbortSignal;
}

/** Sends the merge, again on every write conflict, then reads back what took effect. */
export async function update(connection: Connection, options: Update): Promise<Account> {
  for (let attempt = 1; ; attempt += 1) {
    const current = await readAgain(connection, options.account);
    const body = merge(current.wire, options.change);
    const outcome = await put(connection, options, body);
    if (outcome === 'written') return connection.model(await confirm(connection, options, body));
    if (attempt === attempts) throw outcome;
    await connection.sleep(conflictPauseMs);
  }
}

/** @returns `written`, or the error of a conflict, after which the merge may be tried again */
async function put(
  connection: Connection,
  { url, signal, account }: Update,
  body: WriteBody,
): Promise<'written' | HttpError> {
  const purpose = `update service account ${account.name} (${account.id})`;
  try {
    await connection.api.sendOnly({ method: 'PUT', url, purpose, json: body, signal });
    return 'written';
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    if (error.verdict === 409) return error;
    if (error.arrival !== 'unknown') throw aboutGrants(error);
    // The account as it is now shows whether the PUT took effect.
    const seen = await find(connection, account.id).catch((cause: unknown) => {
      throw new UnknownOutcomeError(
        `${error.message}; whether it took effect is unknown, because the account could not be read again`,
        { provider: 'nscale', hint: sactl`serviceaccounts get --id ${account.id}`, cause },
      );
    });
    return seen !== null && isSame(seen.wire, body) ? 'written' : error;
  }
}

async function confirm(connection: Connection, { account }: Update, body: WriteBody): Promise<Payload<ServiceAccount>> {
  const accepted = `nscale accepted the update of service account ${account.name} (${account.id})`;
  const details = { provider: 'nscale', hint: sactl`serviceaccounts get --id ${account.id}` } as const;
  const seen = await reread(connection, account.id, (wire) => isSame(wire, body)).catch((cause: unknown) => {
    throw new PartialError(`${accepted}, but it could not be read again`, { ...details, cause });
  });
  if (seen === null) throw new PartialError(`${accepted}, and no longer lists the account`, details);
  const different = differences(body, currentBody(seen.wire));
  if (different.length === 0) return seen;
  const groups = missing(body.spec.groupIDs, seen.wire.spec.groupIDs);
  throw new PartialError(
    groups.length > 0
      ? `${accepted} but did not put it into group ${groups.join(', ')}`
      : `${accepted} but still shows other values: ${different.join('; ')}`,
    details,
  );
}

function isSame(wire: ServiceAccount, body: WriteBody): boolean {
  return differences(currentBody(wire), body).length === 0;
}
