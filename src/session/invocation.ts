import type { Context } from '../context.ts';
import type { ExitCode } from '../errors.ts';
import type { Check } from './check.ts';
import type { CommonFlags } from './flags.ts';
import type { Local, Session } from './session.ts';

/** A verb with the values of its own flags. */
export type BoundVerb = (invocation: Invocation) => Promise<ExitCode>;

/** What a verb is given when it runs. */
export interface Invocation {
  readonly ctx: Context;
  /** The common flags, given before or after the verb. */
  readonly common: CommonFlags;
  /** Connects to the provider that flags, environment and configuration name; see `openSession`. */
  readonly open: <Input>(
    check: (local: Local) => Promise<Check<Input>> | Check<Input>,
    shown?: Pick<CommonFlags, 'columns' | 'wide'>,
  ) => Promise<{ session: Session; input: Input }>;
}
