import { describe, expect, test } from 'vitest';
import type { Account } from '../../src/model/account.ts';
import type { CredentialDocument } from '../../src/model/credential.ts';
import { accountColumns, accountDocument, credentialDetail } from '../../src/output/account.ts';
import { selectColumns } from '../../src/output/columns.ts';
import { csv } from '../../src/output/serialize.ts';
import { sheetOf } from '../../src/output/document.ts';
import { table } from '../../src/output/table.ts';
import { testStyle } from './support.ts';

const account: Account = {
  provider: 'nscale',
  profile: null,
  id: 'c1f0a1de-0000-4000-8000-000000000001',
  name: 'ci-deploy',
  description: null,
  organization: 'a77e0000-0000-4000-8000-000000000001',
  status: 'active',
  enabled: null,
  clientId: null,
  groups: ['g1', 'g2'],
  tags: { team: 'vision', env: 'prod' },
  accessRules: [{ id: '1', role: 'viewer', scopeType: 'project', scopeId: '5', scopeName: null }],
  createdAt: '2026-09-01T08:00:00Z',
  createdBy: 'ann@example.com',
  updatedAt: null,
  lastUsedAt: null,
  expiresAt: '2026-11-30T08:00:00Z',
  tokens: [{ name: 't1', createdAt: null, fingerprint: 'sha256:x', state: 'active', verified: true }],
  raw: { metadata: { id: 'c1f0' } },
};

const credential: CredentialDocument = {
  kind: 'access-token',
  value: 'eyJhbGciOi.very.long',
  clientId: null,
  expiresAt: '2027-02-20T12:00:00Z',
  fingerprint: 'sha256:0123456789ab',
};

describe('an account for people', () => {
  test('leaves out what is unknown', async () => {
    expect(await accountDocument(account).human(testStyle({ width: 80 }))).toBe(
      [
        'Name:          ci-deploy',
        'ID:            c1f0a1de-0000-4000-8000-000000000001',
        'Provider:      nscale',
        'Status:        active',
        'Organization:  a77e0000-0000-4000-8000-000000000001',
        'Groups:        g1, g2',
        'Tags:          team=vision, env=prod',
        'Access rules:  viewer on project 5',
        'Tokens:        t1 (active)',
        'Created:       2026-09-01 08:00 (82 days ago)',
        'Created by:    ann@example.com',
        'Expires:       2026-11-30 08:00 (in 8 days)',
        '',
      ].join('\n'),
    );
  });

  test('shows a new credential whole, with its own expiry', () => {
    const shown = credentialDetail({ account, credential, facts: [] }, testStyle({ width: 20 }));
    expect(shown.split('\n').slice(-6)).toEqual([
      'Expires:       2027-02-20 12:00 (in 90 days)',
      'Fingerprint:   sha256:0123456789ab',
      '',
      'Token (shown this once):',
      'eyJhbGciOi.very.long',
      '',
    ]);
  });

  test('shows a credential that would steer the terminal as JSON has it', () => {
    const hostile = { ...credential, value: 'a\u001B[2J"\u202Eb' };
    const shown = credentialDetail({ account, credential: hostile, facts: [] }, testStyle());
    const last = shown.split('\n').at(-2) ?? '';
    expect(last).toBe(String.raw`"a\u001b[2J\"\u202eb"`);
    expect(JSON.parse(last)).toBe(hostile.value);
  });

  test('shows no secret that went elsewhere', () => {
    const delivered = { account, credential: { ...credential, value: null }, facts: [] };
    expect(credentialDetail(delivered, testStyle()).split('\n').slice(-2)).toEqual([
      'Fingerprint:   sha256:0123456789ab',
      '',
    ]);
  });

  test('tells what became of a new credential, above its value', () => {
    const facts = [
      { label: 'Delivered to', value: ['file:a', 'profile'] },
      { label: 'Verified', value: true },
    ];
    const shown = credentialDetail({ account, credential, facts }, testStyle());
    expect(shown.split('\n').slice(-7)).toEqual([
      'Fingerprint:   sha256:0123456789ab',
      'Delivered to:  file:a, profile',
      'Verified:      true',
      '',
      'Token (shown this once):',
      'eyJhbGciOi.very.long',
      '',
    ]);
  });
});

describe('accounts as rows', () => {
  test('show a selection in a table', async () => {
    const columns = selectColumns(accountColumns, null);
    const style = testStyle({ width: 120 });
    expect(await table({ rows: [account], columns, style })).toBe(
      'NAME       STATUS  GROUPS  CREATED      CREATED BY       EXPIRES    ID\n' +
        'ci-deploy  active  g1, g2  82 days ago  ann@example.com  in 8 days  c1f0a1de-0000-4000-8000-000000000001\n',
    );
  });

  test('have a column for every scalar key of the account, named as in JSON, and one for rules', () => {
    const { accessRules: rules, tokens: _, raw: __, ...scalars } = account;
    const printable = { ...scalars, rules };
    const names = accountColumns.map(({ name }) => name);
    expect(names.toSorted()).toEqual(Object.keys(printable).toSorted());
  });

  test('are exact in csv', async () => {
    const choice = { names: ['name', 'expiresAt', 'groups', 'tags', 'enabled'], source: 'test' };
    expect(Array.from(await csv(sheetOf([account], selectColumns(accountColumns, choice)))).join('')).toBe(
      'name,expiresAt,groups,tags,enabled\nci-deploy,2026-11-30T08:00:00Z,"g1, g2","team=vision, env=prod",\n',
    );
  });

  test('bring the provider’s payload for --raw', () => {
    expect(accountDocument(account).raw?.()).toEqual({ metadata: { id: 'c1f0' } });
    expect(accountDocument(account).value).toBe(account);
  });
});
