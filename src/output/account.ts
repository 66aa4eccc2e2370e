import { describeRule, type Account } from '../model/account.ts';
import type { CredentialDocument } from '../model/credential.ts';
import { exactText } from '../model/text.ts';
import type { Column } from './columns.ts';
import { detail, type Field } from './table.ts';
import { sheetOf, type OutputDocument } from './document.ts';
import { accountTone, expiryTone, type Style } from './style.ts';

/**
 * What `list` shows of accounts: the keys of the JSON object in its order, but for the id, which is last. A narrow terminal
 * has the names as a whole, and no ids where every name is an account's own, because `--id` takes either (docs/design.md 1).
 */
export const accountColumns: readonly Column<Account>[] = [
  { name: 'provider', value: (account) => account.provider, optional: true },
  { name: 'profile', value: (account) => account.profile, optional: true },
  { name: 'name', value: (account) => account.name },
  { name: 'description', value: (account) => account.description, shrink: 5, roomy: true, spare: 9, hideEmpty: true },
  { name: 'organization', value: (account) => account.organization, optional: true },
  { name: 'status', value: (account) => account.status, tone: accountTone, spare: 1 },
  { name: 'enabled', value: (account) => account.enabled, optional: true },
  { name: 'clientId', value: (account) => account.clientId, roomy: true, spare: 10, hideEmpty: true },
  { name: 'groups', value: (account) => account.groups, shrink: 4, roomy: true, spare: 6, hideEmpty: true },
  { name: 'tags', value: tagsOf, shrink: 4, roomy: true, spare: 8, hideEmpty: true },
  { name: 'rules', value: rulesOf, shrink: 5, optional: true },
  { ...time('createdAt', 'CREATED'), spare: 5 },
  { name: 'createdBy', value: (account) => account.createdBy, shrink: 3, roomy: true, spare: 7, hideEmpty: true },
  { ...time('updatedAt', 'UPDATED'), optional: true },
  { ...time('lastUsedAt', 'LAST USED'), hideEmpty: true, spare: 4 },
  {
    ...time('expiresAt', 'EXPIRES'),
    hideEmpty: true,
    spare: 2,
    tone: (account, now) => expiryTone(account.expiresAt, now),
  },
  {
    name: 'id',
    value: (account) => account.id,
    spare: 3,
    tells: ({ provider, profile, name }) => JSON.stringify([provider, profile, name]),
  },
];

function time(name: 'createdAt' | 'updatedAt' | 'lastUsedAt' | 'expiresAt', header: string): Column<Account> {
  return { name, header, value: (account) => account[name], isTime: true };
}

/** The names of groups and organizations, by their ids. */
export type Names = ReadonlyMap<string, string>;

const noNames: Names = new Map();

/** The document of one account. `readNames` is asked only where people read it on a terminal. */
export function accountDocument(account: Account, readNames?: () => Promise<Names>): OutputDocument {
  return {
    value: account,
    raw: () => account.raw,
    human: async (style) => {
      const names = style.isTTY ? await readNames?.() : noNames;
      return detail(accountFields(account, style, names), style);
    },
    sheet: () => sheetOf([account], accountColumns),
  };
}

const credentialNames = {
  'access-token': 'Token',
  'client-secret': 'Client secret',
  'api-token': 'Token',
} as const satisfies Record<CredentialDocument['kind'], string>;

/**
 * An account with its new credential, for people; `facts` are added, e.g. where the credential was delivered. The secret
 * stands alone on the last line, exactly as it is where that is safe.
 */
export function credentialDetail(
  { account, credential, facts }: { account: Account; credential: CredentialDocument; facts: readonly Field[] },
  style: Style,
): string {
  const clientId = credential.clientId ?? account.clientId;
  const expiresAt = credential.expiresAt ?? account.expiresAt;
  const fields = accountFields({ ...account, clientId, expiresAt }, style);
  const fingerprint = { label: 'Fingerprint', value: credential.fingerprint };
  const known = detail([...fields, fingerprint, ...facts], style);
  if (credential.value === null) return known;
  const heading = `${credentialNames[credential.kind]} (shown this once):`;
  return `${known}\n${style.paint('heading', heading)}\n${exactText(credential.value)}\n`;
}

function accountFields(account: Account, style: Style, names: Names = noNames): Field[] {
  function named(id: string): string {
    const name = names.get(id);
    return name === undefined ? id : `${name} (${id})`;
  }
  const always: Field[] = [
    { label: 'Name', value: account.name },
    { label: 'ID', value: account.id },
    { label: 'Provider', value: account.provider },
    { label: 'Status', value: account.status, tone: accountTone(account, style.now) },
  ];
  const known: Field[] = [
    { label: 'Profile', value: account.profile },
    { label: 'Organization', value: account.organization === null ? null : named(account.organization) },
    { label: 'Description', value: account.description },
    { label: 'Enabled', value: account.enabled },
    { label: 'Client ID', value: account.clientId },
    { label: 'Groups', value: account.groups.map(named) },
    { label: 'Tags', value: tagsOf(account) },
    { label: 'Access rules', value: rulesOf(account) },
    { label: 'Tokens', value: account.tokens.map(({ name, state }) => `${name} (${state})`) },
    { label: 'Created', value: account.createdAt, isTime: true },
    { label: 'Created by', value: account.createdBy },
    { label: 'Updated', value: account.updatedAt, isTime: true },
    { label: 'Last used', value: account.lastUsedAt, isTime: true },
    { label: 'Expires', value: account.expiresAt, isTime: true, tone: expiryTone(account.expiresAt, style.now) },
  ];
  return [...always, ...known.filter(({ value }) => value !== null && !(Array.isArray(value) && value.length === 0))];
}

function tagsOf({ tags }: Account): string[] {
  return Object.entries(tags).map(([key, value]) => `${key}=${value}`);
}

function rulesOf({ accessRules }: Account): string[] | null {
  return accessRules?.map(describeRule) ?? null;
}
