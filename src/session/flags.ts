import type { ProviderName } from '../model/account.ts';
import type { Format } from '../model/format.ts';

/** The flags every command understands, as the user gave them; a flag that was not given is absent. */
export interface CommonFlags {
  readonly provider?: ProviderName | 'all' | undefined;
  /** The one profile that was named; absent, too, where several were. */
  readonly profile?: string | undefined;
  /** All that were named, for commands that work on several connections. */
  readonly profiles?: readonly string[] | undefined;
  readonly org?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly allowEndpointOverride?: true | undefined;
  readonly caCert?: string | undefined;
  /** Milliseconds for each HTTP attempt. */
  readonly timeout?: number | undefined;
  readonly sandbox?: true | undefined;
  readonly json?: true | undefined;
  readonly query?: readonly string[] | undefined;
  readonly queryFile?: string | undefined;
  readonly format?: Format | undefined;
  readonly raw?: true | undefined;
  /** Names with commas between them; only commands that print lists of accounts have it. */
  readonly columns?: string | undefined;
  readonly dryRun?: true | undefined;
  readonly yes?: true | undefined;
  /** False with `--no-input`. */
  readonly input: boolean;
  readonly debug?: true | undefined;
  readonly quiet?: true | undefined;
  /** False with `--no-color`. */
  readonly color: boolean;
}

/** Flags that only some commands can honour; with any other they are a usage error, never ignored (DESIGN.md 1). */
export const flagGroups = {
  connection: ['provider', 'profile', 'endpoint', 'allowEndpointOverride', 'caCert', 'timeout', 'sandbox'],
  organization: ['org'],
  /** Several connections at once: `--profile` may be repeated. */
  fleet: [],
  /** For what works on the journal: the connections are the entries' own. */
  journal: ['sandbox'],
  network: ['caCert', 'timeout'],
  output: ['json', 'query', 'queryFile', 'format'],
  raw: ['raw'],
  change: ['dryRun', 'yes'],
} as const satisfies Record<string, readonly (keyof CommonFlags)[]>;

export type FlagGroup = keyof typeof flagGroups;

/** Collects a flag that may be repeated. */
export function repeated(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
