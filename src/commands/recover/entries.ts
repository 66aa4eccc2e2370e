import { printingBan } from '../../config/setting.ts';
import { recoverCommand } from '../../delivery/recover.ts';
import { ExitCode, UsageError } from '../../errors.ts';
import { sactl } from '../../model/hint.ts';
import type { Column } from '../../output/columns.ts';
import { listDocument, type OutputDocument } from '../../output/document.ts';
import { confirmChange, confirmationProblems } from '../../session/confirm.ts';
import { dryRunDocument } from '../../session/dry-run.ts';
import type { Invocation } from '../../session/invocation.ts';
import type { AuditFact } from '../../state/audit-event.ts';
import { recordFact } from '../../state/audit-log.ts';
import type { StoredEntry } from '../../state/stored-entry.ts';
import { entryDetail, revealEntry } from './entry-detail.ts';
import { entryDocument, type EntryDocument } from './entry.ts';
import { entryIdProblems, openRecovery, pickEntry, refuseUnderWay, type Recovery } from './pick.ts';
import { entryStates, type EntryState } from './states.ts';

/** What `recover list` does. */
export async function listEntries({ ctx, common }: Invocation): Promise<ExitCode> {
  const recovery = await openRecovery(ctx, common, []);
  const entries = await recovery.journal.list();
  await recovery.emit(await entriesDocument(recovery, entries));
  if (entries.length === 0) await recovery.note('no entries');
  return ExitCode.done;
}

/** Entries as a list prints. */
export async function entriesDocument(
  { ctx, marker }: Pick<Recovery, 'ctx' | 'marker'>,
  entries: readonly StoredEntry[],
): Promise<OutputDocument> {
  const documents = await Promise.all(entries.map((entry) => entryDocument(ctx, entry)));
  return listDocument({ rows: documents.map((document) => Object.assign(document, marker)), columns });
}

/** On a terminal of 80 columns the state, the account and the whole id are left: what the other commands need. */
const columns: readonly Column<EntryDocument>[] = [
  { name: 'state', value: ({ state }) => state, tone: ({ state }) => entryStates[state].tone },
  { name: 'account', value: ({ accountName }) => accountName },
  { name: 'startedAt', header: 'STARTED', value: ({ startedAt }) => startedAt, isTime: true, spare: 1 },
  { name: 'operation', value: ({ operation }) => operation, spare: 2 },
  { name: 'provider', value: ({ provider }) => provider, spare: 3 },
  { name: 'targets', value: ({ targets }) => targets, shrink: 2, spare: 4, hideEmpty: true },
  { name: 'id', value: ({ id }) => id },
];

/** What `recover show` does. */
export async function showEntry(
  { ctx, common }: Invocation,
  id: string | undefined,
  reveal: boolean,
): Promise<ExitCode> {
  const recovery = await openRecovery(ctx, common, entryIdProblems(ctx, common, id));
  if (reveal) refuseBanned(recovery, null);
  const entry = await pickEntry(recovery, id);
  if (reveal) refuseBanned(recovery, entry);
  const document = await entryDocument(ctx, entry);
  const secret = reveal ? await revealEntry(ctx, recovery, entry) : null;
  await recovery.emit({
    value: { ...document, ...secret, ...recovery.marker },
    human: (style) => entryDetail({ entry, document, secret }, style),
    secretDocument: reveal,
  });
  if (secret !== null && secret.credential === null) {
    await recovery.note('no credential could be read from the answer; it is printed as it was received');
  }
  return ExitCode.done;
}

/** @throws UsageError where the configuration, or the profile of the entry, forbids to print a credential */
function refuseBanned({ configuration }: Recovery, entry: StoredEntry | null): void {
  const ban = printingBan(configuration, entry?.intent?.connection.profile ?? null);
  if (ban === null) return;
  throw new UsageError(`the credential may not be printed: ${ban}`, {
    hint: sactl`${entry === null ? sactl`recover deliver --id <id>` : recoverCommand('deliver', entry)} --to file:<path>`,
  });
}

/** What `recover discard` does. */
export async function discardEntry({ ctx, common }: Invocation, id: string | undefined): Promise<ExitCode> {
  const recovery = await openRecovery(ctx, common, [
    ...entryIdProblems(ctx, common, id),
    ...confirmationProblems(ctx, common),
  ]);
  const { journal, audit, marker, emit } = recovery;
  const entry = await pickEntry(recovery, id);
  refuseUnderWay(entry);
  const document = await entryDocument(ctx, entry);
  const { provider, accountName } = document;
  const effects = [effectOf(document)];
  if (common.dryRun) {
    await emit(dryRunDocument({ provider, marker }, { operation: 'discard', requests: [], effects }));
    return ExitCode.done;
  }
  await confirmChange({ ctx, common }, { action: `Discard ${naming(document)}`, effects });
  await journal.erase(entry.id);
  await recordFact(ctx, audit, () => discardFact(entry, document));
  await emit({
    value: { discarded: true, id: entry.id, provider, name: accountName, ...marker },
    human: () => `Discarded ${entry.id}.\n`,
  });
  return ExitCode.done;
}

function discardFact({ id, intent }: StoredEntry, document: EntryDocument): AuditFact {
  const { accountId, accountName: name, organization } = document;
  return {
    operation: 'discard',
    exitCode: ExitCode.done,
    connection: intent === null ? null : { ...intent.connection, credentialSource: null },
    account: { id: accountId, name, organization },
    entry: id,
  };
}

function naming({ id, operation, accountName }: EntryDocument): string {
  if (operation === null) return `entry ${id}`;
  const what = operation === 'create' ? 'creation' : 'rotation';
  return `the ${what} of ${accountName} (entry ${id})`;
}

const mayHoldCredential: ReadonlySet<EntryState> = new Set(['broken', 'newer', 'unreadable']);

function effectOf({ state, accountName, delivered }: EntryDocument): string {
  if (state === 'kept' || state === 'sealed') {
    const rest = delivered.length === 0 ? 'for good' : `but where it is: ${delivered.join(', ')}`;
    return `the credential of ${accountName} is gone ${rest}`;
  }
  return mayHoldCredential.has(state)
    ? 'a credential that may be in it is gone for good'
    : 'what is known about the request is forgotten; it holds no credential';
}
