import { findConnection, connect, type Connected } from '../../src/commands/connect.ts';
import { accountIds, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import { runaiAccountIds } from '../../src/sandbox/runai/seed-ids.ts';
import type { ProviderName } from '../../src/model/account.ts';
import type { Credential } from '../../src/model/credential.ts';
import { Secret } from '../../src/model/secret.ts';
import { seedRunai } from '../../src/sandbox/runai/seed.ts';
import { testNow, type TestContext, type TestContextOptions } from '../harness/context.ts';
import { useNscale } from '../harness/nscale.ts';
import { runaiSandboxClients, useRunai, type RunaiOptions } from '../harness/runai.ts';
import type { Outcome } from '../harness/run.ts';

/** One deployment of a provider, as far as the contract suite looks at it. */
export interface Deployment {
  readonly run: (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;
  /** `METHOD path` of every request so far that changes something. */
  readonly mutations: () => readonly string[];
  readonly context: (options?: TestContextOptions) => TestContext;
}

/** The provider of a deployment as commands have it. */
export async function connectTo({ context }: Deployment): Promise<Connected> {
  const { ctx } = context();
  const common = { input: false, color: false };
  return connect(ctx, common, await findConnection(ctx, common));
}

/** What the contract suite has to know of a provider. */
export interface Adapter {
  readonly name: ProviderName;
  /** Called once in a `describe`; what it returns makes a fresh deployment with this caller's credential. */
  readonly install: () => (caller?: keyof Adapter['credentials']) => Deployment;
  /** An account of the seed whose name nobody else has. */
  readonly account: { readonly id: string; readonly name: string };
  /** The ids of two accounts of the seed that have one name, or null where names are unique. */
  readonly twins: { readonly name: string; readonly ids: readonly string[] } | null;
  /** What each caller's secret is. */
  readonly credentials: {
    readonly administrator: string;
    /** May read accounts, and change none. */
    readonly reader: string;
    /** Nobody's. */
    readonly stranger: string;
  };
  /** Where errors say that the credential comes from. */
  readonly credentialSource: string;
  /** Flags of `update` that change the account, and a filter with its result that shows the change. */
  readonly update: {
    readonly flags: readonly string[];
    readonly filter: string;
    readonly shows: string;
  };
  /** Whether readings can prove that a request was done whose answer was lost. */
  readonly hasProof: boolean;
  /** A credential in this provider's shape that is nobody's. */
  readonly nonsense: Credential;
  /** How many requests that change something a delete of `account` takes. */
  readonly deleteRequests: number;
}

const nscaleCredentials = {
  administrator: sandboxTokens.administrator,
  reader: sandboxTokens.auditor,
  stranger: 'a.b.c.d.nobody',
};

const { administrator, newcomer } = runaiSandboxClients;

const runaiClients = {
  administrator,
  reader: newcomer,
  stranger: { clientId: 'stranger', clientSecret: 'a-secret-of-nobody' },
};

/** The newcomer with a role that reads accounts and access rules, which no predefined one is. */
function runaiWithReader(): RunaiOptions {
  const state = seedRunai(testNow);
  const [sample] = state.roles;
  const [rule] = state.rules;
  if (sample === undefined || rule === undefined) throw new Error('the seed has roles and rules');
  const permissions = ['service-account', 'access_rules', 'roles'].map((resourceType) => ({
    resourceType,
    actions: ['read'] as const,
  }));
  const subjectId = newcomer.clientId;
  return {
    client: newcomer,
    state: {
      ...state,
      roles: [...state.roles, { ...sample, id: 99, name: 'Reader', permissions }],
      rules: [...state.rules, { ...rule, id: 999, subjectId, roleId: 99 }],
    },
  };
}

/** Every provider: one row each. */
export const adapters: readonly Adapter[] = [
  {
    name: 'nscale',
    install: () => {
      const deploy = useNscale();
      return (caller = 'administrator') => deploy({ token: nscaleCredentials[caller] });
    },
    account: { id: accountIds.ciDeploy, name: 'ci-deploy' },
    twins: { name: 'inference-gateway', ids: [accountIds.gateway, accountIds.gatewayOld] },
    credentials: nscaleCredentials,
    credentialSource: 'environment variable NSCALE_SERVICE_TOKEN',
    hasProof: true,
    nonsense: {
      kind: 'access-token',
      value: new Secret(nscaleCredentials.stranger),
      clientId: null,
      expiresAt: null,
    },
    update: { flags: ['--description', 'changed'], filter: '.description', shows: 'changed' },
    deleteRequests: 1,
  },
  {
    name: 'runai',
    install: () => {
      const deploy = useRunai();
      return (caller = 'administrator') =>
        deploy(caller === 'reader' ? runaiWithReader() : { client: runaiClients[caller] });
    },
    account: { id: runaiAccountIds.ciVision, name: 'ci-vision' },
    twins: null,
    credentials: {
      administrator: runaiClients.administrator.clientSecret,
      reader: runaiClients.reader.clientSecret,
      stranger: runaiClients.stranger.clientSecret,
    },
    credentialSource: 'environment variables RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET',
    hasProof: false,
    nonsense: {
      kind: 'client-secret',
      value: new Secret(runaiClients.stranger.clientSecret),
      clientId: runaiClients.administrator.clientId,
      expiresAt: null,
    },
    update: { flags: ['--disable'], filter: '.enabled', shows: 'false' },
    // It is disabled, then its two access rules are deleted, then itself.
    deleteRequests: 4,
  },
];
