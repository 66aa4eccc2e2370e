import { namedProfile } from '../../config/selection.ts';
import { credentialBeside, readWrittenAddress, stateSettings, type StateSettings } from '../../config/state.ts';
import { CliError, ConflictError, ExitCode, PartialError, UsageError } from '../../errors.ts';
import { describeAddress, type StoreAddress } from '../../model/store-address.ts';
import { sactl } from '../../model/hint.ts';
import { detail } from '../../output/table.ts';
import { confirmChange, confirmationProblems } from '../../session/confirm.ts';
import { dryRunDocument } from '../../session/dry-run.ts';
import type { Invocation } from '../../session/invocation.ts';
import { openMigration, type Migration, type Migrated } from '../../session/migration.ts';
import { openStateWork, type StateWork } from '../../session/state-work.ts';

interface MigrateFlags {
  readonly from?: string | undefined;
  readonly move?: true | undefined;
}

interface MigrationWork extends StateWork, Migration {
  readonly isMove: boolean;
}

/** What `state migrate` does. */
export async function migrateState(invocation: Invocation, flags: MigrateFlags): Promise<ExitCode> {
  const { ctx, common } = invocation;
  const work = await openMigrationWork(invocation, flags);
  const { isMove, from, to, emit, marker } = work;
  try {
    await refuseBusy(work);
    if (common.dryRun) {
      const effects = effectsOf(work, await work.look());
      await emit(dryRunDocument({ provider: null, marker }, { operation: 'migrate', requests: [], effects }));
      return ExitCode.done;
    }
    if (isMove)
      await confirmChange(
        { ctx, common },
        {
          action: `Move the state from ${from} to ${to}`,
          effects: [`what ${from} has is removed there once ${to} has all of it`],
        },
      );
    const found = await copyAll(work);
    const left = isMove ? await moveAway(work) : [];
    await emitMigrated(work, found, left);
    if (found.unreadable > 0) {
      throw new PartialError(
        `${counted(found.unreadable, 'entry', 'entries')} or lines of ${from} cannot be read, and stay there`,
      );
    }
    if (left.length > 0) {
      throw new PartialError(`${from} was changed meanwhile, and keeps ${left.join(' and ')}`, {
        hint: 'run it again',
      });
    }
    return ExitCode.done;
  } finally {
    await work.close();
  }
}

async function openMigrationWork({ ctx, common }: Invocation, { from, move }: MigrateFlags): Promise<MigrationWork> {
  const reading = readSource(from);
  const problems = 'problem' in reading ? [reading.problem] : [];
  const confirmation = move === true ? confirmationProblems(ctx, common) : [];
  const work = await openStateWork(ctx, common, [...problems, ...confirmation]);
  const { configuration } = work;
  if ('problem' in reading) throw new UsageError(reading.problem);
  if (configuration.sandbox.value) throw new UsageError('the sandbox has a state of its own, which cannot be migrated');
  const settings = stateSettings(configuration.state, namedProfile(configuration));
  const to = describeAddress(settings.store.value);
  if (settings.store.value.kind === 'file') {
    throw new UsageError('"state migrate" copies into a state store, and none is set: the state is on this machine', {
      hint: 'name the store: "state" in the configuration, or SACTL_STATE',
    });
  }
  if (describeAddress(reading.value) === to) throw new UsageError(`--from is the store that is set: ${to}`);
  const credential = credentialBeside(configuration.state, configuration.profiles.values(), reading.value);
  const source: StateSettings = {
    ...settings,
    store: { value: reading.value, source: { kind: 'flag', name: '--from' } },
    credential: { value: credential, source: settings.credential.source },
  };
  const migration = await openMigration(ctx, common, { source, settings, stateDirectory: work.stateDirectory });
  return { ...work, ...migration, isMove: move === true };
}

function readSource(from: string | undefined): { readonly value: StoreAddress } | { readonly problem: string } {
  if (from === undefined) return { problem: '--from is missing: file, or the address of a store' };
  const reading = readWrittenAddress(from.trim());
  return 'problem' in reading ? { problem: `--from ${reading.problem}` } : reading;
}

/** @throws ConflictError (`locked`) */
async function refuseBusy({ source, from }: MigrationWork): Promise<void> {
  const [first, ...more] = await source.busy();
  if (first === undefined) return;
  const others = more.length === 0 ? '' : `, and ${more.length} more like that`;
  throw new ConflictError('locked', `${from} is in use: ${first}${others}`, {
    hint: ['wait for it to end; who holds what there: ', sactl`state show`],
    retryable: true,
  });
}

/** @throws PartialError where something may have been written before it failed */
async function copyAll({ copy }: MigrationWork): Promise<Migrated> {
  try {
    return await copy();
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    throw new PartialError(`${cause.message}; what was copied before stays there`, {
      cause,
      hint: 'run it again: nothing is copied twice',
    });
  }
}

/** What was left there. @throws PartialError where not all of it was read back */
async function moveAway(work: MigrationWork): Promise<readonly string[]> {
  await refuseBusy(work);
  const missing = await work.missing();
  if (missing.length > 0) {
    const first = missing.slice(0, 3).join(', ');
    throw new PartialError(`${work.to} does not have all of it (${first}); nothing was removed from ${work.from}`);
  }
  return work.remove();
}

function effectsOf({ from, isMove }: MigrationWork, { entries, events, accounts }: Migrated): readonly string[] {
  return [
    `copies ${counted(entries.copied, 'entry', 'entries')} of the journal; ${entries.present} are there already`,
    `copies ${counted(events.copied, 'event', 'events')} of the audit log; ${events.present} are there already`,
    `${counted(accounts, 'Augment account is', 'Augment accounts are')} recorded at the source`,
    isMove ? `removes all that from ${from} once it was read back` : `removes nothing from ${from}`,
  ];
}

async function emitMigrated(work: MigrationWork, found: Migrated, left: readonly string[]): Promise<void> {
  const { from, to, isMove, marker } = work;
  const { entries, events, accounts, unreadable } = found;
  const removed = isMove && left.length === 0;
  await work.emit({
    value: { from, to, entries, events, accounts, unreadable, removed, ...marker },
    human: (style) =>
      detail(
        [
          { label: 'From', value: from },
          { label: 'To', value: to },
          { label: 'Entries', value: `${entries.copied} copied, ${entries.present} there already` },
          { label: 'Events', value: `${events.copied} copied, ${events.present} there already` },
          { label: 'Augment accounts', value: accounts },
          { label: 'Removed at the source', value: removed },
        ],
        style,
      ),
  });
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
