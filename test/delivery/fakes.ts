import type { Context } from '../../src/context.ts';
import type { Issuance } from '../../src/delivery/issuance.ts';
import type { Target } from '../../src/delivery/targets/target.ts';
import type { Account } from '../../src/model/account.ts';
import type { Evidence, IssuancePlan } from '../../src/providers/issuance.ts';
import type { Verification } from '../../src/providers/provider.ts';
import type { TestContext } from '../harness/context.ts';
import { account, type Answer } from './answers.ts';
import { inTurn, valueOf, type FakeTarget, type Script } from './script.ts';

/** What the parts of one world share. */
export interface Play {
  readonly happen: (step: string) => void;
  readonly askInTurn: () => Answer;
}

const grace = 5000;

/** A context that tells of everything that is written and waited for. */
export function contextOf({ ctx }: TestContext, script: Script, happen: Play['happen']): Context {
  return {
    ...ctx,
    stdout: {
      ...ctx.stdout,
      write: async (text) => {
        happen('print');
        await ctx.stdout.write(text);
      },
    },
    stderr: {
      ...ctx.stderr,
      write: async (text) => {
        happen(`stderr ${text}`);
        await ctx.stderr.write(text);
      },
    },
    sleep: async (milliseconds, signal) => {
      if (milliseconds === grace && script.graceEnds !== true) return new Promise(() => undefined);
      signal?.throwIfAborted();
      await ctx.sleep(milliseconds);
      if (milliseconds !== grace) happen(`wait ${String(milliseconds)}`);
      return signal?.throwIfAborted();
    },
  };
}

/** A plan in memory. */
export function planOf(
  { looks, plan }: Script,
  { happen, askInTurn, operation }: Play & { operation: 'create' | 'rotate' },
): IssuancePlan {
  const lookInTurn = inTurn<Evidence | Error>(looks ?? [], { kind: 'unclear', candidates: [] });
  return {
    requests: [],
    effects: [],
    expected: account,
    expectedRaw: (value) => ({ token: value }),
    credentialKind: 'access-token',
    isSelf: false,
    send: async (options) => {
      happen(`ask ${operation}`);
      return askInTurn()(options);
    },
    leavesEvidence: (looks ?? []).some((look) => !(look instanceof Error) && look.kind !== 'unclear'),
    readEvidence: async () => {
      happen('look');
      return valueOf(lookInTurn());
    },
    reconcile: ({ account: seen }) => Promise.resolve(seen),
    ...plan,
    ...(plan?.finish === undefined ? {} : { finish: logged(plan.finish, happen) }),
  };
}

function logged(
  finish: NonNullable<IssuancePlan['finish']>,
  happen: Play['happen'],
): NonNullable<IssuancePlan['finish']> {
  return (...given) => {
    happen('finish');
    return finish(...given);
  };
}

/** What else the provider is asked. */
export function remoteOf(
  { trials = [], reads = [], own = true }: Script,
  { happen, askInTurn }: Play,
): Issuance['remote'] {
  const readInTurn = inTurn<Account | Error>(reads, account);
  const tryInTurn = inTurn<Verification | Error>(trials, { works: true, why: null });
  return {
    planRotate: (of: Account) => {
      happen(`plan rotate ${of.id}`);
      const play = { happen, askInTurn, operation: 'rotate' } as const;
      return Promise.resolve(planOf({ plan: { expected: of } }, play));
    },
    findAccount: async () => {
      happen('read account');
      return valueOf(readInTurn());
    },
    verifyCredential: async () => {
      happen('try');
      return valueOf(tryInTurn());
    },
    verifyOwnCredential: async () => {
      happen('try own');
      return valueOf(own);
    },
  };
}

/** A target in memory. */
export function targetOf({ name, failures, preflight, received }: FakeTarget, happen: Play['happen']): Target {
  const failInTurn = inTurn<Error | null>(failures ?? [], null);
  return {
    name,
    place: () => Promise.resolve({ place: name, slot: null }),
    preflight: preflight ?? (() => Promise.resolve([])),
    deliver: async (payload) => {
      happen(`deliver ${name}`);
      const failure = failInTurn();
      if (failure !== null) throw failure;
      received?.(payload);
    },
  };
}
