import type { Context } from '../context.ts';
import { FailedError, NotFoundError } from '../errors.ts';
import type { EntryConnection } from '../state/record.ts';
import { answerBytes } from '../state/record.ts';
import type { ReadableEntry, StoredEntry } from '../state/stored-entry.ts';
import {
  connectionFlags,
  sactl,
  withConnection,
  type CommandLine,
  type ConnectionFlags,
  type Hint,
} from '../model/hint.ts';
import type { Issued, IssuancePlan } from '../providers/issuance.ts';
import type { ProviderDefinition } from '../providers/provider.ts';
import { environments, registry } from '../providers/registry.ts';
import { accountKey, type AccountLock } from '../state/account-lock.ts';
import type { Issuance } from './issuance.ts';
import { answerIn, lifeOf, phases } from './life.ts';

/** The provider that an entry is about. */
export async function definitionOf({ intent }: ReadableEntry): Promise<ProviderDefinition> {
  return registry[intent.connection.provider].load();
}

/**
 * The credential that an entry keeps; of a sealed one, see `Journal.unsealed`.
 * @throws NotFoundError when it keeps none; FailedError (`bad_answer`) when none can be read out of the answer
 */
export async function readEntry({ now }: Pick<Context, 'now'>, entry: ReadableEntry): Promise<Issued> {
  const definition = await definitionOf(entry);
  const { intent } = entry;
  const answer = answerIn(entry);
  const bytes = answer === null ? null : answerBytes(answer);
  if (answer === null || bytes === null) throw nothingKept(entry);
  const account = { ...intent.account, id: answer.accountId ?? intent.account.id };
  const { profile, organization } = intent.connection;
  try {
    const context = { operation: answer.operation ?? intent.operation, account, profile, now: now() };
    const issued = definition.readAnswer(bytes, context);
    return { ...issued, account: { ...issued.account, organization: issued.account.organization ?? organization } };
  } catch (cause) {
    throw illegible(entry, cause);
  }
}

/** Whether the last answer is kept, and only who has the identity can read it. */
export function isSealed(entry: ReadableEntry): boolean {
  return typeof answerIn(entry)?.sealed === 'string';
}

function nothingKept(entry: ReadableEntry): NotFoundError {
  const { at } = lifeOf(entry);
  if (isSealed(entry)) return new NotFoundError(`entry ${entry.id} holds a sealed credential, which was not opened`);
  const why = at === 'held' || at === 'asked' ? phases[at] : 'it was left without its secret (--no-journal)';
  return new NotFoundError(`entry ${entry.id} holds no credential: ${why}`, {
    provider: entry.intent.connection.provider,
    hint: at === 'held' ? recoverCommand('discard', entry) : replacementHint(entry, accountIdOf(entry)),
  });
}

function illegible(entry: ReadableEntry, cause: unknown): FailedError {
  const message = `entry ${entry.id} keeps an answer from which no credential could be read`;
  return new FailedError('bad_answer', message, {
    provider: entry.intent.connection.provider,
    hint: ['look at it: ', sactl`${recoverCommand('show', entry)} --reveal`],
    cause,
  });
}

/** The id of the account that an entry is about; null where only the answer to a create would tell, if anything. */
export function accountIdOf(entry: ReadableEntry): string | null {
  return answerIn(entry)?.accountId ?? entry.intent.account.id;
}

/**
 * How to replace a credential that is beyond reach. A rotation erases older entries of its account; only a create may
 * have to be forgotten by hand, because not every provider says which account it made.
 */
export function replacementHint(entry: ReadableEntry, id: string | null): Hint {
  const { intent } = entry;
  const forget = ['; then: ', recoverCommand('discard', entry)];
  if (id === null) {
    const search = sactl`serviceaccounts list --search ${intent.account.name}`;
    return [
      'see whether the account exists, and rotate it if so: ',
      withConnection(search, flagsOf(intent.connection)),
      ...forget,
    ];
  }
  const rotate = ['issue another: ', rotateCommand(entry, id)];
  return intent.operation === 'rotate' ? rotate : [...rotate, ...forget];
}

/** The command that issues another credential for the account with this id, where the entry's request went. */
function rotateCommand({ intent }: ReadableEntry, id: string): CommandLine {
  return withConnection(sactl`serviceaccounts rotate --id ${id}`, flagsOf(intent.connection));
}

/** The flags with which a command goes where the entry's request went, whatever is set by then. */
export function flagsOf({ organization, ...connection }: EntryConnection): ConnectionFlags {
  const standard = environments[connection.provider]?.endpoint.default;
  const endpoint = connection.endpoint === standard ? null : connection.endpoint;
  return connectionFlags({ ...connection, org: organization, endpoint });
}

/** A command on this entry, e.g. `sactl recover show --id 4f1c09d2-…`. */
export function recoverCommand(verb: 'show' | 'deliver' | 'discard', { id, intent }: StoredEntry): CommandLine {
  const isSandbox = intent?.connection.isSandbox ?? false;
  return sactl`recover ${verb} --id ${id} ${isSandbox ? ['--sandbox'] : []}`;
}

/**
 * Takes the lock of the account that an issue is about; of one that is to be created, of its name.
 * @throws ConflictError (`locked`) when another run has it, at once unless the issuance says how to wait; UsageError;
 * FailedError (`lock`)
 */
export function lockAccount(
  issuance: Pick<Issuance, 'id' | 'operation' | 'connection' | 'locks' | 'wait'> & {
    readonly plan: Pick<IssuancePlan, 'expected'>;
  },
): Promise<AccountLock> {
  const { operation, plan, connection, locks, wait } = issuance;
  const { provider, id, name } = plan.expected;
  const account = {
    key: accountKey(connection, operation === 'create' ? { id: null, name } : { id, name }),
    name: `${provider} service account ${name}`,
    entry: issuance.id,
  };
  return locks.lock(account, wait);
}
