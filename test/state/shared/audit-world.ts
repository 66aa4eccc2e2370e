import type { AuditFact } from '../../../src/state/audit-event.ts';
import { accountKey } from '../../../src/state/account-lock.ts';
import { openAuditLog } from '../../../src/state/audit-log.ts';
import { accountKeyOf, type LogGap } from '../../../src/state/audit-read.ts';
import { openSharedAudit } from '../../../src/state/shared/audit.ts';
import { openSeenRecords } from '../../../src/state/shared/account-record.ts';
import { openSharedHistory } from '../../../src/state/shared/history.ts';
import { openSharedHoldings } from '../../../src/state/shared/holdings.ts';
import { openSharedLocks } from '../../../src/state/shared/locks.ts';
import { StateError } from '../../../src/state/store/store.ts';
import { testContext, testNow } from '../../harness/context.ts';
import { createModelStore, type ModelStoreOptions } from '../../harness/model-store.ts';
import { fact, logOptions } from '../audit-workspace.ts';

export const place = { provider: 'nscale', endpoint: 'https://identity.example', id: 'id-1' } as const;
export const ci = { key: accountKey({ ...place, organization: 'org-1' }, { id: 'id-1', name: 'ci' }), name: 'ci' };
export const rotated: AuditFact = { ...fact, operation: 'rotate', fingerprint: 'sha256:0123456789ab' };
export const leaseMs = 60_000;

/** A store, and machines that write the audit log in it. */
export function auditWorld() {
  let now = testNow;
  let happens: ModelStoreOptions['pass'];
  const calls: string[] = [];
  const model = createModelStore({
    now: () => now,
    pass: (verb, key, moment) => {
      if (moment === 'before') calls.push(`${verb} ${key.split('/', 1).join('')}`);
      return happens?.(verb, key, moment);
    },
  });
  function machine(host: string) {
    const self = { pid: 1, host, isRunning: () => true };
    const own = {
      ...logOptions({ self, overrides: { now: () => now } }),
      ...testContext().ctx,
      now: () => now,
      self,
      uuid: () => crypto.randomUUID(),
      store: model.open(),
      report: () => Promise.resolve(),
    };
    const seen = openSeenRecords();
    const locks = openSharedLocks({ ...own, seen, leaseMs, run: null });
    const local: AuditFact[] = [];
    const log = { ...openAuditLog(own), append: async (one: AuditFact) => void local.push(one) };
    const audit = openSharedAudit({ ...own, holding: locks.holding, local: log });
    return { locks, audit, local, history: openSharedHistory(own.store, seen), holdings: openSharedHoldings(own) };
  }
  const reader = machine('reader');
  return {
    machine,
    open: model.open,
    calls,
    values: model.values,
    pass: (ms: number) => void (now += ms),
    meet: (pass: ModelStoreOptions['pass']) => void (happens = pass),
    /** What the log tells: machines in order, and gaps. */
    read: async (): Promise<{ hosts: readonly (string | null)[]; gaps: readonly LogGap[] }> => {
      const hosts: (string | null)[] = [];
      const { gaps } = await reader.history.events(({ host }) => void hosts.push(host));
      return { hosts, gaps };
    },
    issuedAt: async () => (await reader.history.rotations([place])).get(accountKeyOf(place)) ?? null,
    /** The keys of its events, in order of their times. */
    events: () => [...model.values.keys()].filter((key) => key.startsWith('audit/')).toSorted(),
    /** Takes an event out of the store. */
    lose: async (key: string) => {
      const store = model.open();
      await store.remove(key, (await store.get(key))?.revision ?? '');
    },
  };
}

/** What the store does instead of answering. */
export function fails(): never {
  throw new StateError('no answer');
}
