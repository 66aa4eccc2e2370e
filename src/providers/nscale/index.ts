import * as z from 'zod/mini';

import type { AccountChange } from '../../model/account.ts';
import type { ConnectOptions, Identity, OwnCredential, Provider, ProviderDefinition } from '../provider.ts';
import { connect, type Connection } from './connection.ts';
import { planCreate } from './create.ts';
import { planDelete } from './delete.ts';
import { readDocument } from './write.ts';
import { listGroups } from './groups.ts';
import { planRotate, readAnswer } from './rotate.ts';
import { accountsNamed, findAccount, listAccounts, nameProblem, organizationProblem } from './lookup.ts';
import { toOrganization, toRole } from './schema.ts';
import { verifyCredential } from './api.ts';
import { planUpdate } from './update.ts';
import type { ProviderProblem } from '../../http/error.ts';

/** nscale's identity service; what it really does is in docs/contracts/nscale.md. */
export const nscale: ProviderDefinition = {
  name: 'nscale',
  title: 'nscale',
  readDocument,
  readProblem,
  creationProblems: enabledProblems,
  changeProblems: enabledProblems,
  nameProblem,
  accountsNamed,
  reportsUse: false,
  organizationProblem,
  connect: (options) => provider(connect(options), options),
  verifyCredential,
  readAnswer,
};

/** nscale's accounts have no switch. */
function enabledProblems({ enabled }: AccountChange): string[] {
  return enabled === undefined ? [] : ['nscale cannot enable or disable an account ("enabled")'];
}

function provider(connection: Connection, options: ConnectOptions): Provider {
  return {
    name: 'nscale',
    whoami: () => whoami(connection),
    ownCredential: () => ownCredential(connection),
    knownCredential: () => knownCredential(connection),
    verifyOwnCredential: () =>
      connection.api.organizations().then(
        () => true,
        () => false,
      ),
    listAccounts: () => listAccounts(connection),
    findAccount: (reference) => findAccount(connection, reference),
    planCreate: (account, operationId) => planCreate(connection, { account, operationId, profile: options.profile }),
    planRotate: (account) => planRotate(connection, account),
    planUpdate: (account, change) => planUpdate(connection, account, change),
    planDelete: (account) => planDelete(connection, account),
    listOrganizations: async () => (await connection.api.organizations()).map(toOrganization),
    listGroups: () => listGroups(connection),
    listRoles: async () => (await connection.api.roles(await connection.organization())).map(toRole),
  };
}

async function whoami({ identity }: Connection): Promise<Identity> {
  return { ...(await identity()), permissions: null };
}

const ErrorBody = z.object({
  error: z.string(),
  error_description: z.optional(z.string()),
  trace_id: z.optional(z.string()),
});

/** nscale's error body (docs/contracts/nscale.md 5), or null when the body is not one. */
export function readProblem(status: number, body: unknown): ProviderProblem | null {
  const parsed = ErrorBody.safeParse(body);
  if (!parsed.success) return null;
  const { error, error_description: description, trace_id: traceId } = parsed.data;
  return { code: error, message: wording(status, error, description ?? error), traceId: traceId ?? null };
}

/**
 * nscale says "already exists" for every write conflict (docs/contracts/nscale.md 9.5) and one text for every bad
 * token.
 */
function wording(status: number, code: string, description: string): string {
  if (status === 409 && code === 'conflict') return 'another change was made at the same time';
  if (status === 401 && description === 'token validation failed') {
    return 'the token is not accepted (expired, rotated, deleted, or issued by another deployment)';
  }
  return description;
}

/** The caller's own token, which ends when its account says (docs/contracts/nscale.md 1); null for a person's. */
export async function ownCredential(connection: Connection): Promise<OwnCredential | null> {
  if ((await connection.caller())?.kind !== 'service-account') return null;
  // Every service account sees itself (docs/contracts/nscale.md 4).
  if (connection.lastListing() === null) await connection.accounts();
  return knownCredential(connection);
}

/** The same where it is known who the caller is, and the accounts were listed. */
export function knownCredential(connection: Connection): OwnCredential | null {
  const caller = connection.knownCaller();
  if (caller?.kind !== 'service-account') return null;
  const expiresAt = connection.lastListing()?.expiries.get(caller.subject) ?? null;
  return expiresAt === null ? null : { expiresAt, accountId: caller.subject };
}
