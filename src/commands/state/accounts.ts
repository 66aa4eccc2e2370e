import { namedProfile } from '../../config/selection.ts';
import { ConflictError, ExitCode, UsageError } from '../../errors.ts';
import { oneOf, providerNames } from '../../model/account.ts';
import { sactl } from '../../model/hint.ts';
import { quoted } from '../../model/text.ts';
import type { Column } from '../../output/columns.ts';
import { listDocument } from '../../output/document.ts';
import { detail, type Field } from '../../output/table.ts';
import { confirmChange, confirmationProblems } from '../../session/confirm.ts';
import { dryRunDocument } from '../../session/dry-run.ts';
import type { Invocation } from '../../session/invocation.ts';
import { openStateWork, type StateWork } from '../../session/state-work.ts';
import { openState, statePlaceOf } from '../../session/state.ts';
import type { AuditFact } from '../../state/audit-event.ts';
import { recordFact } from '../../state/audit-log.ts';
import type { State } from '../../state/state.ts';
import { isBusy, pickAccount, readAccounts, type AccountDocument, type KnownAccount } from './account.ts';
import { holds } from './holds.ts';

interface AccountWork extends StateWork {
  readonly state: State;
}

async function openAccountWork({ ctx, common }: Invocation, problems: readonly string[]): Promise<AccountWork> {
  const work = await openStateWork(ctx, common, problems);
  const profile = namedProfile(work.configuration)?.name ?? null;
  return { ...work, state: await openState(ctx, common, statePlaceOf(work.configuration, profile)) };
}

/** What `state show` does. */
export async function showAccounts(invocation: Invocation, id: string | undefined): Promise<ExitCode> {
  const work = await openAccountWork(invocation, id?.trim() === '' ? ['--id is empty'] : []);
  const accounts = await readAccounts(work.state);
  if (id !== undefined) {
    const { document } = pickAccount(accounts, id.trim());
    await work.emit({ value: { ...document, ...work.marker }, human: (style) => detail(fieldsOf(document), style) });
    return ExitCode.done;
  }
  const busy = accounts.map(({ document }) => document).filter(isBusy);
  await work.emit(listDocument({ rows: busy.map((document) => ({ ...document, ...work.marker })), columns }));
  const idle = accounts.length - busy.length;
  if (idle > 0)
    await work.note(`${idle} ${busy.length > 0 ? 'more ' : ''}${idle === 1 ? 'account is' : 'accounts are'} idle`);
  else if (busy.length === 0) await work.note('no account is held, and no entry is open');
  return ExitCode.done;
}

const columns: readonly Column<AccountDocument>[] = [
  { name: 'hold', value: ({ hold }) => hold, tone: ({ hold }) => holds[hold].tone },
  { name: 'name', header: 'ACCOUNT', value: ({ name, id }) => name ?? id },
  { name: 'heldBy', value: ({ heldBy }) => heldBy && `process ${heldBy.process} on ${heldBy.host}`, shrink: 2 },
  { name: 'since', value: ({ heldBy }) => heldBy?.since ?? null, isTime: true },
  { name: 'entries', header: 'ENTRY', value: ({ entries }) => entries.map(({ state }) => state) },
  { name: 'generation', value: ({ generation }) => generation, hideEmpty: true },
  { name: 'issuedAt', header: 'ISSUED', value: ({ issuedAt }) => issuedAt, isTime: true, spare: 1 },
  { name: 'run', value: ({ heldBy }) => heldBy?.run ?? null, spare: 3, hideEmpty: true, shrink: 3 },
  { name: 'provider', value: ({ provider }) => provider, spare: 2 },
  { name: 'account', header: 'DIGEST', value: ({ account }) => account, text: ({ account }) => account.slice(0, 12) },
];

function fieldsOf({ heldBy, entries, ...document }: AccountDocument): readonly Field[] {
  const { hold } = document;
  return [
    { label: 'Account', value: document.name },
    { label: 'Account ID', value: document.id },
    { label: 'Provider', value: document.provider },
    { label: 'Organization', value: document.organization },
    { label: 'Endpoint', value: document.endpoint },
    { label: 'Digest', value: document.account },
    { label: 'Hold', value: `${hold}: ${holds[hold].meaning}`, tone: holds[hold].tone },
    ...(heldBy === null
      ? []
      : [
          { label: 'Held by', value: `process ${heldBy.process} on ${heldBy.host}` },
          { label: 'Run', value: heldBy.run },
          { label: 'Since', value: heldBy.since, isTime: true },
          { label: 'Lease', value: `${heldBy.leaseSeconds}s` },
          { label: 'Works on', value: heldBy.entry },
        ]),
    { label: 'Generation', value: document.generation },
    ...entries.map(({ id, operation, state }) => ({ label: 'Entry', value: `${id} (${operation}, ${state})` })),
    { label: 'Issued', value: document.issuedAt, isTime: true },
  ];
}

interface UnlockFlags {
  readonly id?: string | undefined;
  readonly generation?: string | undefined;
}

/** What `state unlock` does. */
export async function unlockAccount(invocation: Invocation, { id, generation }: UnlockFlags): Promise<ExitCode> {
  const { ctx, common } = invocation;
  const wanted =
    generation === undefined ? null : Number(/^\s*\d{1,15}\s*$/.test(generation) ? generation : Number.NaN);
  const problems = [
    ...(id === undefined || id.trim() === '' ? ['--id is missing: give the id, name or digest of the account'] : []),
    ...(Number.isNaN(wanted) ? [`--generation ${quoted(generation ?? '')} is not a whole number`] : []),
  ];
  const work = await openAccountWork(invocation, [...problems, ...confirmationProblems(ctx, common)]);
  const account = pickAccount(await readAccounts(work.state), (id ?? '').trim());
  const { document } = account;
  if (document.heldBy === null) {
    await emitUnlocked(work, document, false);
    await work.note(`no run holds ${document.name}; nothing was changed`);
    return ExitCode.done;
  }
  requireGeneration(document, wanted);
  const effects = effectsOf(document);
  if (common.dryRun) {
    await work.emit(
      dryRunDocument(
        { provider: document.provider, marker: work.marker },
        { operation: 'unlock', requests: [], effects },
      ),
    );
    return ExitCode.done;
  }
  const holder = `process ${document.heldBy.process} on ${document.heldBy.host}`;
  await confirmChange({ ctx, common }, { action: `Take ${document.name} from ${holder}`, effects });
  const { release } = await work.state.holdings();
  if (!(await release(account.holding))) throw movedOn(document, 'not held as before any more');
  await recordFact(ctx, work.state.audit, () => unlockFact(account, work.configuration.sandbox.value));
  await emitUnlocked(work, document, true);
  return ExitCode.done;
}

/** @throws UsageError where a generation is missing, or means nothing; ConflictError where it is another one by now */
function requireGeneration(document: AccountDocument, wanted: number | null): void {
  const { generation, name } = document;
  if (generation === null) {
    if (wanted === null) return;
    throw new UsageError('--generation means nothing here: locks on this machine have none');
  }
  if (wanted === null) {
    throw new UsageError(`--generation is missing: ${name} is held in generation ${generation}`, {
      hint: sactl`state show --id ${document.account.slice(0, 12)}`,
    });
  }
  if (wanted !== generation) throw movedOn(document, `held in generation ${generation} by now`);
}

function movedOn({ name, account }: AccountDocument, how: string): ConflictError {
  return new ConflictError('locked', `${name} is ${how}; nothing was changed`, {
    hint: sactl`state show --id ${account.slice(0, 12)}`,
    retryable: false,
  });
}

function effectsOf({ hold, entries }: AccountDocument): readonly string[] {
  return [
    hold === 'dead'
      ? 'its run is dead'
      : 'if its run is still alive, it delivers nothing more and ends with exit code 8',
    ...entries.map(({ id, state }) => `entry ${id} (${state}) stays in the journal`),
  ];
}

function unlockFact({ document, holding }: KnownAccount, isSandbox: boolean): AuditFact {
  const { endpoint, id, name, organization } = document;
  const provider = oneOf(document.provider, providerNames);
  const connection = { profile: null, isSandbox, credentialSource: null };
  return {
    operation: 'unlock',
    exitCode: ExitCode.done,
    connection: provider === null || endpoint === null ? null : { ...connection, provider, endpoint },
    account: { id, name, organization },
    entry: holding.hold?.entry ?? null,
  };
}

async function emitUnlocked(work: AccountWork, document: AccountDocument, unlocked: boolean): Promise<void> {
  const { account, provider, id, name, generation } = document;
  await work.emit({
    value: { unlocked, account, provider, id, name, generation, ...work.marker },
    human: () => (unlocked ? `Unlocked ${name}.\n` : ''),
  });
}
