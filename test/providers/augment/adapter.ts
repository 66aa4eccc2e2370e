import { join } from 'node:path';

import { Secret } from '../../../src/model/credential.ts';
import { addAccount, type Inventory } from '../../../src/providers/augment/inventory.ts';
import { hostOf } from '../../../src/providers/augment/session.ts';
import { deleteAccount } from '../../../src/sandbox/augment/console.ts';
import {
  consoleUrl,
  docs,
  reviewer,
  seedInventory,
  tenant,
  useAugment,
  type AugmentDeployment,
} from '../../harness/augment.ts';
import type { Adapter, ByHand, Deployment } from '../adapters.ts';

const credentials = {
  administrator: reviewer.value,
  // Whoever has a token may read, and nobody may do anything else.
  reader: docs.value,
  stranger: 'a-token-of-nobody',
};

const otherTenant = 'https://zulu.api.augmentcode.com';

/** The seed's accounts, and one that goes by the name of another and belongs to another tenant. */
function inventory(): Inventory {
  const account = { tenant: otherTenant, name: docs.account, description: null };
  return addAccount(seedInventory(), { ...account, at: '2026-11-02T10:00:00.000Z' });
}

/** What is left after the first rotation of the reviewer's token. */
const revocation = {
  goal: `revoke the token "${reviewer.token}" of the service account "${reviewer.account}"`,
  command: `sactl tokens revoke --provider augment --id ${hostOf(tenant)}/${reviewer.account} --token ${reviewer.token} --done --yes`,
};

/** A deployment with a person who makes tokens in the web console and deletes accounts there. */
function withHands(deployment: AugmentDeployment): Deployment {
  const target = join(deployment.homeDirectory, 'session');
  let issued = 0;
  function issuance(account: string): ByHand {
    const token = `by hand ${String((issued += 1))}`;
    const stdin = deployment.issuance({ account, token });
    return { flags: ['--stdin', '--to', `file:${target}`], stdin };
  }
  return {
    ...deployment,
    byHand: (change) =>
      ({
        create: () => issuance('contract'),
        rotate: () => issuance(reviewer.account),
        update: () => ({ flags: [], stdin: '' }),
        delete: () => {
          const isThere = deployment.state.accounts.some(({ name }) => name === reviewer.account);
          if (isThere) deleteAccount(deployment.state, { account: reviewer.account });
          return { flags: ['--done'], stdin: '' };
        },
      })[change](),
  };
}

/** Augment, where a person does at a web console what others do by an API. */
export const augmentAdapter: Omit<Adapter, 'name'> = {
  install: () => {
    const deploy = useAugment();
    return (caller = 'administrator') => {
      const token = credentials[caller];
      return withHands(deploy({ token, inventory: inventory() }));
    };
  },
  account: { id: `${hostOf(tenant)}/${reviewer.account}`, name: reviewer.account },
  twins: { name: docs.account, ids: [tenant, otherTenant].map((origin) => `${hostOf(origin)}/${docs.account}`) },
  credentials,
  credentialSource: 'environment variable AUGMENT_SESSION_AUTH',
  bystander: 'reader',
  evidence: { create: 'unchanged', rotate: 'unchanged' },
  nonsense: { kind: 'api-token', value: new Secret(credentials.stranger), clientId: null, expiresAt: null },
  update: { flags: ['--description', 'changed'], filter: '.description', shows: 'changed' },
  mutations: { create: 0, update: 0, rotate: 0, delete: 0 },
  // A new token is tried with itself, and so is one that is said to be gone.
  asking: ['create', 'rotate', 'delete', 'whoami'],
  signedIn: ['whoami'],
  printing: [],
  notes: {
    list: 'Augment cannot list service accounts: only those recorded on this machine are known',
    rotate: `to be done by a person: ${revocation.goal}, at ${consoleUrl}; then: ${revocation.command}`,
  },
  hasTokens: true,
  tellsCaller: true,
};
