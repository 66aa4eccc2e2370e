import { sactl } from '../../model/hint.ts';
import { CliError, ConflictError, FailedError, InterruptedError, NotFoundError, PartialError } from '../../errors.ts';
import { quoted } from '../../model/text.ts';
import type { Account, AccountChange } from '../../model/account.ts';
import type { ApplyOptions, Plan } from '../plan.ts';
import { recordChange } from './records.ts';
import type { Backup } from './backups.ts';
import type { Connection } from './connection.ts';
import { consoleUrl, revocation } from './console.ts';
import {
  describeAccount,
  existing,
  markRestored,
  markRevoked,
  noteDelivery,
  removeAccount,
  renameAccount,
  tokenIn,
  type AccountKey,
  type TokenKey,
} from './inventory.ts';
import { keyOf } from './lookup.ts';
import { probe } from './api.ts';
import { checkRevoked } from './revocation-check.ts';

/** Our own description is changed here; a name is Augment's, and a person's to change. */
export function planUpdate(
  connection: Connection,
  account: Account,
  { name, description }: AccountChange,
): Plan<Account> {
  const key = keyOf(account);
  const isRenamed = name !== undefined && name !== account.name;
  const isDescribed = description !== undefined && description !== account.description;
  return {
    requests: [],
    effects: [
      ...(isDescribed ? [`its description on this machine becomes ${quoted(description ?? '', 200)}`] : []),
      ...(isRenamed ? [`it is recorded as ${quoted(name, 100)}`] : []),
    ],
    ...(isRenamed
      ? {
          action: {
            goal: `rename the service account ${quoted(account.name, 100)} to ${quoted(name, 100)}`,
            url: consoleUrl,
            command: sactl`serviceaccounts update --provider augment --id ${account.id} --name ${name} ${
              isDescribed ? ['--description', description ?? ''] : []
            } --done`,
          },
        }
      : {}),
    apply: () =>
      recordChange(connection, isRenamed ? { ...key, name } : key, (before, at) => {
        const described = isDescribed ? describeAccount(before, { ...key, description, at }) : before;
        return isRenamed ? renameAccount(described, { ...key, newName: name, at }) : described;
      }),
  };
}

export function planDelete(connection: Connection, account: Account): Plan<void> {
  const { name, id } = account;
  return {
    requests: [],
    effects: [
      `service account "${name}" is recorded as deleted, and its tokens as revoked`,
      'everything that signs in with one of its tokens stops working',
    ],
    action: {
      goal: `delete the service account ${quoted(name, 100)}, and with it all its tokens`,
      url: consoleUrl,
      command: sactl`serviceaccounts delete --provider augment --id ${id} --done --yes`,
    },
    apply: async (options) => {
      const key = keyOf(account);
      const dead = await deadTokens(connection, key, options);
      const at = new Date(connection.now()).toISOString();
      await connection.inventory.update((before) => removeAccount(before, { ...key, at, dead }));
      for (const fingerprint of dead) await connection.backups.remove(fingerprint);
    },
  };
}

/** The fingerprints of the account's tokens that Augment was seen to refuse. @throws FailedError when it takes one */
async function deadTokens(connection: Connection, key: AccountKey, options: ApplyOptions): Promise<readonly string[]> {
  const { tokens } = existing(await connection.inventory.read(), key);
  const dead: string[] = [];
  for (const token of tokens) {
    if (token.state === 'revoked' && token.verified) continue;
    if ((await checkRevoked(connection, token, options)) === true) dead.push(token.fingerprint);
  }
  return dead;
}

/** A person revokes; what is seen of it here is that Augment refuses the token from then on. */
export async function planRevokeToken(connection: Connection, account: Account, token: string): Promise<Plan<Account>> {
  const key = { ...keyOf(account), token };
  const recorded = tokenIn(await connection.inventory.read(), key);
  if (recorded.state === 'revoked' && recorded.verified) {
    throw new ConflictError('conflict', `the token ${quoted(token, 100)} is revoked already`, { provider: 'augment' });
  }
  return {
    requests: [],
    effects: [`the token ${quoted(token, 100)} of ${account.name} stops working for good`],
    action: revocation(account, token),
    apply: async (options) => {
      const isDead = await checkRevoked(connection, recorded, options);
      if (isDead === null) {
        await options.report(
          `no copy of the token ${quoted(token, 100)} is left here, so its revocation cannot be checked`,
        );
      }
      const verified = isDead === true;
      const after = await recordChange(connection, key, (before, at) => markRevoked(before, { ...key, at, verified }));
      if (verified) await connection.backups.remove(recorded.fingerprint);
      return after;
    },
  };
}

/** Puts a session that was replaced back where it was, when Augment still takes it. */
export async function planRestoreToken(
  connection: Connection,
  account: Account,
  token: string,
): Promise<Plan<Account>> {
  const key = { ...keyOf(account), token };
  const { fingerprint } = tokenIn(await connection.inventory.read(), key);
  const backup = await connection.backups.find(fingerprint);
  if (backup === null) {
    throw new NotFoundError(`no copy of the token ${quoted(token, 100)} is left on this machine`, {
      provider: 'augment',
      hint: ['make a new one: ', sactl`serviceaccounts rotate --provider augment --id ${account.id}`],
    });
  }
  return {
    requests: [],
    effects: [`the session in ${backup.path} is replaced by the one with the token ${quoted(token, 100)}`],
    apply: async () => {
      const { works, why } = await probe(connection.analytics(backup.session.accessToken));
      if (works !== true) {
        const reason = `it could not be checked: ${why ?? 'no reason was given'}`;
        throw new FailedError('not_restored', `the token ${quoted(token, 100)} was not restored, because ${reason}`, {
          provider: 'augment',
        });
      }
      await connection.backups.restore(backup);
      return recordRestored(connection, key, backup);
    },
  };
}

/** @throws PartialError, because the session is back where it was by then */
async function recordRestored(connection: Connection, key: TokenKey, { path, target }: Backup): Promise<Account> {
  try {
    return await recordChange(connection, key, (before, at) =>
      noteDelivery(markRestored(before, { ...key, at }), { ...key, at, targets: [target] }),
    );
  } catch (cause) {
    const why = cause instanceof CliError ? cause.message : 'unknown error';
    const reason = cause instanceof InterruptedError ? 'interrupted' : why;
    throw new PartialError(
      `the token ${quoted(key.token, 100)} is back in ${path}, and that could not be recorded: ${reason}`,
      { provider: 'augment', cause },
    );
  }
}
