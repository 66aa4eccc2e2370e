import type { ExitCode } from '../errors.ts';
import type { OptionalVerb } from '../providers/registry.ts';
import type { FlagsOf, FlagTable } from '../session/flag.ts';
import type { FlagGroup } from '../session/flags.ts';
import type { Invocation } from '../session/invocation.ts';
import type { Printed } from './schema/names.ts';

// Types only: what the files of verbs import is cut out of the chunk that every command loads, such as the parser.

/** The help of a verb, and the common flags it honours. */
export interface VerbHelp {
  readonly summary: string;
  /** Full sentences under the usage line. */
  readonly description: string;
  /** Groups of common flags that this verb honours; any other common flag is refused. */
  readonly honours: readonly FlagGroup[];
  /** What it prints with `--json`; left out for what prints none. That `--dry-run` prints a `dry-run` goes without saying. */
  readonly prints?: readonly Printed[];
  /** What a provider has to have for it; left out where all have it. */
  readonly needs?: OptionalVerb;
  /** Whole command lines. */
  readonly examples: readonly string[];
  /** More text for the end of its help. */
  readonly notes?: () => string;
}

/** A word that a verb takes after its name. */
export interface Operand {
  readonly name: string;
  readonly help: string;
  /** Only the last one may be left out. */
  readonly isOptional?: true;
}

/** A command of the program, e.g. `serviceaccounts list`. */
export interface Verb extends VerbHelp {
  readonly flags: FlagTable;
  /** In this order. */
  readonly operands: readonly Operand[];
  /** Whether it works on several connections with these values, where it honours that; left out: with any. */
  readonly several?: (values: object) => boolean;
  /** `values` are what was read by `flags`, and `words` by `operands`. */
  readonly run: (invocation: Invocation, values: object, words: readonly string[]) => Promise<ExitCode>;
}

/** Declares a verb; the types of its flags, which are in the order of the help, are inferred from their table. */
export function verb<Table extends FlagTable>(
  declaration: VerbHelp & {
    readonly flags?: Table;
    readonly operands?: readonly Operand[];
    readonly several?: (flags: FlagsOf<Table>) => boolean;
    readonly run: (invocation: Invocation, flags: FlagsOf<Table>, words: readonly string[]) => Promise<ExitCode>;
  },
): Verb {
  return { ...declaration, flags: declaration.flags ?? {}, operands: declaration.operands ?? [] };
}
