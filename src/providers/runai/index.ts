import type { AccountChange } from '../../model/account.ts';
import { groupsAndTags, unsupportedProblems } from '../document.ts';
import type { ConnectOptions, Provider, ProviderDefinition } from '../provider.ts';
import { listAccessRules, listRoles, planGrant, planRevoke } from './rules.ts';
import { connect } from './connection.ts';
import { planCreate } from './create.ts';
import { planDelete } from './delete.ts';
import { planUpdate, readDocument } from './update.ts';
import { planRotate, readAnswer } from './rotate.ts';
import { accountsNamed, findAccount, listAccounts, nameProblem } from './lookup.ts';
import { readProblem } from './problem.ts';
import { ownCredential, verifyCredential, verifyOwnCredential, whoami } from './whoami.ts';
import { listScopes, scopeProblem } from './scopes.ts';

/** NVIDIA Run:ai's control plane, 2.20 to 3.0; what it really does is in docs/contracts/runai.md. */
export const runai: ProviderDefinition = {
  name: 'runai',
  title: 'Run:ai',
  readDocument,
  readProblem,
  nameProblem,
  accountsNamed,
  reportsUse: true,
  organizationProblem: () => 'a Run:ai credential belongs to one organization; leave it out',
  accessRules: { scopeProblem },
  creationProblems,
  changeProblems,
  connect: provider,
  verifyCredential,
  readAnswer,
};

const onlyName = { description: 'a description', ...groupsAndTags };

/** Run:ai's accounts have a name and a switch, and nothing else a client can set (docs/contracts/runai.md 3). */
function creationProblems(account: AccountChange): readonly string[] {
  return [
    ...unsupportedProblems(account, 'Run:ai accounts', onlyName),
    ...(account.enabled === undefined ? [] : ['a new Run:ai account is enabled ("enabled")']),
  ];
}

function changeProblems(change: AccountChange): readonly string[] {
  const problems = unsupportedProblems(change, 'Run:ai accounts', { name: 'another name', ...onlyName });
  return problems.length === 0 ? [] : [...problems, 'Run:ai can only enable or disable an account'];
}

function provider(options: ConnectOptions): Provider {
  const connection = connect(options);
  return {
    name: 'runai',
    whoami: () => whoami(connection, options.credential.clientId),
    ownCredential: () => ownCredential(options.credential),
    verifyOwnCredential: () => verifyOwnCredential(connection, options),
    listAccounts: (wish) => listAccounts(connection, wish ?? { withRules: false }),
    findAccount: (reference) => findAccount(connection, reference),
    planCreate: (account) => planCreate(connection, account, options.profile),
    planRotate: (account) => planRotate(connection, account),
    planUpdate: (account, change) => planUpdate(connection, account, change),
    planDelete: (account) => planDelete(connection, account),
    listRoles: () => listRoles(connection),
    accessRules: {
      listScopes: () => listScopes(connection),
      list: (account) => listAccessRules(connection, account),
      planGrant: (account, grant) => planGrant(connection, account, grant),
      planRevoke: (ruleId) => planRevoke(connection, ruleId),
    },
  };
}
