import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import type { Account } from '../src/model/account.ts';
import { payloads } from '../src/providers/answers.ts';
import { ServiceAccount as NscaleAccount, toAccount as fromNscale } from '../src/providers/nscale/schema.ts';
import { ServiceAccount as RunaiAccount, toAccount as fromRunai } from '../src/providers/runai/schema.ts';
import { testNow } from './harness/context.ts';

function fixture(path: string): unknown {
  const url = new URL(`../fixtures/${path}`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'));
}

function shown(account: Account): Omit<Account, 'raw'> {
  const { raw: _, ...rest } = account;
  return rest;
}

const same = { description: null, enabled: null, clientId: null, groups: [], tags: {} };
const never = { updatedAt: null, lastUsedAt: null, accessRules: null, tokens: [] };

it('nscale payloads become accounts', () => {
  const parsed = payloads(NscaleAccount).safeParse(fixture('nscale/serviceaccounts.json'));
  const accounts = parsed.success ? parsed.data.map((item) => fromNscale(item, { now: testNow, profile: null })) : [];
  const organization = 'a77e5d20-9c31-4d4e-8a64-1f2b3c4d5e6f';
  const base = { ...same, ...never, provider: 'nscale', profile: null, organization };
  expect(accounts.map(shown)).toEqual([
    {
      ...base,
      id: 'c1f0a2b4-5a5e-4f67-8a0c-0d4a6f1b2001',
      name: 'ci-deploy',
      description: 'Deploys from the main branch',
      status: 'active',
      groups: ['b42d7c15-2f44-4e0d-9c62-5b1e8d3c4001', 'e42d7c15-2f44-4e0d-9c62-5b1e8d3c4002'],
      tags: { team: 'infra' },
      createdAt: '2026-09-01T08:00:00Z',
      createdBy: 'ann@example.com',
      updatedAt: '2026-10-02T09:30:00Z',
      expiresAt: '2026-11-30T08:00:00Z',
    },
    {
      ...base,
      id: 'd2a6f481-9c0e-4b7d-b3a8-6e5d2f4c7005',
      name: 'bare',
      status: 'expired',
      createdAt: '2026-08-01T08:00:00Z',
      createdBy: null,
      expiresAt: '2026-10-30T08:00:00Z',
    },
    {
      ...base,
      id: 'f7a2d9c5-1e8b-4d64-a3f7-9b6c5e4ae012',
      name: 'leaving',
      status: 'deleting',
      createdAt: '2026-09-01T08:00:00Z',
      createdBy: 'c1f0a2b4-5a5e-4f67-8a0c-0d4a6f1b2001',
      expiresAt: '2026-11-30T08:00:00Z',
    },
  ]);
});

it('Run:ai payloads become accounts, whatever type their tenant has', () => {
  const parsed = payloads(RunaiAccount).safeParse(fixture('runai/service-accounts.json'));
  const accounts = parsed.success
    ? parsed.data.map(({ wire, raw }) => fromRunai(wire, { raw, rules: null, profile: 'prod' }))
    : [];
  const base = { ...same, ...never, provider: 'runai', profile: 'prod', organization: '1001' };
  expect(accounts.map(shown)).toEqual([
    {
      ...base,
      id: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
      name: 'ci-vision',
      status: 'active',
      enabled: true,
      clientId: 'ci-vision',
      createdAt: '2026-09-01T08:00:00Z',
      createdBy: 'ann@example.com',
      updatedAt: '2026-09-02T08:00:00Z',
      lastUsedAt: '2026-11-22T07:15:00Z',
      expiresAt: null,
    },
    {
      ...base,
      id: '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d',
      name: 'old_app',
      status: 'disabled',
      enabled: false,
      clientId: 'old_app',
      createdAt: null,
      createdBy: 'ann@example.com',
      expiresAt: null,
    },
  ]);
});
