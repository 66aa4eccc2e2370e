import type { ProviderName } from '../../model/account.ts';

/** What other programs call something, and what it is here. */
export interface Synonym {
  /** Words or flags as people type them. */
  readonly typed: readonly string[];
  readonly meant: string;
  /** What there is to know before the command, e.g. that it does something else than the word says. */
  readonly why?: string;
}

/** Whole commands; they come before what the tables below make of the single words. */
export const phrases: readonly Synonym[] = [
  {
    typed: ['login', 'signin', 'auth', 'auth login', 'auth refresh', 'init', 'setup', 'configure', 'connect'],
    meant: 'help setup',
  },
  {
    typed: ['profile create', 'profile add', 'profiles create', 'profiles add', 'config create', 'config add'],
    meant: 'config init',
  },
  {
    typed: ['logout', 'signout', 'auth logout'],
    meant: 'config explain',
    why: 'there is no sign-in to end; what a command would use',
  },
  {
    typed: ['profiles', 'profile', 'contexts', 'context', 'configs', 'settings', 'info', 'env', 'environment'],
    meant: 'config explain',
  },
  {
    typed: ['profile list', 'profiles list', 'config list', 'config ls', 'config show', 'config view', 'config edit'],
    meant: 'config explain',
  },
  { typed: ['config get-contexts', 'config current-context', 'auth token', 'debug'], meant: 'config explain' },
  {
    typed: ['use', 'switch', 'use-context', 'use-profile', 'config use', 'config use-context', 'profile use'],
    meant: 'config set profile',
  },
  {
    typed: ['who', 'me', 'who-am-i', 'whoiam', 'auth whoami', 'account show', 'auth list', 'users me'],
    meant: 'whoami',
  },
  { typed: ['status', 'auth status', 'check', 'ping', 'test', 'diagnose', 'health'], meant: 'doctor' },
  { typed: ['version', '-v', '-V', '-version'], meant: '--version' },
  { typed: ['docs', 'doc', 'man', 'manual', 'usage', 'commands', 'examples', 'h', '?'], meant: 'help' },
  { typed: ['codes', 'exit-codes', 'exitcodes', 'errors'], meant: 'help exit-codes' },
  { typed: ['targets', 'destinations', 'sinks', 'outputs'], meant: 'help targets' },
  { typed: ['variables', 'vars', 'envvars', 'environment-variables'], meant: 'help environment' },
  { typed: ['logs', 'log', 'history', 'events'], meant: 'audit list' },
  { typed: ['locks', 'locks list'], meant: 'state show' },
  { typed: ['journal', 'journal list', 'undelivered'], meant: 'recover list' },
  { typed: ['keys', 'keys list', 'secrets', 'secrets list', 'credentials', 'credentials list'], meant: 'sa list' },
  {
    typed: ['keys create', 'key create', 'secrets create', 'secret create', 'credentials create', 'create token'],
    meant: 'sa rotate',
    why: 'an account has one credential, and this replaces it',
  },
  {
    typed: ['sa token', 'sa tokens', 'sa keys', 'sa credentials', 'sa get-token', 'sa secret'],
    meant: 'sa get',
    why: 'a credential is shown once, when it is issued; what is known of it later',
  },
  {
    typed: ['sa revoke', 'sa expire', 'sa invalidate'],
    meant: 'sa rotate',
    why: 'a credential ends when the next one is issued, and with the account',
  },
  { typed: ['sa enable', 'sa activate', 'enable'], meant: 'sa update --enable' },
  { typed: ['sa disable', 'sa deactivate', 'sa suspend', 'disable'], meant: 'sa update --disable' },
  { typed: ['sa find', 'sa search', 'search', 'find'], meant: 'sa list' },
  { typed: ['sandbox start', 'sandbox up', 'sandbox run', 'mock', 'emulator'], meant: 'sandbox serve' },
  { typed: ['sandbox clean', 'sandbox clear', 'sandbox delete'], meant: 'sandbox reset' },
];

/** Nouns, by the one that is meant. */
export const nounWords: readonly Synonym[] = [
  {
    typed: ['accounts', 'account', 'service-accounts', 'service-account', 'sas', 'users', 'user', 'robots', 'bots'],
    meant: 'serviceaccounts',
  },
  { typed: ['identities', 'principals', 'apps', 'applications', 'clients'], meant: 'serviceaccounts' },
  { typed: ['group', 'teams', 'team'], meant: 'groups' },
  { typed: ['role', 'permissions', 'policies'], meant: 'roles' },
  { typed: ['scope', 'projects', 'project', 'clusters', 'departments'], meant: 'scopes' },
  { typed: ['org', 'organizations', 'organization', 'organisations', 'organisation', 'tenants'], meant: 'orgs' },
  { typed: ['access-rules', 'access-rule', 'rules', 'rule', 'bindings', 'rolebindings'], meant: 'accessrules' },
  { typed: ['api-tokens', 'api-token'], meant: 'tokens' },
  { typed: ['recovery', 'restore-credential', 'rescue'], meant: 'recover' },
  { typed: ['cfg', 'conf', 'configuration'], meant: 'config' },
  { typed: ['completions', 'autocomplete', 'complete'], meant: 'completion' },
];

/** Verbs, by the one that is meant. */
export const verbWords: readonly Synonym[] = [
  { typed: ['ls', 'all', 'index', 'dir', 'll', 'list-all'], meant: 'list' },
  { typed: ['show', 'describe', 'view', 'inspect', 'info', 'read', 'cat', 'status', 'details'], meant: 'get' },
  { typed: ['get', 'describe', 'view', 'inspect', 'info', 'read', 'cat', 'reveal'], meant: 'show' },
  { typed: ['new', 'add', 'make', 'issue', 'register', 'grant'], meant: 'create' },
  { typed: ['edit', 'set', 'modify', 'patch', 'change', 'rename'], meant: 'update' },
  {
    typed: ['regenerate', 'renew', 'refresh', 'reset', 'roll', 'reissue', 'rekey', 'rotate-key', 'rotate-token'],
    meant: 'rotate',
  },
  { typed: ['rm', 'remove', 'del', 'destroy', 'drop', 'purge'], meant: 'delete' },
  { typed: ['delete', 'rm', 'remove', 'purge', 'drop'], meant: 'discard' },
  { typed: ['delete', 'rm', 'remove', 'invalidate'], meant: 'revoke' },
  { typed: ['delete', 'rm', 'remove', 'clear'], meant: 'unset' },
  { typed: ['retry', 'resume', 'send', 'push'], meant: 'deliver' },
  { typed: ['break', 'release', 'force-unlock'], meant: 'unlock' },
];

/** Words between the program's name and the command that mean nothing here, e.g. `gcloud iam service-accounts`. */
export const noise: readonly string[] = ['iam', 'sactl'];

export const providerWords: Readonly<Record<string, ProviderName | 'all'>> = {
  'run:ai': 'runai',
  'run-ai': 'runai',
  'nvidia-runai': 'runai',
  nks: 'nscale',
  augmentcode: 'augment',
  auggie: 'augment',
  '*': 'all',
};

export const formatWords: Readonly<Record<string, string>> = {
  yml: 'yaml',
  jsonl: 'ndjson',
  'json-lines': 'ndjson',
  text: 'table',
  plain: 'table',
  pretty: 'table',
  tsv: 'csv',
};

/** A flag of other programs, where the command does not have it itself. */
export type FlagGuess =
  | {
      readonly typed: readonly string[];
      readonly takes: 'value' | 'nothing';
      /** The likeliest first; the first that the command has is taken. */
      readonly meant: readonly MeantFlag[];
    }
  /** A flag that there is for good reason not, and the command that helps instead; null is the help of the command. */
  | { readonly typed: readonly string[]; readonly why: string; readonly instead: string | null };

export interface MeantFlag {
  readonly flag: string;
  /** Only for such values. */
  readonly if?: RegExp;
  /** The value, with `{}` for the one that was typed. */
  readonly as?: string;
}

function meant(...flags: readonly string[]): readonly MeantFlag[] {
  return flags.map((flag) => ({ flag }));
}

const aFormat = new RegExp(`^(table|json|ndjson|yaml|csv|${Object.keys(formatWords).join('|')})$`);

export const flagWords: readonly FlagGuess[] = [
  {
    typed: ['-o', '--output', '--out', '--output-format'],
    takes: 'value',
    meant: [
      { flag: '--format', if: aFormat },
      { flag: '--wide', if: /^wide$/ },
      { flag: '-q', if: /^name$/, as: '.[].name' },
      { flag: '--to', if: /[/.]/, as: 'file:{}' },
    ],
  },
  {
    typed: ['--output-file', '--out-file', '--save', '--save-to'],
    takes: 'value',
    meant: [{ flag: '--to', as: 'file:{}' }],
  },
  { typed: ['--dest', '--destination', '--target', '--deliver'], takes: 'value', meant: meant('--to') },
  { typed: ['--jq', '--jmespath', '--template', '-t', '--jsonpath'], takes: 'value', meant: meant('-q') },
  {
    typed: ['--filter', '--where', '--match', '--name-filter', '--grep', '-s'],
    takes: 'value',
    meant: [{ flag: '-q', if: /^[.[{]/ }, ...meant('--search', '--match')],
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
    typed: ['--name', '--account', '--service-account', '--serviceaccount', '--ids', '--account-id', '-i', '-n'],
    takes: 'value',
    meant: [{ flag: '--limit', if: /^\d+$/ }, ...meant('--id', '--account', '--name', '--search')],
  },
  { typed: ['--id'], takes: 'value', meant: meant('--account', '--search') },
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
  { typed: ['--sort-by', '--order-by', '--orderby', '--order'], takes: 'value', meant: meant('--sort') },
  { typed: ['--fields', '--cols', '--column', '--field', '--select'], takes: 'value', meant: meant('--columns') },
  { typed: ['-l', '--label', '--labels', '--selector', '--tags'], takes: 'value', meant: meant('--tag') },
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
    typed: ['--token', '--secret', '--password', '--api-key', '--apikey', '--key', '--client-secret', '--credential'],
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
