import { describe, expect, it } from 'vitest';

import { accountKey } from '../../../src/state/account-lock.ts';
import { copyMarks, copyValues } from '../../../src/state/migrate/copy.ts';
import { storeSource } from '../../../src/state/migrate/source.ts';
import { testContext } from '../../harness/context.ts';
import { fact } from '../audit-workspace.ts';
import { auditWorld, ci, fails, leaseMs, place, rotated } from './audit-world.ts';

// What the record of an account has of its events, while runs of several machines write them.

const gapAtEnd = [{ at: null, account: 'ci' }];

describe('an event of an account that this run holds', () => {
  it('costs one request, and the release says that it is the last one', async () => {
    const { machine, calls, read, events, lose, issuedAt } = auditWorld();
    const { locks, audit } = machine('one');
    const held = await locks.lock(ci);
    calls.length = 0;
    await audit.append(rotated);
    await held.release();
    expect(calls).toEqual(['create audit', 'replace accounts']);
    expect(await read()).toEqual({ hosts: ['one'], gaps: [] });
    expect(await issuedAt()).toBe('2026-11-22T12:00:00.000Z');
    await lose(events()[0] ?? '');
    expect(await read()).toEqual({ hosts: [], gaps: gapAtEnd });
  });

  it('names the one before it, which it need not ask for', async () => {
    const { machine, pass, read, events, lose } = auditWorld();
    const { locks, audit } = machine('one');
    const held = await locks.lock(ci);
    for (const one of [rotated, fact, rotated]) {
      await audit.append(one);
      pass(1000);
    }
    await held.release();
    await lose(events()[1] ?? '');
    expect(await read()).toEqual({ hosts: ['one', 'one'], gaps: [{ at: '2026-11-22T12:00:02.000Z', account: 'ci' }] });
  });

  it('is no gap where the run is killed before it lets go of it, and the next one is none either', async () => {
    const { machine, pass, read, issuedAt } = auditWorld();
    const [one, other] = [machine('one'), machine('other')];
    await one.locks.lock(ci);
    await one.audit.append(rotated);
    pass(leaseMs + 1);
    expect(await read()).toEqual({ hosts: ['one'], gaps: [] });
    const held = await other.locks.lock(ci);
    await other.audit.append(rotated);
    await held.release();
    expect(await read()).toEqual({ hosts: ['one', 'other'], gaps: [] });
    expect(await issuedAt()).toBe('2026-11-22T12:01:00.001Z');
  });

  it('is said in the record of the run that has taken the account over, which holds it still', async () => {
    const { machine, pass, read, events, lose, issuedAt } = auditWorld();
    const [one, other] = [machine('one'), machine('other')];
    const lost = await one.locks.lock(ci);
    pass(leaseMs + 1);
    const held = await other.locks.lock(ci);
    await one.audit.append(rotated);
    await lost.release();
    expect(await held.renew()).toBe(true);
    expect(await issuedAt()).not.toBeNull();
    await held.release();
    expect(await read()).toEqual({ hosts: ['one'], gaps: [] });
    await lose(events()[0] ?? '');
    expect(await read()).toEqual({ hosts: [], gaps: gapAtEnd });
  });

  it('is said once where the answer to a write of the record is lost', async () => {
    const { machine, meet, read, values } = auditWorld();
    const { locks, audit } = machine('one');
    const held = await locks.lock(ci);
    await audit.append(rotated);
    meet((verb, _, moment) => (verb === 'replace' && moment === 'after' ? fails() : undefined));
    expect(await held.renew()).toBe(true);
    meet(undefined);
    await held.release();
    expect(await read()).toEqual({ hosts: ['one'], gaps: [] });
    const [record] = [...values].filter(([key]) => key.startsWith('accounts/')).map(([, { bytes }]) => bytes);
    const { heads, hold } = JSON.parse(Buffer.from(record ?? []).toString()) as Record<string, unknown>;
    expect({ heads, hold }).toEqual({ heads: [expect.any(String)], hold: null });
  });
});

describe('an event of an account that this run does not hold', () => {
  it('is written, and then said in a record of its own, which is no account that was ever held', async () => {
    const { machine, calls, read, issuedAt } = auditWorld();
    const { audit, holdings } = machine('one');
    await audit.append({ ...rotated, operation: 'create' });
    expect(calls).toEqual(['get accounts', 'create audit', 'create accounts']);
    expect(await issuedAt()).toBe('2026-11-22T12:00:00.000Z');
    expect(await holdings.list()).toEqual([]);
    await audit.append(fact);
    expect(calls.slice(3)).toContain('replace accounts');
    expect(await read()).toMatchObject({ gaps: [] });
  });

  it('costs the run that holds the account nothing, and both are missed where they are gone', async () => {
    const { machine, pass, read, events, lose } = auditWorld();
    const [one, other] = [machine('one'), machine('other')];
    const held = await one.locks.lock(ci);
    await one.audit.append(rotated);
    pass(1000);
    await other.audit.append({ ...fact, operation: 'discard' });
    expect(await held.renew()).toBe(true);
    await held.release();
    expect(await read()).toEqual({ hosts: ['one', 'other'], gaps: [] });
    const [first = '', second = ''] = events();
    await lose(first);
    expect(await read()).toEqual({ hosts: ['other'], gaps: gapAtEnd });
    await lose(second);
    expect(await read()).toEqual({ hosts: [], gaps: gapAtEnd });
  });

  it('comes after both where two were written at once', async () => {
    const { machine, pass, read, events, lose } = auditWorld();
    const [one, other] = [machine('one'), machine('other')];
    await Promise.all([one.audit.append(fact), other.audit.append(fact)]);
    pass(1000);
    await one.audit.append(rotated);
    expect(await read()).toMatchObject({ gaps: [] });
    for (const key of events().slice(0, 2)) await lose(key);
    expect(await read()).toEqual({ hosts: ['one'], gaps: [{ at: '2026-11-22T12:00:01.000Z', account: 'ci' }] });
  });

  it('is in the store, and nowhere else, where the record cannot be written', async () => {
    const { machine, meet, read } = auditWorld();
    const { audit, local } = machine('one');
    meet((verb, key, moment) =>
      verb === 'create' && key.startsWith('accounts/') && moment === 'before' ? fails() : undefined,
    );
    await audit.append(fact);
    expect(local).toEqual([]);
    expect(await read()).toEqual({ hosts: ['one'], gaps: [] });
  });
});

it('an account is one, whether its organization is known or not; a name is one of its organization', async () => {
  const { machine } = auditWorld();
  const [one, other] = [machine('one'), machine('other')];
  const connection = { ...place, organization: 'org-1' };
  const byName = { id: null, name: 'ci' };
  await one.locks.lock(ci);
  const anywhere = accountKey({ ...connection, organization: null }, { id: 'id-1', name: 'ci' });
  await expect(other.locks.lock({ key: anywhere, name: 'ci' })).rejects.toMatchObject({ code: 'locked' });
  await one.locks.lock({ key: accountKey(connection, byName), name: 'ci' });
  await other.locks.lock({ key: accountKey({ ...connection, organization: 'org-2' }, byName), name: 'ci' });
});

it('a migration leaves what is written meanwhile, and says so', async () => {
  const [from, to] = [auditWorld(), auditWorld()];
  const { audit } = from.machine('one');
  await audit.append(rotated);
  const source = await storeSource(from.open(), {
    self: testContext().ctx.self,
    uuid: () => crypto.randomUUID(),
  }).read();
  from.pass(1000);
  await audit.append(rotated);
  await copyValues(source.events, to.open(), 'audit/');
  await copyMarks(source, { to: to.open(), uuid: () => crypto.randomUUID() });
  expect(await to.read()).toEqual({ hosts: ['one'], gaps: [] });
  expect(await source.removeEvents()).toBe(false);
  expect((await from.read()).hosts).toEqual(['one']);
});

it('a migration adds to what the other store has of the account', async () => {
  const [from, to] = [auditWorld(), auditWorld()];
  await from.machine('one').audit.append(rotated);
  await to.machine('two').audit.append(fact);
  const source = await storeSource(from.open(), {
    self: testContext().ctx.self,
    uuid: () => crypto.randomUUID(),
  }).read();
  await copyValues(source.events, to.open(), 'audit/');
  await copyMarks(source, { to: to.open(), uuid: () => crypto.randomUUID() });
  expect((await to.read()).gaps).toEqual([]);
  for (const event of from.events()) await to.lose(event);
  expect(await to.read()).toEqual({ hosts: ['two'], gaps: gapAtEnd });
});

it('a record of an earlier version is read', async () => {
  const { machine, values, read, issuedAt } = auditWorld();
  const { locks, audit } = machine('one');
  const held = await locks.lock(ci);
  await held.release();
  for (const [key, kept] of values) {
    const {
      issued: _,
      heads: __,
      ...earlier
    } = JSON.parse(Buffer.from(kept.bytes).toString()) as Record<string, unknown>;
    Object.assign(kept, { bytes: Buffer.from(JSON.stringify(earlier)) });
    expect(key).toMatch(/^accounts\//);
  }
  expect(await issuedAt()).toBeNull();
  await (await locks.lock(ci)).release();
  await audit.append(rotated);
  expect(await read()).toEqual({ hosts: ['one'], gaps: [] });
  expect(await issuedAt()).not.toBeNull();
});
