import { loadConfiguration } from '../../src/config/configuration.ts';
import { connect, findConnection, type Connected } from '../../src/session/connect.ts';
import { accountIds, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import { runaiAccountIds } from '../../src/sandbox/runai/seed-ids.ts';
import { providerNames, type ProviderName } from '../../src/model/account.ts';
import { Secret, type Credential } from '../../src/model/credential.ts';
import type { Evidence } from '../../src/providers/issuance.ts';
import { registry, type OptionalVerb } from '../../src/providers/registry.ts';
import { seedRunai } from '../../src/sandbox/runai/seed.ts';
import { testNow, type TestContext, type TestContextOptions } from '../harness/context.ts';
import type { DeploymentOptions } from '../harness/deployment.ts';
import { useNscale } from '../harness/nscale.ts';
import { runaiSandboxClients, useRunai, type RunaiOptions } from '../harness/runai.ts';
import type { Outcome } from '../harness/run.ts';
import { freshStateDirectory } from '../harness/state.ts';
import { augmentAdapter } from './augment/adapter.ts';

/** One deployment of a provider, as far as the contract suite looks at it. */
export interface Deployment {
  readonly run: (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;
  /** `METHOD path` of every request so far that changes something. */
  readonly mutations: () => readonly string[];
  readonly context: (options?: TestContextOptions) => TestContext;
  /** What a person does before this change, and what they give to it; nothing where there is an API. */
  readonly byHand: (change: ChangingVerb) => ByHand;
}

export type ChangingVerb = 'create' | 'update' | 'rotate' | 'delete';

export interface ByHand {
  readonly flags: readonly string[];
  /** Holds a new credential, or is empty. */
  readonly stdin: string;
}

function nothing(): ByHand {
  return { flags: [], stdin: '' };
}

/** The provider of a deployment as commands have it. */
export async function connectTo({ context }: Deployment): Promise<Connected> {
  const { ctx } = context();
  const common = { input: false, color: false };
  return connect(ctx, common, await findConnection(ctx, common, await loadConfiguration(ctx, {})));
}

/** What the contract suite has to know of a provider. */
export interface Adapter {
  readonly name: ProviderName;
  /** Called once in a `describe`; what it returns makes a fresh deployment with this caller's credential. */
  readonly install: () => (caller?: keyof Adapter['credentials'], options?: DeploymentOptions) => Deployment;
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
  /** Who may change `account` and is not that account. */
  readonly bystander: 'administrator' | 'reader';
  /**
   * Whether a plan can tell that `account` is not the bystander. Where it cannot, `isSelf` is null, and the suite
   * rotates with `--allow-self` to a file: then `rotate` is not among `printing`.
   */
  readonly tellsCaller: boolean;
  /** Flags of `update` that change the account, and a filter with its result that shows it; null without `update`. */
  readonly update: { readonly flags: readonly string[]; readonly filter: string; readonly shows: string } | null;
  /** What a reading shows after a request whose answer was lost: `unchanged` where nothing is requested. */
  readonly evidence: Readonly<Record<'create' | 'rotate', Evidence['kind']>>;
  /** A credential in this provider's shape that is nobody's. */
  readonly nonsense: Credential;
  /** How many requests that change something each verb takes on `account`. */
  readonly mutations: Readonly<Record<ChangingVerb, number>>;
  /** The verbs that send a request at all; the others work on what is recorded on this machine. */
  readonly asking: readonly string[];
  /** The verbs among them that send it with the caller's credential. */
  readonly signedIn: readonly string[];
  /** The verbs whose result has the new credential in it. */
  readonly printing: readonly string[];
  /** What verbs say on stderr when all is well, after the program's name; the others say nothing. */
  readonly notes: Readonly<Partial<Record<string, string>>>;
  /** Whether an account's tokens are listed with it. */
  readonly hasTokens: boolean;
}

const methods = {
  create: 'planCreate',
  update: 'planUpdate',
  rotate: 'planRotate',
  delete: 'planDelete',
  whoami: 'whoami',
} as const satisfies Readonly<Record<ChangingVerb | 'whoami', OptionalVerb>>;

/** Whether the provider has no such verb: neither the method, nor a person who does it instead. */
export function isAbsent({ name }: Pick<Adapter, 'name'>, verb: keyof typeof methods): boolean {
  const { lacks } = registry[name];
  const isManual = (verb === 'create' || verb === 'rotate') && !lacks.includes('manual');
  return lacks.includes(methods[verb]) && !isManual;
}

const verbs = ['list', 'get', 'create', 'update', 'rotate', 'delete', 'whoami'];
const issuing = ['create', 'rotate'];

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

/** What is so wherever an API does what it is asked. */
const throughAnApi = {
  asking: verbs,
  signedIn: verbs,
  printing: issuing,
  notes: {},
  hasTokens: false,
  tellsCaller: true,
} as const;

/** Every provider: one row each; the compiler says which is missing. */
const rows: Readonly<Record<ProviderName, Omit<Adapter, 'name'>>> = {
  nscale: {
    install: () => {
      const deploy = useNscale();
      return (caller = 'administrator', options = {}) => ({
        ...deploy({ token: nscaleCredentials[caller], ...options }),
        byHand: nothing,
      });
    },
    account: { id: accountIds.ciDeploy, name: 'ci-deploy' },
    twins: { name: 'inference-gateway', ids: [accountIds.gateway, accountIds.gatewayOld] },
    credentials: nscaleCredentials,
    credentialSource: 'environment variable NSCALE_SERVICE_TOKEN',
    bystander: 'administrator',
    evidence: { create: 'changed', rotate: 'changed' },
    nonsense: { kind: 'access-token', value: new Secret(nscaleCredentials.stranger), clientId: null, expiresAt: null },
    update: { flags: ['--description', 'changed'], filter: '.description', shows: 'changed' },
    mutations: { create: 1, update: 1, rotate: 1, delete: 1 },
    ...throughAnApi,
  },
  runai: {
    install: () => {
      const deploy = useRunai();
      return (caller = 'administrator', options = {}) => ({
        ...deploy({ ...(caller === 'reader' ? runaiWithReader() : { client: runaiClients[caller] }), ...options }),
        byHand: nothing,
      });
    },
    account: { id: runaiAccountIds.ciVision, name: 'ci-vision' },
    twins: null,
    credentials: {
      administrator: runaiClients.administrator.clientSecret,
      reader: runaiClients.reader.clientSecret,
      stranger: runaiClients.stranger.clientSecret,
    },
    credentialSource: 'environment variables RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET',
    bystander: 'administrator',
    evidence: { create: 'unclear', rotate: 'unclear' },
    nonsense: {
      kind: 'client-secret',
      value: new Secret(runaiClients.stranger.clientSecret),
      clientId: runaiClients.administrator.clientId,
      expiresAt: null,
    },
    update: { flags: ['--disable'], filter: '.enabled', shows: 'false' },
    // It is disabled, then its two access rules are deleted, then itself.
    mutations: { create: 1, update: 1, rotate: 1, delete: 4 },
    ...throughAnApi,
  },
  augment: augmentAdapter,
};

export const adapters: readonly Adapter[] = providerNames.map((name) => withOwnAccount({ name, ...rows[name] }));

/** Rotates as the caller's own account has to be, where nothing says that it is another. */
function withOwnAccount(adapter: Adapter): Adapter {
  if (adapter.tellsCaller) return adapter;
  return {
    ...adapter,
    install: () => {
      const deploy = adapter.install();
      return (caller, options) => {
        const deployment = deploy(caller, options);
        const target = freshStateDirectory();
        return {
          ...deployment,
          byHand: (change) => {
            const { flags, stdin } = deployment.byHand(change);
            const own = change === 'rotate' ? ['--allow-self', '--to', `file:${target}`] : [];
            return { flags: [...flags, ...own], stdin };
          },
        };
      };
    },
  };
}
