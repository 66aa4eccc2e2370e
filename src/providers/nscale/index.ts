import type { AccountChange } from '../../model/account.ts';
import type { ConnectOptions, Identity, Provider, ProviderDefinition } from '../provider.ts';
import { connect, type Connection } from './connection.ts';
import { planCreate } from './create.ts';
import { planDelete } from './delete.ts';
import { readDocument } from './document.ts';
import { listGroups } from './groups.ts';
import { readAnswer } from './issue.ts';
import { accountsNamed, findAccount, listAccounts } from './lookup.ts';
import { nameProblem, organizationProblem } from './names.ts';
import { readProblem } from './problem.ts';
import { knownCredential, ownCredential } from './own.ts';
import { planRotate } from './rotate.ts';
import { toOrganization, toRole } from './schema.ts';
import { tryCredential } from './trial.ts';
import { planUpdate } from './update.ts';

/** nscale's identity service; what it really does is in contracts/nscale.md. */
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
  tryCredential,
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
    tryOwnCredential: () =>
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
