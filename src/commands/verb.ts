import type { ExitCode } from '../errors.ts';
import type { FlagsOf, FlagTable } from '../session/flag.ts';
import type { FlagGroup } from '../session/flags.ts';
import type { Invocation } from '../session/invocation.ts';

// Types only: what the files of verbs import is cut out of the chunk that every command loads, such as the parser.

/** The help of a verb, and the common flags it honours. */
export interface VerbHelp {
  readonly summary: string;
  /** Full sentences under the usage line. */
  readonly description: string;
  /** Groups of common flags that this verb honours; any other common flag is refused. */
  readonly honours: readonly FlagGroup[];
  /** Whole command lines. */
  readonly examples: readonly string[];
  /** More text for the end of its help. */
  readonly notes?: () => string;
}

/** A command of the program, e.g. `serviceaccounts list`. */
export interface Verb extends VerbHelp {
  readonly flags: FlagTable;
  /** `values` are what was read by `flags`. */
  readonly run: (invocation: Invocation, values: object) => Promise<ExitCode>;
}

/** Declares a verb; the types of its flags, which are in the order of the help, are inferred from their table. */
export function verb<Table extends FlagTable>(
  declaration: VerbHelp & {
    readonly flags?: Table;
    readonly run: (invocation: Invocation, flags: FlagsOf<Table>) => Promise<ExitCode>;
  },
): Verb {
  return { ...declaration, flags: declaration.flags ?? {} };
}
