import type { Issuance, Preferences } from '../../src/delivery/issuance.ts';
import type { Target, TargetPayload } from '../../src/delivery/targets/target.ts';
import type { OutputFlags } from '../../src/output/renderer.ts';
import type { Account } from '../../src/model/account.ts';
import type { Evidence, IssuancePlan } from '../../src/providers/issuance.ts';
import type { Verification } from '../../src/providers/provider.ts';
import type { TestContextOptions } from '../harness/context.ts';
import type { Answer } from './answers.ts';
import type { JournalFault } from './faulty-journal.ts';

/** How one create or rotate goes; what is absent goes well. Lists are used up from the front, and their last item stays. */
export interface Script {
  readonly operation?: 'create' | 'rotate';
  readonly answers?: readonly Answer[];
  /** What readings show after a lost answer; where none shows more than candidates, nothing that can be read is evidence. */
  readonly looks?: readonly (Evidence | Error)[];
  /** How the account reads while the credential is delivered; default: as it was when it was issued. */
  readonly reads?: readonly (Account | Error)[];
  readonly trials?: readonly (Verification | Error)[];
  /** Whether the caller's own credential works; default: it does. */
  readonly own?: boolean | Error;
  readonly targets?: readonly FakeTarget[];
  readonly preferences?: Partial<Preferences>;
  readonly plan?: Partial<IssuancePlan>;
  readonly journalFaults?: readonly JournalFault[];
  readonly checkUnchanged?: () => Promise<void>;
  readonly choose?: Issuance['choose'];
  readonly output?: OutputFlags;
  /** The step after which the program is interrupted, e.g. `ask rotate`. */
  readonly interruptAt?: string;
  readonly onStep?: (step: string) => void;
  /** Whether the five seconds after an interrupt pass at once; default: they never do. */
  readonly graceEnds?: boolean;
  readonly context?: TestContextOptions;
}

export interface FakeTarget {
  readonly name: string;
  /** What each attempt fails with, until none is left; null is success. */
  readonly failures?: readonly (Error | null)[];
  readonly preflight?: Target['preflight'];
  readonly received?: (payload: TargetPayload) => void;
}

/** The last item stays; without any, `otherwise`. */
export function inTurn<Item>(items: readonly Item[], otherwise: Item): () => Item {
  let next = 0;
  return () => {
    const item = items[Math.min(next, items.length - 1)] ?? otherwise;
    next += 1;
    return item;
  };
}

/** What a script has in store, or its throw. */
export function valueOf<Value>(value: Value | Error): Value {
  if (value instanceof Error) throw value;
  return value;
}
