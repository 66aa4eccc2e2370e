import { formatWords } from './synonyms.ts';

interface TypedFlags {
  readonly typed: readonly string[];
  /** Only for these commands, e.g. `serviceaccounts delete`; without them for any. */
  readonly of?: readonly string[];
}

/** A flag of other programs, where the command does not have it itself. */
export type FlagGuess =
  | (TypedFlags & {
      readonly takes: 'value' | 'nothing';
      /** The likeliest first; the first that the command has, and that is not given yet, is taken. */
      readonly meant: readonly MeantFlag[];
      /** What there is to know where none is taken: the flag is left out then. */
      readonly note?: string;
    })
  /** A flag that there is for good reason not, and the command that helps instead; null is the help of the command. */
  | (TypedFlags & { readonly why: string; readonly instead: string | null });

export interface MeantFlag {
  readonly flag: string;
  /** Only for such values. */
  readonly if?: RegExp;
  /** The value, with `{}` for what the parentheses of `if` found, or else for the whole one that was typed. */
  readonly as?: string;
  /** What there is to know before the command. */
  readonly note?: string;
}

function meant(...flags: readonly string[]): readonly MeantFlag[] {
  return flags.map((flag) => ({ flag }));
}

const aFormat = new RegExp(`^(table|json|ndjson|yaml|csv|${Object.keys(formatWords).join('|')})$`);

const sorts: readonly MeantFlag[] = [
  { flag: '--sort', if: /creation_?timestamp|create_?time/i, as: 'createdAt' },
  { flag: '--sort', if: /^\{?\.(?:\w+\.)*(\w+)\}?$/, as: '{}' },
  ...meant('--sort'),
];

const printsOnce = 'it prints once and ends';

const intoFile: MeantFlag = {
  flag: '--format',
  if: /\.(csv|json|ndjson|jsonl|ya?ml)$/,
  as: '{}',
  note: 'it prints to stdout, which your shell can send to a file',
};

/** What other programs call a flag for a secret. */
export const secretFlags: readonly string[] = [
  '--token',
  '--secret',
  '--password',
  '--api-key',
  '--apikey',
  '--key',
  '--client-secret',
  '--credential',
  '--access-token',
  '--api-token',
  '--auth-token',
  '--bearer',
  '--passwd',
  '--private-key',
  '--secret-key',
];

export const flagWords: readonly FlagGuess[] = [
  {
    typed: ['-o', '--output', '--out', '--output-format'],
    takes: 'value',
    meant: [
      { flag: '--format', if: aFormat },
      { flag: '--wide', if: /^wide$/ },
      { flag: '-q', if: /^name$/, as: '.[].name' },
      { flag: '-q', if: /^jsonpath=\{?\.items\[\*\]\.(?:metadata\.)?(\w+)\}?$/, as: '.[].{}' },
      { flag: '-q', if: /^jsonpath=\{?\.(?:metadata\.)?(\w+)\}?$/, as: '.{}' },
      { flag: '--to', if: /[/.]/, as: 'file:{}' },
      intoFile,
    ],
  },
  {
    typed: ['--output-file', '--out-file', '--save', '--save-to'],
    takes: 'value',
    meant: [{ flag: '--to', as: 'file:{}' }, intoFile],
  },
  { typed: ['--dest', '--destination', '--target', '--deliver'], takes: 'value', meant: meant('--to') },
  { typed: ['--jq', '--jmespath', '--template', '-t', '--jsonpath'], takes: 'value', meant: meant('-q') },
  {
    typed: ['--filter', '--where', '--match', '--name-filter', '--grep', '-s'],
    takes: 'value',
    meant: [
      { flag: '-q', if: /^[.[{]/ },
      { flag: '--status', if: /^status(?:==?|:)(\w+)$/i, as: '{}' },
      { flag: '--provider', if: /^provider(?:==?|:)(\w+)$/i, as: '{}' },
      { flag: '--tag', if: /^(?:tags?|labels?)[.=:](.+=.*)$/i, as: '{}' },
      ...['--search', '--match', '--id'].map((flag) => ({ flag, if: /^(?:name|id)(?:==?|[:~])(.+)$/i, as: '{}' })),
      { flag: '--tag', if: /^[\w./-]+=[^=]*$/ },
      ...['--search', '--match'].map((flag) => ({ flag, if: /^[^=<>()]+$/ })),
    ],
  },
  {
    typed: ['--force', '-f', '--assume-yes', '--confirm', '--auto-approve', '--no-confirm', '--no-prompt'],
    takes: 'nothing',
    meant: meant('--yes'),
  },
  {
    typed: ['--non-interactive', '--batch', '--no-interactive', '--ci', '--no-tty'],
    takes: 'nothing',
    meant: meant('--no-input'),
  },
  {
    typed: ['--name', '--account', '--service-account', '--serviceaccount', '--ids', '--account-id', '-i'],
    takes: 'value',
    meant: meant('--id', '--account', '--name', '--search'),
  },
  { typed: ['--user-name', '--username', '--iam-account'], takes: 'value', meant: meant('--id', '--name', '--search') },
  {
    typed: ['-n'],
    takes: 'value',
    meant: [{ flag: '--limit', if: /^\d+$/ }, ...meant('--id', '--account', '--name')],
    note: 'there are no namespaces here',
  },
  { typed: ['--id'], takes: 'value', meant: meant('--account', '--name', '--search') },
  { typed: ['--expired'], takes: 'nothing', meant: [{ flag: '--status', as: 'expired' }] },
  { typed: ['--disabled'], takes: 'nothing', meant: [{ flag: '--status', as: 'disabled' }] },
  { typed: ['-w', '--watch', '--watch-only', '--follow'], takes: 'nothing', meant: [], note: printsOnce },
  { typed: ['-f'], of: ['audit list'], takes: 'nothing', meant: [], note: printsOnce },
  {
    typed: ['--all', '-A', '--all-namespaces', '--all-providers', '--all-profiles'],
    of: ['serviceaccounts get', 'serviceaccounts update', 'serviceaccounts delete'],
    why: 'it takes one account, by its --id; which accounts there are',
    instead: 'sa list',
  },
  {
    typed: ['--all-providers', '--all-namespaces', '-A', '--all-profiles', '--all'],
    takes: 'nothing',
    meant: [{ flag: '--provider', as: 'all' }],
  },
  { typed: ['--verbose', '-v', '-vv', '--trace', '--log-http', '-d'], takes: 'nothing', meant: meant('--debug') },
  { typed: ['--silent', '-Q', '--no-progress'], takes: 'nothing', meant: meant('--quiet') },
  { typed: ['--no-colour', '--no-ansi', '--plain', '--monochrome'], takes: 'nothing', meant: meant('--no-color') },
  {
    typed: ['--dryrun', '--dry', '--what-if', '--noop', '--plan', '--check', '--simulate'],
    takes: 'nothing',
    meant: meant('--dry-run'),
  },
  {
    typed: ['--organization', '--organisation', '--org-id', '--tenant', '--namespace', '--project'],
    takes: 'value',
    meant: meant('--org'),
  },
  { typed: ['--context', '--profile-name', '-p', '-P'], takes: 'value', meant: meant('--profile') },
  { typed: ['--service', '--cloud', '--vendor', '--backend'], takes: 'value', meant: meant('--provider') },
  {
    typed: ['--url', '--host', '--server', '--base-url', '--api-url', '--address', '-u'],
    takes: 'value',
    meant: meant('--endpoint'),
  },
  {
    typed: ['--cacert', '--ca', '--ca-bundle', '--ca-file', '--certificate-authority'],
    takes: 'value',
    meant: meant('--ca-cert'),
  },
  { typed: ['--page-size', '--max-items', '--max', '--top', '-L', '--count'], takes: 'value', meant: meant('--limit') },
  { typed: ['--sort-by', '--order-by', '--orderby', '--order'], takes: 'value', meant: sorts },
  { typed: ['--fields', '--cols', '--column', '--field', '--select'], takes: 'value', meant: meant('--columns') },
  {
    typed: ['-l', '--label', '--labels', '--selector', '--tags', '--add-tag', '--add-label'],
    takes: 'value',
    meant: meant('--tag'),
  },
  { typed: ['--remove-label', '--delete-tag', '--untag'], takes: 'value', meant: meant('--remove-tag') },
  { typed: ['--overwrite'], takes: 'nothing', meant: [], note: 'a tag replaces the one of the same key' },
  { typed: ['--groups', '-g', '--team'], takes: 'value', meant: meant('--group') },
  {
    typed: ['--expires-within', '--expires-in', '--expiring', '--expires-before'],
    takes: 'value',
    meant: meant('--expiring-within'),
  },
  { typed: ['--age', '--older', '--min-age'], takes: 'value', meant: meant('--older-than') },
  { typed: ['--input', '--from-file', '--filename', '--body', '--data'], takes: 'value', meant: meant('--file') },
  { typed: ['--wait-timeout', '--lock-timeout'], takes: 'value', meant: meant('--wait') },
  {
    typed: ['--exclude-expired', '--ignore-not-found', '--if-exists'],
    takes: 'nothing',
    meant: meant('--ignore-missing'),
  },
  { typed: ['--if-not-exists', '--or-get', '--idempotent'], takes: 'nothing', meant: meant('--if-missing') },
  { typed: ['--mock', '--test', '--demo', '--fake'], takes: 'nothing', meant: meant('--sandbox') },
  {
    typed: secretFlags,
    why: 'a secret is never a flag, because others could read it there; where it may come from',
    instead: 'help setup',
  },
  {
    typed: ['--client-id', '--access-key'],
    why: 'a profile or the environment says who signs in',
    instead: 'help setup',
  },
  {
    typed: ['--config', '--config-file', '--kubeconfig', '-c'],
    why: 'the variable SACTL_CONFIG names your configuration file',
    instead: 'help config',
  },
  {
    typed: ['--insecure', '-k', '--no-verify-ssl', '--skip-tls-verify', '--insecure-skip-tls-verify'],
    why: 'certificates are always checked, and --ca-cert <file> adds an authority',
    instead: null,
  },
];

/** The flags that a word without one may belong to, the likeliest first. */
export const operandFlags: readonly string[] = [
  '--id',
  '--account',
  '--name',
  '--file',
  '--from',
  '--port',
  '--search',
];
