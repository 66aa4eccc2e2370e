import type { Check } from './check.ts';
import { either, list, off, on, onlyOn, text, type FlagsOf } from './flag.ts';

const stdin = on('--stdin', 'read the document from standard input');
const tag = list('--tag <key=value>', 'tag to set; may be repeated');

export const newAccountFlags = {
  file: text(
    '-f, --file <path>',
    'JSON or YAML document with the account, or the session.json of its token (Augment); "-" is standard input',
  ),
  stdin,
  name: text('--name <name>', 'name of the account'),
  description: text('--description <text>', 'what it is for'),
  group: list('--group <id or name>', 'group to join; may be repeated'),
  tag,
  role: onlyOn('runai', text('--role <name or id>', 'role to grant on --scope (Run:ai)')),
  scope: onlyOn('runai', text('--scope <type:name or id>', 'where to grant --role, e.g. project:vision (Run:ai)')),
  cluster: onlyOn('runai', text('--cluster <name or id>', 'cluster of --scope, where its name is on several (Run:ai)')),
  keepRules: onlyOn(
    'runai',
    on('--keep-rules', 'accept access rules that an earlier account of this name left (Run:ai)'),
  ),
} as const;

export type NewAccountFlags = FlagsOf<typeof newAccountFlags>;

export const changeFlags = {
  file: text('-f, --file <path>', 'JSON or YAML document with the changes; "-" is standard input'),
  stdin,
  name: text('--name <name>', 'new name'),
  description: text('--description <text>', 'new description; "" removes it'),
  group: list('--group <id or name>', 'group to have instead of all others; may be repeated'),
  addGroup: list('--add-group <id or name>', 'group to join; may be repeated'),
  removeGroup: list('--remove-group <id or name>', 'group to leave; may be repeated'),
  tag,
  removeTag: list('--remove-tag <key>', 'tag to remove; may be repeated'),
  enable: onlyOn('runai', on('--enable', 'let its credential work again (Run:ai)')),
  disable: onlyOn('runai', on('--disable', 'stop its credential from working (Run:ai)')),
} as const;

export type ChangeFlags = FlagsOf<typeof changeFlags>;

/** Where a new credential goes, and what is done to make sure of it. */
export const deliveryFlags = {
  to: list('--to <target>', 'where the credential goes instead of stdout; may be repeated (see "sactl help targets")'),
  verify: either('--verify', 'try the new credential (default)', 'do not try the new credential'),
  reissue: either(
    '--reissue',
    'issue one more credential when the first answer is lost (default)',
    'never issue a second credential',
  ),
  allowSelf: on('--allow-self', 'rotate the credential that sactl itself works with'),
  journal: off('--no-journal', 'do not keep the credential in the journal while it is delivered'),
  capsule: off('--no-capsule', 'print no sealed copy of it in a CI job\'s log (see "sactl recover open --help")'),
} as const;

export type DeliveryFlags = FlagsOf<typeof deliveryFlags>;

/** A credential that a person fetches in the provider's console, in `-f` or `--stdin`. */
export const suppliedFlags = {
  file: onlyOn('augment', text('-f, --file <path>', 'the new session.json; "-" is standard input (Augment)')),
  stdin: onlyOn('augment', on('--stdin', 'read the new session from standard input (Augment)')),
  token: onlyOn('augment', text('--token <name>', 'name of the new token in the web console (Augment)')),
  allowTenantChange: onlyOn('augment', on('--allow-tenant-change', 'accept a session for another tenant (Augment)')),
} as const;

export type SuppliedFlags = FlagsOf<typeof suppliedFlags>;

/** The flag of every command whose step a person may have to take. */
export const doneFlag = {
  done: onlyOn('augment', on('--done', "record that it was done in the provider's console (Augment)")),
} as const;

export type DoneFlag = FlagsOf<typeof doneFlag>;

export const accountFlag = { id: text('--id <id>', 'id or exact name of the account') } as const;

export type AccountFlag = FlagsOf<typeof accountFlag>;

/** Which token of an account. */
export const tokenFlags = { ...accountFlag, token: text('--token <name>', 'name of the token') } as const;

export type TokenFlags = FlagsOf<typeof tokenFlags>;

export const grantFlags = {
  account: text('--account <id or name>', 'account to give the role to'),
  role: text('--role <name or id>', 'role to give it'),
  scope: text('--scope <type:name or id>', 'where: tenant, or cluster:, department: or project: and its name or id'),
  cluster: text('--cluster <name or id>', 'cluster of --scope, where its name is on several'),
} as const;

export type GrantFlags = FlagsOf<typeof grantFlags>;

/** `key=value` pairs; the value may be empty and may hold `=`. */
export function readTags(pairs: readonly string[]): Check<Record<string, string>> {
  const tags = new Map<string, string>();
  const problems: string[] = [];
  for (const pair of pairs) {
    const key = tagKey(pair);
    if (key === '' || !pair.includes('=')) {
      problems.push(`--tag "${pair}" must have the form <key>=<value>`);
    } else if (tags.has(key)) {
      problems.push(`--tag names "${key}" twice`);
    } else {
      tags.set(key, pair.slice(pair.indexOf('=') + 1));
    }
  }
  return { value: Object.fromEntries(tags), problems };
}

/** What is before the first `=`. */
export function tagKey(pair: string): string {
  return (pair.split('=', 1)[0] ?? '').trim();
}
