import type { Configuration, Reach } from '../config/configuration.ts';
import { printingBan, type PrintingRules } from '../config/setting.ts';
import type { OutputFlags } from '../output/renderer.ts';
import { formats } from '../model/format.ts';
import { providerNames } from '../model/account.ts';
import { choice, list, off, on, text, type FlagsOf, type FlagTable } from './flag.ts';

/** The flags that every command understands, before and after the verb. */
export const commonFlags = {
  provider: choice(
    '--provider <name>',
    'provider to work on; "all" is every one with a credential (serviceaccounts list and rotate, doctor)',
    [...providerNames, 'all'],
  ),
  profile: list(
    '--profile <name>',
    'profile of the configuration file to connect with; may be repeated where "all" may stand',
  ),
  org: text('--org <id>', 'organization, by its id or its name (nscale); "sactl orgs list" shows them'),
  endpoint: text('--endpoint <url>', "address of the provider's API"),
  allowEndpointOverride: on('--allow-endpoint-override', "send a profile's credential to --endpoint without asking"),
  caCert: text('--ca-cert <file>', 'also trust the certificate authorities in this PEM file'),
  timeout: { kind: 'timeout', flags: '--timeout <duration>', help: 'time for each HTTP attempt (default: 30s)' },
  sandbox: on('--sandbox', 'work on the built-in emulators, without credentials'),
  json: on('--json', 'print JSON'),
  query: list('-q, --query <filter>', 'print what this jq filter finds; may be repeated'),
  queryFile: text('--query-file <path>', 'read the jq filter from a file; "-" is standard input'),
  arg: list('--arg <name=value>', "give the filter the text $name, as jq's --arg does; may be repeated"),
  format: choice('--format <format>', 'output format', formats),
  crlf: on('--crlf', 'end the lines of csv with CR LF'),
  raw: on('--raw', "print the provider's own answer (with --json, -q or --format ndjson)"),
  dryRun: on('--dry-run', 'show what would be sent, and change nothing'),
  yes: on('-y, --yes', 'confirm without being asked'),
  wait: {
    kind: 'timeout',
    flags: '--wait <duration>',
    help: 'wait this long for another run that works on the account',
  },
  input: off('--no-input', 'never ask for anything'),
  debug: on('--debug', 'log requests and stack traces on stderr, without secrets'),
  quiet: on('--quiet', 'print no notes on stderr'),
  color: off('--no-color', 'print no colours'),
} as const satisfies FlagTable;

export interface CommonFlags extends Omit<FlagsOf<typeof commonFlags>, 'profile'> {
  /** The one profile that was named; absent where several were. */
  readonly profile?: string | undefined;
  /** All that were named, for commands that work on several connections. */
  readonly profiles?: readonly string[] | undefined;
  /** Names with commas between them; only commands that print lists of accounts have it. */
  readonly columns?: string | undefined;
  /** Only those commands have it, too. */
  readonly wide?: true | undefined;
  /** What the verb and its own flags say of the connections that it can work on. */
  readonly reach?: Reach | undefined;
  readonly input: boolean;
  readonly color: boolean;
}

/** Flags that only some commands can honour; with any other they are a usage error, never ignored (docs/design.md 1). */
export const flagGroups = {
  connection: ['provider', 'profile', 'endpoint', 'allowEndpointOverride', 'caCert', 'timeout', 'sandbox'],
  organization: ['org'],
  /** For what sets up a connection. */
  place: ['provider', 'endpoint', 'org', 'caCert', 'timeout'],
  /** Several connections at once: `--profile` may be repeated. */
  fleet: [],
  /** For what works on the journal, which a profile may keep in a store of its own; the connections are the entries' own. */
  journal: ['sandbox', 'profile'],
  /** For what works on the state store, which a profile may name. */
  state: ['profile', 'caCert', 'timeout'],
  network: ['caCert', 'timeout'],
  output: ['json', 'query', 'queryFile', 'arg', 'format', 'crlf'],
  raw: ['raw'],
  change: ['dryRun', 'yes'],
  /** For what takes an account's lock. */
  turn: ['wait'],
} as const satisfies Record<string, readonly (keyof typeof commonFlags)[]>;

export type FlagGroup = keyof typeof flagGroups;

/** The flags about output, with what the configuration says of it. */
export function outputFlags(
  common: CommonFlags,
  configuration: (Pick<Configuration, 'format'> & PrintingRules) | null,
): OutputFlags {
  const { columns, ...flags } = common;
  return {
    ...flags,
    columns: columns?.split(','),
    configuredFormat: configuration?.format.value ?? undefined,
    printingBan: configuration === null ? null : printingBan(configuration, null),
  };
}
