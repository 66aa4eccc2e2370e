import { sactl } from '../../model/hint.ts';
import { PartialError } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import type { Account, NewAccount } from '../../model/account.ts';
import type { Evidence, IssuancePlan, Issued, SendOptions } from '../issuance.ts';
import type { Connection } from './connection.ts';
import { aboutGrants, grantWarnings, groupText, resolveGroups } from './groups.ts';
import { reread } from './lookup.ts';
import { organizationText } from './organization.ts';
import { requestToken } from './rotate.ts';
import { withToken, type ServiceAccount } from './schema.ts';
import { update } from './update.ts';
import { missing, operationTag, tagsOf, writeBody, type WriteBody } from './write.ts';

/** `operationId` becomes a tag, by which the account is found when the answer is lost. */
export async function planCreate(
  connection: Connection,
  account: NewAccount,
  operationId: string,
): Promise<IssuancePlan> {
  const { ids, known } = await resolveGroups(connection, account.groups);
  const groups = [...new Set(ids.values())];
  const organization = await connection.organization();
  const url = connection.api.accountsUrl(organization);
  const own = { ...account.tags, [operationTag]: operationId };
  const tags = Object.entries(own).flatMap(([name, value]) => tagsOf(name, value));
  const body = writeBody({ ...account, groups, tags });
  const sample = sampleAnswer(connection.now(), organization, body);
  const purpose = `create service account ${account.name}`;
  return {
    requests: [{ method: 'POST', url, body }],
    effects: [
      `service account "${account.name}" is created in organization ${organizationText(connection, organization)}`,
      ...groups.map((id) => `it joins group ${groupText(id, known)}`),
      ...(await grantWarnings(connection, groups, known)),
      ...(groups.length === 0 ? ['it is in no group: it may only see and rotate itself'] : []),
      'a token is issued, which nscale shows only once',
    ],
    expected: connection.model({ wire: sample, raw: sample }),
    expectedRaw: (secret) => withToken(sample, secret),
    credentialKind: 'access-token',
    isSelf: false,
    send: (options) => send(connection, { url, purpose, json: body }, options),
    leavesEvidence: true,
    readEvidence: () => readEvidence(connection, operationId),
    reconcile: ({ account: created }) => putIntoGroups(connection, created, groups),
  };
}

/** A conflict reads as a refusal, and can leave an account with a live token behind (docs/contracts/nscale.md 4). */
async function send(
  connection: Connection,
  request: { url: string; purpose: string; json: unknown },
  options: SendOptions,
): Promise<Issued> {
  try {
    return await requestToken(connection, request, options);
  } catch (error) {
    if (!(error instanceof HttpError) || error.verdict !== 409) throw aboutGrants(error);
    throw error.with({ arrival: 'unknown' });
  }
}

/** The account with our tag is ours; that there is none is evidence in a full list only (docs/contracts/nscale.md 9.8). */
async function readEvidence(connection: Connection, operationId: string): Promise<Evidence> {
  const { items, unreadable } = await connection.accounts((account) => account);
  const ours = items.find(({ wire }) => isOurs(wire, operationId));
  if (ours !== undefined) return { kind: 'changed', account: connection.model(ours) };
  const areRead = unreadable.length === 0 && items.every(({ misfits = [] }) => !misfits.some(isOfTags));
  if (!areRead) return { kind: 'unclear', candidates: [] };
  const seesAll = items.length > 1 || (await connection.caller())?.kind === 'user';
  return seesAll ? { kind: 'unchanged' } : { kind: 'unclear', candidates: [] };
}

function isOurs({ metadata }: ServiceAccount, operationId: string): boolean {
  return (metadata.tags ?? []).some(({ name, value }) => name === operationTag && value === operationId);
}

function isOfTags(place: string): boolean {
  return place.startsWith('metadata.tags');
}

const lifetimeMs = 90 * 86_400_000;

/** What nscale would answer, for checking filters before anything is sent. */
function sampleAnswer(now: number, organization: string, body: WriteBody): ServiceAccount {
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
 * The account as the list shows it, because the answer's own groups are empty up to v1.19.1
 * (docs/contracts/nscale.md 9.3); groups that did not take are set by an update.
 * @throws PartialError naming the groups it could not be put into
 */
async function putIntoGroups(connection: Connection, account: Account, groups: readonly string[]): Promise<Account> {
  if (groups.length === 0) return account;
  const created = `service account ${account.name} (${account.id}) was created`;
  const details = { provider: 'nscale', hint: sactl`serviceaccounts get --id ${account.id}` } as const;
  const seen = await reread(connection, account.id, (wire) => missing(groups, wire.spec.groupIDs).length === 0);
  if (seen === null) {
    const why = 'the list does not show it yet, so its groups could not be checked';
    throw new PartialError(`${created}, but ${why}`, details);
  }
  const absent = missing(groups, seen.wire.spec.groupIDs);
  if (absent.length === 0) return connection.model(seen);
  const url = connection.api.accountsUrl(await connection.organization(), account.id);
  const { signal } = new AbortController();
  try {
    return await update(connection, { account, change: { addGroups: absent }, url, signal });
  } catch (cause) {
    throw new PartialError(`${created}, but could not be put into group ${absent.join(', ')}`, { ...details, cause });
  }
}
