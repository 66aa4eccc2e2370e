/** What is printed, by the names of its schemas; which command prints what is in the declarations of the verbs. */
export const printedNames = {
  account: 'an account',
  issued: 'an account with its new credential',
  'rotation-report': 'the rotation of several accounts',
  'delivery-report': 'the delivery of all credentials that are kept',
  deleted: 'an account or an access rule that was deleted',
  'dry-run': 'what would be sent, and what it would do',
  token: 'a token of an account that may have several',
  'access-rule': 'an access rule',
  group: 'a group',
  role: 'a role',
  scope: 'what a role can be granted on',
  organization: 'an organization',
  identity: 'whose the credential is',
  diagnosis: 'one thing that was looked at',
  entry: 'an entry of the journal; with --reveal also what is read out of it',
  discarded: 'an entry that was discarded',
  'audit-event': 'a change that was made or tried; also each line of audit.jsonl',
  store: 'a state store that is ready',
  'store-check': 'what was tried in the state store',
  hold: 'an account, and which run holds it',
  unlocked: 'an account whose hold was ended',
  migrated: 'what was copied from another state store',
  setting: 'a key of your configuration file; "path" where the file was changed',
  settings: 'all settings, and where each comes from',
  'config-path': 'where your configuration file is',
  'new-profile': 'a profile that was set up',
  'schema-name': 'a schema, and the commands that print what it describes',
  'command-tree': 'a command and all below it: --help with --json, -q or --format',
  'help-topic': 'a topic of the help, such as "help exit-codes", with --json, -q or --format',
  error: 'the last line on stderr of a command that fails, where JSON was asked for',
  note: 'any other line there; what --debug adds has the key "debug" instead',
} as const;

export type PrintedName = keyof typeof printedNames;

/** What a command prints: one such document, or an array of them. */
export type Printed = PrintedName | `${PrintedName}[]`;

/** What is read. */
const readNames = {
  config: "your configuration file; a project's may have some of its keys",
  document: 'an input document in our own form: -f and --stdin of "serviceaccounts create" and "update"',
} as const;

/** Every schema, and what it is of. */
export const schemaNames: Readonly<Record<string, string>> = { ...readNames, ...printedNames };
