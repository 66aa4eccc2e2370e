import type { AccountChange } from '../../model/account.ts';
import { HttpError } from '../../http/error.ts';
import type { Identity, OwnCredential, Provider, ProviderDefinition } from '../provider.ts';
import { connect, type Connection } from './connection.ts';
import { planCreate } from './create.ts';
import { planDelete } from './delete.ts';
import { readDocument } from './write.ts';
import { listGroups } from './groups.ts';
import { complete } from '../answers.ts';
import { accountsNamed, findAccount, readOwnAccount, listAccounts, nameProblem } from './lookup.ts';
import { planRotate, readAnswer } from './rotate.ts';
import { toOrganization, toRole } from './schema.ts';
import { readProblem, verifyCredential } from './api.ts';
import { planUpdate } from './update.ts';

/** nscale's identity service; what it really does is in docs/contracts/nscale.md. */
export const nscale: ProviderDefinition = {
  name: 'nscale',
  title: 'nscale',
  readDocument,
  readProblem,
  creationProblems: problems,
  changeProblems: problems,
  nameProblem,
  accountsNamed,
  reportsUse: false,
  // By its id or by its name.
  organizationProblem: () => null,
  connect: (options) => provider(connect(options)),
  verifyCredential,
  readOwnAccount,
  readAnswer,
};

/** nscale keeps descriptions where all texts of an object have this much room, in bytes (docs/contracts/nscale.md 9.35). */
const longestDescription = 256 * 1024;

/** nscale's accounts have no switch. */
function problems({ enabled, description }: AccountChange): string[] {
  const isLong = Buffer.byteLength(description ?? '') > longestDescription;
  return [
    ...(enabled === undefined ? [] : ['nscale cannot enable or disable an account ("enabled")']),
    ...(isLong ? ['the description is too long: nscale takes 256 KiB at most'] : []),
  ];
}

function provider(connection: Connection): Provider {
  return {
    name: 'nscale',
    whoami: () => whoami(connection),
    ownCredential: () => ownCredential(connection),
    knownCredential: () => knownCredential(connection),
    meetCaller: async () => void (await connection.caller()),
    verifyOwnCredential: () =>
      connection.api.organizations().then(
        () => true,
        () => false,
      ),
    listAccounts: (wish) => listAccounts(connection, wish?.only),
    findAccount: (reference) => findAccount(connection, reference),
    planCreate: (account, operationId) => planCreate(connection, account, operationId),
    planRotate: (account) => planRotate(connection, account),
    planUpdate: (account, change) => planUpdate(connection, account, change),
    planDelete: (account) => planDelete(connection, account),
    organizationName: connection.organizationName,
    listOrganizations: async () => complete(await connection.api.organizations(), 'nscale').map(toOrganization),
    listGroups: () => listGroups(connection),
    listRoles: async () => {
      const { items, unreadable } = await connection.read(connection.api.roles);
      return { rows: items.map(toRole), warnings: unreadable.map(({ what }) => what) };
    },
  };
}

/** Who the caller is; where that is not published, only the organizations (docs/contracts/nscale.md 9.40). */
async function whoami({ api, identity }: Connection): Promise<Identity> {
  try {
    return { ...(await identity()), permissions: null };
  } catch (error) {
    if (!(error instanceof HttpError) || error.status !== 404) throw error;
    const organizations = (await api.organizations()).items.map(({ wire }) => wire.metadata.id);
    return { subject: null, kind: 'unknown', organizations, permissions: null };
  }
}

/** The caller's own token, which ends when its account says (docs/contracts/nscale.md 1); null for a person's. */
async function ownCredential(connection: Connection): Promise<OwnCredential | null> {
  if ((await connection.caller())?.kind !== 'service-account') return null;
  // Every service account sees itself (docs/contracts/nscale.md 4).
  if (connection.listings().length === 0) await connection.accounts(() => null);
  return knownCredential(connection);
}

/** The same where it is known who the caller is, and the accounts were listed. */
function knownCredential(connection: Connection): OwnCredential | null {
  const caller = connection.knownCaller();
  if (caller?.kind !== 'service-account') return null;
  const expiresAt = connection.listings().at(-1)?.expiryOf(caller.subject) ?? null;
  return expiresAt === null ? null : { expiresAt, accountId: caller.subject };
}
