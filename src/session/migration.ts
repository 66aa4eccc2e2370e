import type { StateSettings } from '../config/state.ts';
import type { Context } from '../context.ts';
import { describeAddress } from '../model/store-address.ts';
import { providerNames } from '../model/account.ts';
import type { RecordDefinition } from '../providers/manual.ts';
import { registry } from '../providers/registry.ts';
import { openAccountLocks } from '../state/account-lock.ts';
import type { KeptDocument } from '../state/kept-document.ts';
import { copyMarks, copyValues, countMissing, missingIn, type Copied } from '../state/migrate/copy.ts';
import { fileSource } from '../state/migrate/file-source.ts';
import { storeSource, type MigrationSource, type SourceContents } from '../state/migrate/source.ts';
import { openSealer, type Sealer } from '../state/seal.ts';
import { openSharedDocument } from '../state/shared/document.ts';
import type { StateStore } from '../state/store/store.ts';
import type { CommonFlags } from './flags.ts';
import { openStateStore } from './state-store.ts';

/** A state that is copied from one place to another. */
export interface Migration {
  /** For people. */
  readonly from: string;
  readonly to: string;
  readonly source: MigrationSource;
  /** What would be copied. */
  readonly look: () => Promise<Migrated>;
  readonly copy: () => Promise<Migrated>;
  /** The keys of what was to be copied and is not there. After `copy`. */
  readonly missing: () => Promise<readonly string[]>;
  /** Removes what was copied. @returns what is left, because it was changed meanwhile. After `copy` */
  readonly remove: () => Promise<readonly string[]>;
  /** Lets go of connections. Never rejects. */
  readonly close: () => Promise<void>;
}

export interface Migrated {
  readonly entries: Copied;
  readonly events: Copied;
  /** How many accounts the source has records of. */
  readonly accounts: number;
  /** How much of the source cannot be read. */
  readonly unreadable: number;
}

export interface MigrationPlaces {
  readonly source: StateSettings;
  readonly settings: StateSettings;
  readonly stateDirectory: string;
}

/** Nothing is asked yet. @throws UsageError where proxy or CA cannot be used */
export async function openMigration(ctx: Context, common: CommonFlags, places: MigrationPlaces): Promise<Migration> {
  const { source: origin, settings, stateDirectory } = places;
  const to = await openStateStore(ctx, common, { settings, stateDirectory });
  const isLocal = origin.store.value.kind === 'file';
  const old = isLocal ? null : await openStateStore(ctx, common, { settings: origin, stateDirectory });
  const source = old === null ? machineSource(ctx, places) : storeSource(old, ctx);
  const records = await recordsOf(ctx, { stateDirectory, old, to });
  let reading: Promise<SourceContents> | null = null;
  function contents(): Promise<SourceContents> {
    return (reading ??= source.read());
  }
  return {
    from: describeAddress(origin.store.value),
    to: to.address,
    source,
    look: async () => {
      const { entries, events, unreadable } = await contents();
      return {
        entries: await countMissing(entries, to, 'entries/'),
        events: await countMissing(events, to, 'audit/'),
        accounts: await countAccounts(records),
        unreadable,
      };
    },
    copy: async () => {
      const found = await contents();
      const { entries, events, unreadable } = found;
      const copied = {
        entries: await copyValues(entries, to, 'entries/'),
        events: await copyValues(events, to, 'audit/'),
        unreadable,
      };
      await copyMarks(found, { to, uuid: ctx.uuid });
      for (const record of records) await copyRecord(record);
      return { ...copied, accounts: await countAccounts(records) };
    },
    missing: async () => {
      const { entries, events } = await contents();
      const values = await missingIn(to, [...entries, ...events]);
      const others = await Promise.all(records.map(isMissing));
      return [...values, ...others.flat()];
    },
    remove: async () => {
      const { entries, removeEvents } = await contents();
      const removed = await Promise.all(entries.map(({ remove }) => remove()));
      const left = [
        removed.every(Boolean) ? null : 'entries of the journal',
        (await removeEvents()) ? null : 'the audit log',
        (await emptied(records)) ? null : 'records of Augment accounts',
      ];
      return left.filter((what) => what !== null);
    },
    close: async () => {
      await Promise.all([to.close(), old?.close()]);
    },
  };
}

function machineSource(ctx: Context, { settings, stateDirectory }: MigrationPlaces): MigrationSource {
  const { value: recipients } = settings.recipients;
  let sealing: Promise<Sealer> | null = null;
  return fileSource({
    ...ctx,
    stateDirectory,
    sealing: { recipients, identity: null },
    sealer: () => (sealing ??= openSealer(recipients)),
  });
}

interface RecordCopy {
  readonly definition: RecordDefinition;
  readonly from: KeptDocument;
  readonly into: KeptDocument;
  /** What was copied. */
  copied: string | null;
}

/** Of each provider whose accounts sactl records. */
async function recordsOf(
  ctx: Context,
  {
    stateDirectory,
    old,
    to,
  }: { readonly stateDirectory: string; readonly old: StateStore | null; readonly to: StateStore },
): Promise<readonly RecordCopy[]> {
  const definitions = await Promise.all(providerNames.map((name) => registry[name].load()));
  const local = { ...ctx, stateDirectory, locks: openAccountLocks({ ...ctx, stateDirectory }) };
  return definitions.flatMap(({ manual }) => {
    if (manual === undefined) return [];
    const { records: definition } = manual;
    const { key } = definition;
    const from =
      old === null ? definition.onMachine(local, ctx.sleep) : openSharedDocument({ ...ctx, store: old, key });
    return [{ definition, from, into: openSharedDocument({ ...ctx, store: to, key }), copied: null }];
  });
}

async function countAccounts(records: readonly RecordCopy[]): Promise<number> {
  const counts = await Promise.all(
    records.map(async ({ definition, from }) => definition.count(await from.read(), from)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function copyRecord(record: RecordCopy): Promise<void> {
  const { definition, from, into } = record;
  const text = await from.read();
  record.copied = text;
  if (text !== null) await into.update((found) => definition.merge(found, text, from));
}

async function isMissing({ definition, from, into, copied }: RecordCopy): Promise<readonly string[]> {
  if (copied === null) return [];
  return definition.merge(await into.read(), copied, from) === null ? [] : [definition.key];
}

/** Whether nothing is left of them. */
async function emptied(records: readonly RecordCopy[]): Promise<boolean> {
  let isSame = true;
  for (const { definition, from, copied } of records) {
    if (copied === null) continue;
    await from.update((found) => {
      isSame &&= found === copied;
      return found === copied ? definition.empty : null;
    });
  }
  return isSame;
}
