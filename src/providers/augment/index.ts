import type { AccountChange } from '../../model/account.ts';
import { fingerprintOf } from '../../model/fingerprint.ts';
import { readDocument } from './document.ts';
import { groupsAndTags, unsupportedProblems } from '../document.ts';
import { accountsNamed } from '../lookup.ts';
import type { ConnectOptions, Identity, Provider, ProviderDefinition } from '../provider.ts';
import { askCounts, probe, readProblem, verifyCredential } from './api.ts';
import { planDelete, planRestoreToken, planRevokeToken, planUpdate } from './changes.ts';
import { connect, type Connection, records } from './connection.ts';
import { intake } from './console.ts';
import { examine } from './doctor.ts';
import { adoptAccount, findAccount, listAccounts } from './lookup.ts';
import { resume } from './records.ts';
import { nameProblem, tokenNameProblem } from './schema.ts';
import { tenantOf } from './session.ts';
import { planCreate, planRotate, planToken, readAnswer } from './supply.ts';

/** Augment, whose service accounts only a person at a web console can manage (docs/contracts/augment.md 1). */
export const augment: ProviderDefinition = {
  name: 'augment',
  title: 'Augment',
  readDocument,
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
  manual: { tokenNameProblem, resume, records },
};

/** Augment's accounts have a name and a description (docs/contracts/augment.md 2). */
function unsupported(change: AccountChange): string[] {
  return [
    ...unsupportedProblems(change, 'Augment accounts', groupsAndTags),
    ...(change.enabled === undefined ? [] : ['Augment cannot enable or disable an account']),
  ];
}

function provider(options: ConnectOptions): Provider {
  const connection = connect(options);
  return {
    name: 'augment',
    whoami: () => whoami(connection),
    // A token lasts until a person revokes it (docs/contracts/augment.md 2).
    ownCredential: () => Promise.resolve({ expiresAt: null, accountId: null }),
    verifyOwnCredential: async () => (await probe(connection.analytics())).works === true,
    listAccounts: (wanted) => listAccounts(connection, wanted?.withActive === true),
    findAccount: (reference) => findAccount(connection, reference),
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

/** The probe shows that the token works, our records whose it is (docs/contracts/augment.md 4). @throws HttpError */
async function whoami(connection: Connection): Promise<Identity> {
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
