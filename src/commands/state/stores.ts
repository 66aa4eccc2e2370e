import { ExitCode } from '../../errors.ts';
import type { Column } from '../../output/columns.ts';
import { sheetOf } from '../../output/document.ts';
import { detail, table } from '../../output/table.ts';
import type { Invocation } from '../../session/invocation.ts';
import { openStateWork, type StateWork } from '../../session/state-work.ts';
import { openStateStore } from '../../session/state-store.ts';
import { probeStore, type ProbeResult } from '../../state/store/probe.ts';
import { StateError, type StateStore } from '../../state/store/store.ts';
import { namedProfile } from '../../config/selection.ts';
import { stateSettings } from '../../config/state.ts';
import { describeAddress } from '../../model/store-address.ts';

interface StoreWork extends StateWork {
  /** For people. */
  readonly address: string;
  readonly open: () => Promise<StateStore>;
}

/** @throws UsageError with what is wrong with output flags and configuration */
async function openStoreWork({ ctx, common }: Invocation): Promise<StoreWork> {
  const work = await openStateWork(ctx, common, []);
  const { configuration, stateDirectory } = work;
  const settings = stateSettings(configuration.state, namedProfile(configuration));
  return {
    ...work,
    address: describeAddress(settings.store.value),
    open: () => openStateStore(ctx, common, { settings, stateDirectory }),
  };
}

/** What `state init` does. */
export async function initStore(invocation: Invocation): Promise<ExitCode> {
  const work = await openStoreWork(invocation);
  const store = await work.open();
  try {
    const message = await store.init();
    const fields = [
      { label: 'Store', value: work.address },
      { label: 'Ready', value: message },
    ];
    await work.emit({
      value: { store: work.address, message, ...work.marker },
      human: (style) => detail(fields, style),
    });
  } finally {
    await store.close();
  }
  return ExitCode.done;
}

/** What `state check` does. */
export async function checkStore(invocation: Invocation): Promise<ExitCode> {
  const work = await openStoreWork(invocation);
  const rows = await probeStore({ ...invocation.ctx, open: work.open });
  const failed = rows.find(({ ok }) => !ok);
  await work.emit({
    value: { store: work.address, ok: failed === undefined, checks: rows, ...work.marker },
    human: (style) => table({ rows, columns, style }),
    sheet: () => sheetOf(rows, columns),
  });
  if (failed === undefined) return ExitCode.done;
  throw new StateError(`the state store ${work.address} cannot be used: ${failed.message}`);
}

const columns: readonly Column<ProbeResult>[] = [
  { name: 'check', value: ({ check }) => check },
  { name: 'ok', header: 'RESULT', value: ({ ok }) => (ok ? 'ok' : 'failed'), tone: ({ ok }) => (ok ? 'good' : 'bad') },
  { name: 'milliseconds', header: 'MS', value: ({ milliseconds }) => milliseconds },
  { name: 'message', value: ({ message }) => message, shrink: 1 },
];
