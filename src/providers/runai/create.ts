import type * as z from 'zod/mini';

import { sactl } from '../../model/hint.ts';
import { ConflictError, PartialError } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import type { Account, NewAccount } from '../../model/account.ts';
import type { Evidence, IssuancePlan, Issued, SendOptions } from '../issuance.ts';
import type { ApplyOptions } from '../plan.ts';
import type { Connection } from './connection.ts';
import { addRule, resolveGrant, ruleBody, rulesUrl, type Grant } from './rules.ts';
import { issuedFrom, readSecret, secretKey } from './rotate.ts';
import { isCut, listCap, mayBeCut, readAccount, readableRules } from './lookup.ts';
import { Created, toAccount } from './schema.ts';

/** Run:ai takes nothing but the name; rights are rules of their own, added once the secret is delivered. */
export async function planCreate(
  connection: Connection,
  account: NewAccount,
  profile: string | null,
): Promise<IssuancePlan> {
  const grant = account.grant ? await resolveGrant(connection, account.grant) : null;
  const canTell = account.keepRules === true || (await hasNoLeftovers(connection, account.name));
  const url = await connection.api.accountUrl();
  const key = secretKey(await connection.api.era());
  const rule = grant === null ? null : { grant, body: await ruleBody(connection, account.name, grant) };
  const sample = { id: 'a0000000-0000-4000-8000-000000000000', name: account.name };
  const expected = toAccount({ ...sample, clientId: account.name, enabled: true }, { raw: sample, rules: [], profile });
  return {
    requests: [
      { method: 'POST', url, body: { name: account.name } },
      ...(rule === null ? [] : [{ method: 'POST', url: rulesUrl(connection), body: rule.body }]),
    ],
    effects: [
      `service account "${account.name}" is created`,
      ...(grant === null ? [] : [`it is granted ${grant.text}`]),
      ...(canTell ? [] : ['access rules that an earlier account of this name left cannot be seen, and would apply']),
      ...(grant === null ? ['it has no access rule of its own until it is given one'] : []),
      'a client secret is issued, which Run:ai shows only once',
    ],
    expected,
    expectedRaw: (secret) => ({ ...sample, clientId: account.name, [key]: secret }),
    credentialKind: 'client-secret',
    isSelf: false,
    leavesEvidence: false,
    readEvidence: () => readEvidence(connection, account.name),
    send: (options) => send(connection, { name: account.name, url, profile }, options),
    reconcile: (issued) => reconcile(connection, issued),
    ...(rule === null ? {} : { finish: (created, options) => addGrant(connection, created, { ...rule, ...options }) }),
  };
}

/**
 * Rules bind by name, so a new account inherits what an old one of that name left behind
 * (docs/contracts/runai.md 15.8). False where the caller may not read rules. @throws ConflictError when there are some
 */
async function hasNoLeftovers(connection: Connection, name: string): Promise<boolean> {
  const rules = await readableRules(connection, [name]);
  if (rules === null) return false;
  if (rules.length === 0) return true;
  const list = rules.map((rule) => `${String(rule.id)} (${rule.roleName ?? String(rule.roleId)})`).join(', ');
  if (isCut(await connection.api.accounts())) {
    // They may be in use: who has that name cannot be told from the list.
    throw new ConflictError('exists', `access rules for the name "${name}" exist: ${list}; ${mayBeCut}`, {
      provider: 'runai',
      hint: 'if no account has that name, accept them with --keep-rules; else give another name',
    });
  }
  const message = `access rules of an earlier account named "${name}" would apply to the new one: ${list}`;
  const command = sactl`accessrules delete --provider runai --id <rule>`;
  throw new ConflictError('exists', message, {
    provider: 'runai',
    hint: ['delete them with "', command, '", or accept them with --keep-rules'],
  });
}

async function send(
  connection: Connection,
  { name, url, profile }: { name: string; url: string; profile: string | null },
  options: SendOptions,
): Promise<Issued> {
  const purpose = `create service account ${name}`;
  const request = { method: 'POST', url, purpose, json: { name }, secretAnswer: true, ...options } as const;
  const answer = await connection.api.send(request, Created).catch((error: unknown) => {
    if (!(error instanceof HttpError) || error.verdict !== 409) throw error;
    throw error.with({ hint: `an account of that name exists: where ${listCap} are listed, only its id finds it` });
  });
  const { id, name: given } = answer.wire;
  const secret = readSecret(answer.wire, { purpose, consequence: '' });
  const known = { id, name: given, clientId: await clientIdOf(connection, answer.wire) };
  const account = toAccount(known, { raw: known, rules: null, profile });
  return issuedFrom(answer, { account, secret });
}

/** An account of that name may be ours or somebody else's: nothing that Run:ai keeps of it says (docs/design.md 5). */
async function readEvidence({ api, model }: Connection, name: string): Promise<Evidence> {
  const named = (await api.accounts()).items.filter(({ wire }) => wire.name === name);
  return { kind: 'unclear', candidates: named.map((payload) => model(payload, null)) };
}

/** Optional in the answer, and the name in every example (docs/contracts/runai.md 3). Never rejects. */
async function clientIdOf({ api }: Connection, { id, name, clientId }: z.infer<typeof Created>): Promise<string> {
  if (clientId) return clientId;
  // The secret is in hand, and must not get lost because its account cannot be read.
  const account = await api.account(id).catch(() => null);
  return account?.wire.clientId ?? name;
}

async function reconcile(connection: Connection, { account }: Issued): Promise<Account> {
  return readAccount(connection, account.id).catch((cause: unknown) => {
    throw new PartialError(`service account ${account.name} (${account.id}) was created, but could not be read again`, {
      provider: 'runai',
      hint: sactl`serviceaccounts get --provider runai --id ${account.id}`,
      cause,
    });
  });
}

async function addGrant(
  connection: Connection,
  { name }: Account,
  { grant, body, signal, report }: ApplyOptions & { grant: Grant; body: Record<string, unknown> },
): Promise<void> {
  const { role, scope, text } = grant;
  try {
    await addRule(connection, body, signal);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown error';
    const flags = ['--role', role.id, '--scope', `${scope.type}:${scope.id}`];
    throw new PartialError(
      `service account ${name} was created and its secret delivered, but it was not granted ${text}: ${why}`,
      { provider: 'runai', hint: sactl`accessrules create --provider runai --account ${name} ${flags}`, cause },
    );
  }
  await report(`granted ${text}`);
}
