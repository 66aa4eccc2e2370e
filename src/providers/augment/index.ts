import * as z from 'zod/mini';

import type { AccountChange } from '../../model/account.ts';
import { readOwnDocument, unsupportedProblems } from '../document.ts';
import { accountsNamed } from '../lookup.ts';
import type {
  ConnectOptions,
  Identity,
  Provider,
  ProviderDefinition,
  Verification,
  VerificationOptions,
} from '../provider.ts';
import { nameProblem, toAccount, tokenNameProblem } from './schema.ts';
import { adoptAccount, findRecorded, listAccounts } from './lookup.ts';
import { connect, meantTenant, type Connection } from './connection.ts';
import { planCreate, planRotate, planToken, readAnswer } from './supply.ts';
import { examine } from './doctor.ts';
import { intake } from './console.ts';
import { planDelete, planRestoreToken, planRevokeToken, planUpdate } from './changes.ts';
import { askCounts, probe } from './api.ts';
import { resume } from './records.ts';
import type { ProviderProblem } from '../../http/error.ts';
import { tenantOf } from './session.ts';
import { fingerprintOf } from '../../model/credential.ts';

/** Augment, whose service accounts only a person at a web console can manage (docs/contracts/augment.md 1). */
export const augment: ProviderDefinition = {
  name: 'augment',
  title: 'Augment',
  readDocument: readOwnDocument,
  readProblem,
  nameProblem,
  accountsNamed: (accounts, reference) => accountsNamed(accounts, reference, ['id', 'name']),
  reportsUse: false,
  organizationProblem: () => 'an Augment session belongs to one tenant; leave it out',
  creationProblems: unsupported,
  changeProblems: unsupported,
  connect: provider,
  verifyCredential,
  readAnswer,
  manual: { tokenNameProblem, resume },
};

const unsupportedKeys = { groups: 'groups', addGroups: 'groups', removeGroups: 'groups', tags: 'tags' } as const;

/** Augment's accounts have a name and a description (docs/contracts/augment.md 2). */
function unsupported(change: AccountChange): string[] {
  return [
    ...unsupportedProblems(change, 'Augment accounts', unsupportedKeys),
    ...(change.enabled === undefined ? [] : ['Augment cannot enable or disable an account']),
  ];
}

/** One probe, which no rate limit is reached with. */
async function verifyCredential({ createHttp, credential, endpoint }: VerificationOptions): Promise<Verification> {
  const http = createHttp({
    source: 'the new session',
    header: () => Promise.resolve(`Bearer ${credential.value.reveal()}`),
  });
  return probe({ http, endpoint, limiter: { wait: () => Promise.resolve() } });
}

function provider(options: ConnectOptions): Provider {
  const connection = connect(options);
  return {
    name: 'augment',
    whoami: () => whoami(connection),
    // A token lasts until a person revokes it (docs/contracts/augment.md 2).
    ownCredential: () => Promise.resolve({ expiresAt: null, accountId: null }),
    verifyOwnCredential: async () => (await probe(connection.analytics())).works === true,
    listAccounts: (wish) => listAccounts(connection, { withActive: wish?.withActive === true }),
    findAccount: (reference) => find(connection, reference),
    planUpdate: (account, change) => Promise.resolve(planUpdate(connection, account, change)),
    planDelete: (account) => Promise.resolve(planDelete(connection, account)),
    manual: {
      examine: () => examine(connection),
      adoptAccount: (reference, held) => adoptAccount(connection, reference, held),
      intake: (request) => intake(connection, request),
      planCreate: (account, supplied) => planCreate(connection, account, supplied),
      planRotate: (account, supplied) => planRotate(connection, account, supplied),
      planToken: (account, supplied) => planToken(connection, account, supplied),
      planRevokeToken: (account, token) => planRevokeToken(connection, account, token),
      planRestoreToken: (account, token) => planRestoreToken(connection, account, token),
    },
  };
}

async function find(connection: Connection, reference: string) {
  const { inventory, profile } = connection;
  const tenant = await meantTenant(connection);
  return toAccount(findRecorded(await inventory.read(), { reference, tenant }), profile);
}

/** docs/contracts/augment.md 4 */
const Envelope = z.object({ error: z.object({ code: z.optional(z.nullable(z.string())), message: z.string() }) });

/** The Analytics API's error body, or null. */
export function readProblem(_status: number, body: unknown): ProviderProblem | null {
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return null;
  const { code, message } = envelope.data.error;
  return { code: code ?? null, message, traceId: null };
}

/**
 * Nothing says who a token is: the probe shows that it works, our records whose it is (docs/contracts/augment.md 4).
 * @throws HttpError when it does not
 */
export async function whoami(connection: Connection): Promise<Identity> {
  const { accessToken, ...session } = await connection.session();
  await askCounts(connection.analytics());
  const { accounts } = await connection.inventory.read();
  const fingerprint = fingerprintOf(accessToken);
  const account = accounts.find(({ tokens }) => tokens.some((token) => token.fingerprint === fingerprint));
  return {
    subject: account?.name ?? 'an account that is not recorded here',
    kind: 'service-account',
    organizations: [tenantOf(session)],
    permissions: null,
  };
}
