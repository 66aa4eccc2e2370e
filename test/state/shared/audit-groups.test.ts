import { EventEmitter, once } from 'node:events';

import { describe, expect, it } from 'vitest';

import { copyValues, countMissing } from '../../../src/state/migrate/copy.ts';
import { createModelStore } from '../../harness/model-store.ts';
import { fact } from '../audit-workspace.ts';
import { auditWorld, ci, fails, rotated } from './audit-world.ts';

describe('events that come at the same time', () => {
  const second = { ...fact, account: { id: 'id-2', name: 'ci-2', organization: 'org-1' } };

  it('are one object, and those of one account name each other in their order', async () => {
    const { machine, calls, read, events, values } = auditWorld();
    const { locks, audit } = machine('one');
    const held = [await locks.lock(ci), await locks.lock({ key: [...ci.key.slice(0, 3), 'id-2'], name: 'ci-2' })];
    calls.length = 0;
    await Promise.all([audit.append(rotated), audit.append(second), audit.append(fact)]);
    for (const lock of held) await lock.release();
    expect(calls.filter((call) => call.endsWith('audit'))).toHaveLength(1);
    const [key = ''] = events();
    expect(key).toMatch(/\.3$/);
    const lines = Buffer.from(values.get(key)?.bytes ?? [])
      .toString()
      .trimEnd()
      .split('\n');
    const told = lines.map((line) => JSON.parse(line) as { id: string; previous: readonly string[] });
    expect(told.map(({ id, previous }) => [id, previous.length])).toEqual([
      ['id-1', 0],
      ['id-2', 0],
      ['id-1', 1],
    ]);
    expect(await read()).toEqual({ hosts: ['one', 'one', 'one'], gaps: [] });
  });

  it('wait for the object that is being written, and go together', async () => {
    const { machine, meet, read, events } = auditWorld();
    const { audit } = machine('one');
    const alone = { ...fact, account: { id: null, name: 'ci', organization: null } };
    const gate = new EventEmitter();
    const opened = once(gate, 'open').then(() => undefined);
    meet((verb) => (verb === 'create' ? opened : undefined));
    const done = [audit.append(alone)];
    await new Promise((resolve) => setImmediate(resolve));
    done.push(audit.append(alone), audit.append(alone));
    await new Promise((resolve) => setImmediate(resolve));
    gate.emit('open');
    await Promise.all(done);
    expect(events().filter((key) => key.endsWith('.2'))).toHaveLength(1);
    expect(events()).toHaveLength(2);
    expect(await read()).toMatchObject({ hosts: ['one', 'one', 'one'] });
  });

  it('are each in the log of this machine where the store does not take them, and the next ones are in the store', async () => {
    const { machine, meet, read } = auditWorld();
    const { audit, local } = machine('one');
    meet((verb, key) => (verb === 'create' && key.startsWith('audit/') ? fails() : undefined));
    const [one, other] = await Promise.allSettled([audit.append(fact), audit.append(second)]);
    const refused = { status: 'rejected', reason: { code: 'audit', message: expect.stringContaining('no answer; ') } };
    expect([one, other]).toMatchObject([refused, refused]);
    expect(local).toEqual([fact, second]);
    meet(undefined);
    await audit.append(fact);
    expect(await read()).toEqual({ hosts: ['one'], gaps: [] });
  });

  it('are no more than an object holds', async () => {
    const { machine, read, events, values } = auditWorld();
    const { audit } = machine('one');
    const targets = Array.from({ length: 30 }, () => ({ target: 'x'.repeat(2000), ok: true }));
    await Promise.all(Array.from({ length: 5 }, () => audit.append({ ...second, targets })));
    expect(events()).toHaveLength(3);
    expect(Math.max(...events().map((key) => values.get(key)?.bytes.length ?? 0))).toBeLessThan(200_000);
    expect(await read()).toMatchObject({ gaps: [] });
  });

  it('are told in the order of their times, whatever object they are in', async () => {
    const { machine, meet, pass, read } = auditWorld();
    const [one, other] = [machine('one'), machine('other')];
    const gate = new EventEmitter();
    const opened = once(gate, 'open').then(() => undefined);
    const alone = { ...fact, account: { id: null, name: 'ci', organization: null } };
    meet((verb, key) => (verb === 'create' && key.includes('.') ? undefined : opened));
    const first = one.audit.append(alone);
    await new Promise((resolve) => setImmediate(resolve));
    pass(1000);
    const early = one.audit.append(alone);
    pass(1000);
    const between = other.audit.append(alone);
    pass(1000);
    const late = one.audit.append(alone);
    gate.emit('open');
    await Promise.all([first, early, between, late]);
    expect(await read()).toMatchObject({ hosts: ['one', 'one', 'other', 'one'] });
  });
});

it('an object of several events counts as many where it is copied', async () => {
  const { machine, values } = auditWorld();
  const { audit } = machine('one');
  const alone = { ...fact, account: { id: null, name: 'ci', organization: null } };
  await Promise.all([audit.append(alone), audit.append(alone), audit.append(alone)]);
  const to = createModelStore().open();
  const read = [...values].map(([key, { bytes }]) => ({
    key,
    read: () => Promise.resolve(bytes),
    remove: () => Promise.resolve(true),
  }));
  expect(await countMissing(read, to, 'audit/')).toEqual({ copied: 3, present: 0 });
  expect(await copyValues(read, to, 'audit/')).toEqual({ copied: 3, present: 0 });
  expect(await copyValues(read, to, 'audit/')).toEqual({ copied: 0, present: 3 });
  expect(await countMissing(read, to, 'audit/')).toEqual({ copied: 0, present: 3 });
});
