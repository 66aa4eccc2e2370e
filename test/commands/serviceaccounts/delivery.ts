import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { accountIds, groupIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { organizationId, type NscaleOptions } from '../../harness/nscale.ts';
import { newAccountId, operationId, predictable } from '../support.ts';

/** What is in a file, and its permissions in octal. */
export async function fileAt(folder: string, name: string): Promise<{ readonly text: string; readonly mode: string }> {
  const path = join(folder, name);
  const { mode } = await stat(path);
  return { text: await readFile(path, 'utf8'), mode: (mode & 0o777).toString(8) };
}

/** A deployment during whose change a folder goes away, after all targets were tried. */
export function removing(folder: string): NscaleOptions {
  return {
    ...predictable,
    intercept: async (request, next) => {
      if (request.method === 'POST') await rm(folder, { recursive: true });
      return next(request);
    },
  };
}

const expiresAt = '2027-02-20T12:00:00Z';

/** Of the token that `predictable` issues. */
const fingerprint = 'sha256:e602ed846541';

/** A new credential that went elsewhere, as JSON. */
export const goneElsewhere = { kind: 'access-token', value: null, clientId: null, expiresAt, fingerprint };

/** A target that took the credential, as JSON. */
export function delivered(target: string): object {
  return { target, ok: true, error: null };
}

/** What the answer to a rotation of `nightly-train` holds, without the token. */
export const rotatedRaw = {
  metadata: {
    id: accountIds.nightlyTrain,
    name: 'nightly-train',
    description: 'Starts the nightly training runs',
    organizationId,
    creationTime: '2026-09-03T00:00:00Z',
    createdBy: 'ann@example.com',
    provisioningStatus: 'provisioned',
    healthStatus: 'healthy',
    tags: [{ name: 'team', value: 'vision' }],
  },
  spec: { groupIDs: [groupIds.mlTraining] },
  status: { expiry: expiresAt },
};

/** What the answer to a create of `ci` holds, without the token. */
export const createdRaw = {
  metadata: {
    id: newAccountId,
    name: 'ci',
    organizationId,
    creationTime: '2026-11-22T12:00:00Z',
    createdBy: 'ann@example.com',
    provisioningStatus: 'provisioned',
    healthStatus: 'healthy',
    tags: [{ name: 'sactl-operation', value: operationId }],
  },
  spec: { groupIDs: [] },
  status: { expiry: expiresAt },
};

/** The account's own keys in the result of that rotation. */
export const rotatedAccount = {
  provider: 'nscale',
  profile: null,
  id: accountIds.nightlyTrain,
  name: 'nightly-train',
  description: 'Starts the nightly training runs',
  organization: organizationId,
  status: 'active',
  enabled: null,
  clientId: null,
  groups: [groupIds.mlTraining],
  tags: { team: 'vision' },
  accessRules: null,
  createdAt: '2026-09-03T00:00:00Z',
  createdBy: 'ann@example.com',
  updatedAt: null,
  lastUsedAt: null,
  expiresAt,
  tokens: [],
  raw: rotatedRaw,
};

/** The account's own keys in the result of that create. */
export const createdAccount = {
  ...rotatedAccount,
  id: newAccountId,
  name: 'ci',
  description: null,
  groups: [],
  tags: { 'sactl-operation': operationId },
  createdAt: '2026-11-22T12:00:00Z',
  raw: createdRaw,
};
