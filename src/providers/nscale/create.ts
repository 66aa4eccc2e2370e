import { sactl } from '../../model/hint.ts';
import { PartialError } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import type { Account, NewAccount } from '../../model/account.ts';
import type { SendOptions, Evidence, Issued, IssuancePlan } from '../issuance.ts';
import type { Connection } from './connection.ts';
import { resolveGroups } from './groups.ts';
import { askForToken } from './rotate.ts';
import { reread } from './reread.ts';
import { toAccount, withToken, type ServiceAccount } from './schema.ts';
import { update } from './update.ts';
import { missing, writeBody, type WriteBody, operationTag } from './write.ts';

interface Creation {
  readonly account: NewAccount;
  readonly operationId: string;
  readonly profile: string | null;
}

export async function planCreate(
  connection: Connection,
  { account, operationId, profile }: Creation,
): Promise<IssuancePlan> {
  const ids = await resolveGroups(connection, account.groups);
  const groups = [...new Set(ids.values())];
  const organization = await connection.organization();
  const url = connection.api.accountsUrl(organization);
  const body = writeBody({ ...account, groups, tags: { ...account.tags, [operationTag]: operationId } });
  const sample = sampleAnswer(connection, { organization, body });
  const purpose = `create service account ${account.name}`;
  return {
    requests: [{ method: 'POST', url, body }],
    effects: [
      `service account "${account.name}" is created in organization ${organization}`,
      ...groups.map((id) => `it joins group ${id}`),
      ...(groups.length === 0 ? ['it is in no group: it may only see and rotate itself'] : []),
      'a token is issued, which nscale shows only once',
    ],
    expected: toAccount({ wire: sample, raw: sample }, { now: connection.now(), profile }),
    expectedRaw: (secret) => withToken(sample, secret),
    credentialKind: 'access-token',
    isSelf: false,
    send: (options) => send(connection, { url, purpose, json: body }, options),
    readEvidence: () => readEvidence(connection, operationId),
    reconcile: (issued) => reconcile(connection, { issued, groups }),
  };
}

/**
 * A conflict can leave an account with a live token behind, although it reads as a refusal (docs/contracts/nscale.md
 * 4).
 */
async function send(
  connection: Connection,
  request: { url: string; purpose: string; json: unknown },
  options: SendOptions,
): Promise<Issued> {
  try {
    return await askForToken(connection, request, options);
  } catch (error) {
    if (!(error instanceof HttpError) || error.status !== 409) throw error;
    throw error.with({ arrival: 'unknown' });
  }
}

/**
 * The account that carries our tag is ours. That there is none says something only of a list that is not limited to
 * the caller's own account (docs/contracts/nscale.md 9.8).
 */
async function readEvidence(connection: Connection, operationId: string): Promise<Evidence> {
  const accounts = (await connection.accounts()).map(connection.model);
  const ours = accounts.find(({ tags }) => tags[operationTag] === operationId);
  if (ours !== undefined) return { kind: 'changed', account: ours };
  const seesAll = accounts.length > 1 || (await connection.caller())?.kind === 'user';
  return seesAll ? { kind: 'unchanged' } : { kind: 'unclear', candidates: [] };
}

const lifetimeMs = 90 * 86_400_000;

/** What nscale would answer, for checking filters before anything is sent. */
function sampleAnswer(
  connection: Connection,
  { organization, body }: { organization: string; body: WriteBody },
): ServiceAccount {
  const now = connection.now();
  return {
    metadata: {
      ...body.metadata,
      tags: [...(body.metadata.tags ?? [])],
      id: 'a0000000-0000-4000-8000-000000000000',
      organizationId: organization,
      creationTime: new Date(now).toISOString(),
      createdBy: 'someone@example.com',
      provisioningStatus: 'provisioned',
      healthStatus: 'healthy',
    },
    spec: { groupIDs: [...body.spec.groupIDs] },
    status: { expiry: new Date(now + lifetimeMs).toISOString() },
  };
}

/**
 *
 * The account as the list shows it, because the answer's own groups are empty up to v1.19.1 (docs/contracts/nscale.md
 * 9.3); groups that did not take are set by an update.
 * @throws PartialError naming the groups it could not be put into
 */
async function reconcile(
  connection: Connection,
  { issued, groups }: { issued: Issued; groups: readonly string[] },
): Promise<Account> {
  const { account } = issued;
  if (groups.length === 0) return account;
  const seen = await reread(connection, account.id, (wire) => missing(groups, wire.spec.groupIDs).length === 0);
  if (seen === null) {
    throw new PartialError(
      `service account ${account.name} (${account.id}) was created, but the list does not show it yet, so its groups could not be checked`,
      { provider: 'nscale', hint: sactl`serviceaccounts get --id ${account.id}` },
    );
  }
  const absent = missing(groups, seen.wire.spec.groupIDs);
  if (absent.length === 0) return connection.model(seen);
  return repair(connection, { account, groups: absent });
}

/** The credential is in hand by now, so an update that fails in any way leaves the work half done, no more. */
async function repair(
  connection: Connection,
  { account, groups }: { account: Account; groups: readonly string[] },
): Promise<Account> {
  const organization = await connection.organization();
  try {
    return await update(connection, {
      account,
      change: { addGroups: groups },
      url: connection.api.accountsUrl(organization, account.id),
      signal: new AbortController().signal,
    });
  } catch (cause) {
    throw new PartialError(
      `service account ${account.name} (${account.id}) was created, but could not be put into group ${groups.join(', ')}`,
      { provider: 'nscale', hint: sactl`serviceaccounts get --id ${account.id}`, cause },
    );
  }
}
