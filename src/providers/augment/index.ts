import type { AccountChange } from '../../model/account.ts';
import { readOwnDocument } from '../document.ts';
import { accountsNamed } from '../reference.ts';
import type { ConnectOptions, Provider, ProviderDefinition, Trial, TrialOptions } from '../provider.ts';
import { toAccount } from './accounts.ts';
import { assumeAccount } from './assume.ts';
import { connect, meantTenant, type Connection } from './connection.ts';
import { planCreate } from './create.ts';
import { examine } from './examine.ts';
import { intake } from './intake.ts';
import { readAnswer } from './issue.ts';
import { listAccounts } from './list.ts';
import { findRecorded } from './lookup.ts';
import { planDelete, planRestoreToken, planRevokeToken, planUpdate } from './manage.ts';
import { nameProblem, tokenNameProblem } from './names.ts';
import { probe } from './probe.ts';
import { readProblem } from './problem.ts';
import { resume } from './resume.ts';
import { planRotate, planToken } from './rotate.ts';
import { whoami } from './whoami.ts';

/** Augment, whose service accounts only a person at a web console can manage (contracts/augment.md 1). */
export const augment: ProviderDefinition = {
  name: 'augment',
  title: 'Augment',
  readDocument: readOwnDocument,
  readProblem,
  nameProblem,
  accountsNamed: (accounts, reference) => accountsNamed(accounts, reference, ['id', 'name']),
  reportsUse: false,
  tokenNameProblem,
  organizationProblem: () => 'an Augment session belongs to one tenant; leave it out',
  creationProblems: unsupported,
  changeProblems: unsupported,
  connect: provider,
  tryCredential,
  readAnswer,
  resume,
};

const unsupportedKeys = {
  groups: 'groups',
  addGroups: 'groups',
  removeGroups: 'groups',
  tags: 'tags',
} as const;

/** Augment's accounts have a name and a description (contracts/augment.md 2). */
function unsupported(change: AccountChange): string[] {
  const given = new Map<string, unknown>(Object.entries(change));
  const found = Object.entries(unsupportedKeys).filter(([key]) => !isNothing(given.get(key)));
  return [
    ...new Set(found.map(([, what]) => `Augment accounts cannot be given ${what}`)),
    ...(change.enabled === undefined ? [] : ['Augment cannot enable or disable an account']),
  ];
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** One probe, which no rate limit is reached with. */
async function tryCredential({ createHttp, credential, endpoint }: TrialOptions): Promise<Trial> {
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
    examine: () => examine(connection),
    // A token lasts until a person revokes it (contracts/augment.md 2).
    ownCredential: () => Promise.resolve({ expiresAt: null, accountId: null }),
    tryOwnCredential: async () => (await probe(connection.analytics())).works === true,
    listAccounts: (wish) => listAccounts(connection, { withActive: wish?.withActive === true }),
    findAccount: (reference) => find(connection, reference),
    assumeAccount: (reference, held) => assumeAccount(connection, reference, held),
    intake: (request) => intake(connection, request),
    planCreate: (account, _, brought) => planCreate(connection, account, needed(brought)),
    planRotate: (account, brought) => planRotate(connection, account, needed(brought)),
    planToken: (account, brought) => planToken(connection, account, brought),
    planUpdate: (account, change) => Promise.resolve(planUpdate(connection, account, change)),
    planDelete: (account) => Promise.resolve(planDelete(connection, account)),
    planRevokeToken: (account, token) => planRevokeToken(connection, account, token),
    planRestoreToken: (account, token) => planRestoreToken(connection, account, token),
  };
}

async function find(connection: Connection, reference: string) {
  const { inventory, profile } = connection;
  const tenant = await meantTenant(connection);
  return toAccount(findRecorded(await inventory.read(), { reference, tenant }), profile);
}

/** Whoever has an intake is given what it brought. */
function needed<Brought>(brought: Brought | undefined): Brought {
  if (brought === undefined) throw new Error('Augment issues no credential by itself');
  return brought;
}
