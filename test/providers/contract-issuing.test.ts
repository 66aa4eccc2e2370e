import { describe, expect, test } from 'vitest';

import type { Account, NewAccount } from '../../src/model/account.ts';
import type { IssuancePlan } from '../../src/providers/issuance.ts';
import type { ManualVerbs, SuppliedCredential } from '../../src/providers/manual.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { testNow } from '../harness/context.ts';
import { adapters, connectTo, isAbsent, type Deployment } from './adapters.ts';

const noSignal = new AbortController().signal;
const fresh: NewAccount = { name: 'contract', description: null, groups: [], tags: {} };

interface Wish {
  readonly operation: 'create' | 'rotate';
  readonly id: string;
  readonly deployment: Deployment;
}

async function plan(provider: Provider, wish: Wish): Promise<IssuancePlan> {
  const { name, manual, planCreate, planRotate, findAccount } = provider;
  const { operation, id } = wish;
  const account = operation === 'create' ? null : await findAccount(id);
  if (manual !== undefined) {
    const supplied = await supply(manual, wish, account);
    return account === null ? manual.planCreate(fresh, supplied) : manual.planRotate(account, supplied);
  }
  const made = account === null ? await planCreate?.(fresh, 'an-operation') : await planRotate?.(account);
  if (made === undefined) throw new Error(`${name} cannot ${operation}`);
  return made;
}

/** What a person fetches, where the provider takes it from one. */
async function supply(
  { intake }: ManualVerbs,
  { operation, deployment }: Wish,
  account: Account | null,
): Promise<SuppliedCredential> {
  const name = account?.name ?? fresh.name;
  const { read } = await intake({ operation, account, name, token: null });
  const { supplied, problems } = read(deployment.byHand(operation).stdin);
  expect(problems).toEqual([]);
  if (supplied === null) throw new Error('what a person fetched was refused');
  return supplied;
}

/** What delivery relies on in every provider's plans (docs/design.md 6). */
describe.each(adapters)('$name', (adapter) => {
  const deploy = adapter.install();
  const { account } = adapter;

  describe('a plan that issues a credential', () => {
    const operations = (['create', 'rotate'] as const).filter((verb) => !isAbsent(adapter, verb));

    test.each(operations)('to %s is of another account than the caller’s, as far as it can tell', async (operation) => {
      const deployment = deploy(adapter.bystander);
      const { provider: connected } = await connectTo(deployment);
      const { isSelf } = await plan(connected, { operation, id: account.id, deployment });
      expect(isSelf).toBe(operation === 'create' || adapter.tellsCaller ? false : null);
    });

    test.each(operations)('to %s sends nothing until it is told to', async (operation) => {
      const deployment = deploy();
      const { provider: connected } = await connectTo(deployment);
      await (await plan(connected, { operation, id: account.id, deployment })).readEvidence();
      expect(deployment.mutations()).toEqual([]);
    });

    test.each(operations)('to %s can look for what became of it', async (operation) => {
      const deployment = deploy();
      const { provider: connected } = await connectTo(deployment);
      const { send, readEvidence } = await plan(connected, { operation, id: account.id, deployment });
      const { account: issued } = await send({ signal: noSignal });
      const evidence = await readEvidence();
      expect(evidence.kind).toBe(adapter.evidence[operation]);
      const found = evidence.kind === 'changed' ? [evidence.account] : [];
      const maybe = evidence.kind === 'unclear' ? evidence.candidates : [];
      // Only a new account has to be found: that of a rotation is known.
      const isFound = { changed: true, unclear: operation === 'create', unchanged: false };
      const ids = isFound[adapter.evidence[operation]] ? [issued.id] : [];
      expect([...found, ...maybe].map(({ id }) => id)).toEqual(ids);
    });

    test.each(operations)('to %s issues a credential that works', async (operation) => {
      const deployment = deploy();
      const { provider: connected, verifyCredential } = await connectTo(deployment);
      const { send } = await plan(connected, { operation, id: account.id, deployment });
      const { credential } = await send({ signal: noSignal });
      expect(await verifyCredential(credential)).toEqual({ works: true, why: null });
    });

    test.each(operations)('to %s gives an answer that can be read again', async (operation) => {
      const deployment = deploy();
      const { provider: connected, definition } = await connectTo(deployment);
      const { send, expected } = await plan(connected, { operation, id: account.id, deployment });
      const kept: Uint8Array[] = [];
      const issued = await send({
        signal: noSignal,
        keep: (bytes) => {
          kept.push(bytes);
          return Promise.resolve();
        },
      });
      expect(kept).toHaveLength(1);
      const { id, name, clientId } = expected;
      const read = definition.readAnswer(kept[0] ?? new Uint8Array(), {
        operation,
        account: { id: operation === 'create' ? null : id, name, clientId },
        profile: null,
        now: testNow,
      });
      expect(read.credential.value.reveal()).toBe(issued.credential.value.reveal());
      expect(read.payload.reveal()).toBe(issued.payload.reveal());
      expect({ ...read.credential, value: null }).toEqual({ ...issued.credential, value: null });
      expect(read.raw('shown')).toEqual(issued.raw('shown'));
      expect([read.account.id, read.account.name, read.account.clientId]).toEqual([
        issued.account.id,
        issued.account.name,
        issued.account.clientId,
      ]);
    });
  });

  describe('a trial of a credential', () => {
    test('says that a nonsense one does not work, and quotes nothing of it', async () => {
      const deployment = deploy();
      const { verifyCredential } = await connectTo(deployment);
      const { works, why } = await verifyCredential(adapter.nonsense);
      expect(works).toBe(false);
      expect(why).toMatch(/./);
      expect(why).not.toContain(adapter.nonsense.value.reveal());
      expect(deployment.mutations()).toEqual([]);
    });

    test.each([
      ['administrator', true],
      ['reader', true],
      ['stranger', false],
    ] as const)('of one’s own says of the %s’s: %s', async (caller, works) => {
      const { provider: connected } = await connectTo(deploy(caller));
      expect(await connected.verifyOwnCredential()).toBe(works);
    });
  });

  test.each([
    ['nothing at all', ''],
    ['half an answer', '{"metadata": {"id"'],
    ['an empty object', '{}'],
    ['a page', '<html></html>'],
  ])('%s that was kept holds no credential', async (_, text) => {
    const { definition } = await connectTo(deploy());
    const context = {
      operation: 'rotate',
      account: { ...account, clientId: null },
      profile: null,
      now: testNow,
    } as const;
    expect(() => definition.readAnswer(new TextEncoder().encode(text), context)).toThrow(
      /^cannot read the answer that was kept: /,
    );
  });
});
