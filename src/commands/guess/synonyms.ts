import type { ProviderName } from '../../model/account.ts';

/** What other programs call something, and what it is here. */
export interface Synonym {
  /** Words or flags as people type them. */
  readonly typed: readonly string[];
  readonly meant: string;
  /** What there is to know before the command, e.g. that it does something else than the word says. */
  readonly why?: string;
  /** Which flags the words behind it belong to, in order; the last for all that follow. */
  readonly operands?: readonly string[];
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
    typed: [
      'who',
      'me',
      'who-am-i',
      'whoiam',
      'auth whoami',
      'account show',
      'auth list',
      'users me',
      'sts get-caller-identity',
    ],
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
  { typed: ['key list', 'secret list', 'credential list', 'get secrets'], meant: 'sa list' },
  {
    typed: ['keys create', 'key create', 'secrets create', 'secret create', 'credentials create', 'create token'],
    meant: 'sa rotate',
    why: 'an account has one credential, and this replaces it',
  },
  {
    typed: ['create-access-key', 'sa keys create', 'sa key create', 'sa credential reset'],
    meant: 'sa rotate',
    why: 'an account has one credential, and this replaces it',
    operands: ['--to'],
  },
  { typed: ['sa rename', 'rename sa', 'rename'], meant: 'sa update', operands: ['--id', '--name'] },
  {
    typed: ['label sa', 'annotate sa', 'sa label', 'sa tag', 'label', 'tag'],
    meant: 'sa update',
    operands: ['--id', '--tag'],
  },
  { typed: ['apply'], meant: 'sa create', why: 'a document makes a new account here' },
  { typed: ['replace'], meant: 'sa update' },
  {
    typed: ['list-access-keys', 'sa keys list', 'sa token', 'sa tokens', 'sa keys', 'sa credentials', 'sa secret'],
    meant: 'sa get',
    why: 'a credential is shown once, when it is issued; what is known of it later',
  },
  {
    typed: ['sa get-token'],
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

/** Words before the command that mean nothing here, e.g. `gcloud iam service-accounts`. */
export const noise: readonly string[] = ['iam', 'sactl', 'kubectl', 'gcloud', 'aws', 'az', 'gh'];

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
