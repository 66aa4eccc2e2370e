import { readCaFlag } from '../config/connection.ts';
import { printingBan } from '../config/setting.ts';
import type { Context } from '../context.ts';
import type { StoredDelivery } from '../delivery/deliver-entry.ts';
import { naming } from '../delivery/ending.ts';
import { answerIn, deliveredOf, lifeOf } from '../delivery/life.ts';
import { preflightTargets, type Preflight } from '../delivery/preflight.ts';
import { definitionOf, flagsOf, readEntry } from '../delivery/recover.ts';
import { addressOf } from '../delivery/targets/session.ts';
import type { Account } from '../model/account.ts';
import { safeText } from '../model/text.ts';
import type { Issued, ManualIssuance, ResumedIssuance } from '../providers/issuance.ts';
import type { AccountLocks } from '../state/account-lock.ts';
import type { AuditLog } from '../state/audit-log.ts';
import type { Journal } from '../state/journal.ts';
import { answerBytes } from '../state/record.ts';
import type { State } from '../state/state.ts';
import type { ReadableEntry } from '../state/stored-entry.ts';
import { clientFactory } from './client.ts';
import { waitFor } from './account-turn.ts';
import { canAsk } from './confirm.ts';
import { plannedTarget, type PlannedTarget } from './dry-run.ts';
import { refuseUnknownEndpoint } from './foreign-entry.ts';
import { located } from './issuance.ts';
import { openSandboxOf } from './sandbox-state.ts';
import type { StateWork } from './state-work.ts';
import { storedTargets } from './stored-targets.ts';

/** What the delivery of a credential that is kept in the journal needs of its command. */
export interface StoredHost extends Omit<StateWork, 'emit' | 'marker'>, Pick<State, 'document'> {
  readonly journal: Journal;
  readonly audit: AuditLog;
  readonly locks: AccountLocks;
}

/** A delivery that was checked without sending a request. */
export interface PreparedDelivery {
  readonly delivery: StoredDelivery;
  /** Where the credential would go, and whether that target can take it. */
  readonly plannedTargets: readonly PlannedTarget[];
  /** Sentences about it for the user. */
  readonly effects: readonly string[];
  /** Those of them that nobody may miss, also where nobody is asked. */
  readonly omissions: readonly string[];
  /** The result of trying output and targets. */
  readonly found: Preflight;
}

interface DeliveryOptions {
  /** Values of `--to`; without any, the targets that did not receive the credential yet. */
  readonly to?: readonly string[];
  /** Takes the result, in place of stdout: then no filter of this command is about it. */
  readonly announce?: NonNullable<StoredDelivery['announce']>;
}

/**
 * Reads the entry and tries the targets of `to` or, without any, those that did not receive the credential yet.
 * @throws UsageError when a target or the CA cannot be used; NotFoundError when the entry holds no
 * credential; FailedError when it cannot be read; UndeliveredError when it is sealed, and cannot be opened here
 */
export async function prepareDelivery(
  host: StoredHost,
  stored: ReadableEntry,
  { to = [], announce }: DeliveryOptions,
): Promise<PreparedDelivery> {
  const { ctx, journal, audit, locks, note, mask } = host;
  const renderer = { ...host.renderer, printingBan: printingBan(host.configuration, stored.intent.connection.profile) };
  const entry = await journal.unsealed(stored);
  const issued = await readEntry(ctx, entry);
  const { targets, areSatisfied, directory, effects, omissions } = storedTargets(host, entry, issued, to);
  const requests = await requestsAt(host, entry, issued);
  const { credential, account, raw } = issued;
  const plan = { expected: account, expectedRaw: raw, credentialKind: credential.kind };
  const found = await preflightTargets(ctx, { targets, renderer, plan, ...(announce && { announce }) });
  const resumed = (await resumedOf(host, entry, { locks, directory })) ?? requests.reread;
  const { verifyCredential, readAccount } = requests;
  const insist = canAsk(ctx, host.common) && !host.common.yes ? insistOn(ctx, issued) : null;
  const wait = host.common.wait;
  const waiting = wait === undefined ? {} : { wait: waitFor(host, naming(account), wait) };
  const told = announce === undefined ? {} : { announce };
  const own = { entry, issued, targets, renderer, journal, audit, locks, report: note, mask, ...waiting, ...told };
  return {
    delivery: { ...own, verifyCredential, readAccount, insist, resumed },
    plannedTargets: areSatisfied ? [] : found.targets.map(plannedTarget),
    effects: [...effects, ...omissions, 'the entry is erased'],
    omissions,
    found,
  };
}

/** Requests to the entry's own endpoint with the credential itself, without the caller's. @throws UsageError when its CA cannot be read */
export async function requestsAt(
  host: StoredHost,
  entry: ReadableEntry,
  issued: Issued,
): Promise<Pick<StoredDelivery, 'verifyCredential' | 'readAccount'> & { readonly reread: StoredDelivery['resumed'] }> {
  refuseUnknownEndpoint(host, entry);
  const { ctx, common, configuration, note } = host;
  const { endpoint, isSandbox, provider, caFile } = entry.intent.connection;
  const entrySource = `entry ${entry.id} of the journal`;
  const own = caFile === null ? null : { path: caFile, source: entrySource };
  const definition = await definitionOf(entry);
  const state = configuration.stateDirectory.value;
  const createHttp = await clientFactory(ctx, common, {
    definition,
    endpoint,
    endpointSource: entrySource,
    ca: common.caCert === undefined ? own : readCaFlag(ctx, common.caCert),
    sandbox: isSandbox ? await openSandboxOf(ctx, state, provider) : null,
  });
  const { credential } = issued;
  const { readOwnAccount, verifyCredential } = definition;
  const isNew = (answerIn(entry)?.operation ?? entry.intent.operation) === 'create';
  const options = { createHttp, endpoint, now: ctx.now, credential };
  /** A credential that is there is delivered whatever its account looks like. */
  async function reread({ account }: Issued, { verified }: { readonly verified: boolean }): Promise<Account> {
    const read = verified ? await readOwnAccount?.(account, options).catch(() => null) : account;
    if (read === null) await note(`${naming(account)} cannot be read again, and is shown as it was when it was issued`);
    return read ?? account;
  }
  return {
    verifyCredential: () => verifyCredential(options),
    readAccount: readOwnAccount === undefined ? null : () => readOwnAccount(issued.account, options),
    reread: isNew && readOwnAccount !== undefined ? { reconcile: reread } : {},
  };
}

/** A person may know what a trial could not tell. */
function insistOn(ctx: Context, { account }: Issued): (why: string) => Promise<boolean> {
  return (why) =>
    ctx.prompt.confirm({
      message: safeText(
        `The credential of ${account.name} could not be tried (${why}); it may be dead, and take the place of one that works. Deliver it all the same?`,
      ),
      default: false,
    });
}

/**
 * What the entry's own command would have done on this machine after the delivery; null for nothing.
 * @param directory relative paths of the targets start here
 */
async function resumedOf(
  { ctx, stateDirectory, document }: StoredHost,
  entry: ReadableEntry,
  { locks, directory }: { readonly locks: AccountLocks; readonly directory: string },
): Promise<ResumedIssuance | null> {
  const { manual } = await definitionOf(entry);
  const answer = answerIn(entry);
  const bytes = answer === null ? null : answerBytes(answer);
  if (manual === undefined || bytes === null) return null;
  const { profile, isSandbox } = entry.intent.connection;
  const { platform, userId, now, homeDirectory } = ctx;
  const end = await manual.resume(bytes, {
    profile,
    now,
    sleep: (milliseconds) => ctx.sleep(milliseconds, ctx.signal),
    local: {
      platform,
      userId,
      stateDirectory,
      locks,
      document: (key) => Promise.resolve(document(key)),
      homeDirectory: isSandbox ? null : homeDirectory,
    },
  });
  if (end === null) return null;
  const place = { profile, flags: flagsOf(entry.intent.connection), directory, homeDirectory };
  return { ...end, manual: located(withEarlier(end.manual, entry, homeDirectory), place) };
}

/** Adds the targets that received it earlier: that may not have been recorded. */
function withEarlier(manual: ManualIssuance, entry: ReadableEntry, homeDirectory: string | null): ManualIssuance {
  const { directory: cwd, connection } = entry.intent;
  const earlier = deliveredOf(lifeOf(entry)).map((name) => addressOf(name, { ...connection, cwd, homeDirectory }));
  return {
    ...manual,
    record: (delivered) => manual.record([...earlier, ...delivered]),
    actions: (delivered) => manual.actions([...earlier, ...delivered]),
  };
}
