import { wholeSeconds } from '../../model/account.ts';
import type { Context } from '../../context.ts';
import { deliveredOf, lifeOf, type Life } from '../../delivery/life.ts';
import { accountIdOf, readEntry } from '../../delivery/recover.ts';
import { keepsSecret } from '../../state/record.ts';
import type { EntryState } from './states.ts';
import type { ReadableEntry, StoredEntry } from '../../state/stored-entry.ts';
import type { Issued } from '../../providers/issuance.ts';

/** An entry as it prints; never with its credential. Times are ISO 8601. */
export interface EntryDocument {
  readonly id: string;
  readonly state: EntryState;
  readonly operation: 'create' | 'rotate' | null;
  readonly provider: string | null;
  readonly profile: string | null;
  readonly organization: string | null;
  readonly endpoint: string | null;
  /** The account's id; null where it is not known, as after a create whose answer never came. */
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly startedAt: string | null;
  readonly targets: readonly string[];
  /** The targets that have the credential already. */
  readonly delivered: readonly string[];
  /** The folder that relative paths in them are against. */
  readonly directory: string | null;
  /** The error with which the command ended. */
  readonly message: string | null;
}

/** Never rejects: an answer that cannot be read is a state, too. */
export async function entryDocument(ctx: Pick<Context, 'now'>, entry: StoredEntry): Promise<EntryDocument> {
  const { id } = entry;
  const life = lifeOf(entry);
  const delivered = deliveredOf(life);
  if (entry.intent === null) {
    const state = entry.isNewer ? 'newer' : 'unreadable';
    return { ...nothing, id, state, delivered, message: entry.problem };
  }
  const issued = await readEntry(ctx, entry).catch(() => null);
  const { operation, startedAt, targets, directory, account } = entry.intent;
  const { provider, profile, organization, endpoint } = entry.intent.connection;
  return {
    id,
    state: stateOf(entry, life, issued),
    operation,
    provider,
    profile,
    organization,
    endpoint,
    accountId: issued?.account.id ?? accountIdOf(entry),
    accountName: account.name,
    startedAt: wholeSeconds(startedAt),
    targets,
    delivered,
    directory,
    message: entry.records.findLast((record) => record.type === 'outcome')?.message ?? null,
  };
}

const nothing = {
  operation: null,
  provider: null,
  profile: null,
  organization: null,
  endpoint: null,
  accountId: null,
  accountName: null,
  startedAt: null,
  targets: [],
  directory: null,
} as const;

function stateOf({ isNewer, isUnderWay }: ReadableEntry, life: Life, issued: Issued | null): EntryState {
  if (isNewer) return 'newer';
  if (isUnderWay) return 'under-way';
  if (life.at === 'held' || life.at === 'asked') return life.at;
  if (life.at === 'idle' || !keepsSecret(life.answer)) return 'empty';
  if (life.answer.sealed !== null) return 'sealed';
  return issued === null ? 'broken' : 'kept';
}
