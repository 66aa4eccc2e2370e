/** What is printed, by the names of its schemas. */
export const printedNames = {
  account: 'an account: "serviceaccounts get" and "update", and each item of "list"',
  issued:
    'an account with its new credential: "serviceaccounts create" and "rotate", "tokens create", "recover deliver"',
  'rotation-report': 'the rotation of several accounts',
  'delivery-report': '"recover deliver --all"',
  deleted: '"serviceaccounts delete"',
  'dry-run': 'what --dry-run prints',
  token: 'each item of "tokens list"',
  'access-rule': 'each item of "accessrules list", and "accessrules create"',
  group: 'each item of "groups list"',
  role: 'each item of "roles list"',
  scope: 'each item of "scopes list"',
  organization: 'each item of "orgs list"',
  identity: '"whoami"',
  diagnosis: 'each item of "doctor"',
  entry: 'an entry of the journal: each item of "recover list" and "open"; "show" adds what --reveal reads out of it',
  'audit-event': 'each item of "audit list", and each line of audit.jsonl',
  error: 'the last line on stderr of a command that fails, where JSON was asked for',
  note: 'any other line there; what --debug adds has the key "debug" instead',
} as const;

export type PrintedName = keyof typeof printedNames;

/** What is read. */
const readNames = {
  config: "your configuration file; a project's may have some of its keys",
  document: 'an input document: -f and --stdin of "serviceaccounts create" and "update"',
} as const;

/** Every schema, and what it is of. */
export const schemaNames: Readonly<Record<string, string>> = { ...readNames, ...printedNames };
