import { accountIds, sandboxTokens } from '../../src/sandbox/nscale/seed-ids.ts';
import type { ProviderName } from '../../src/model/account.ts';
import type { TestContextOptions } from '../harness/context.ts';
import { useNscale } from '../harness/nscale.ts';
import type { Outcome } from '../harness/run.ts';

/** One deployment of a provider, as far as the contract suite looks at it. */
export interface Deployment {
  readonly run: (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;
  /** `METHOD path` of every request so far that changes something. */
  readonly mutations: () => readonly string[];
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
}

const nscaleCredentials = {
  administrator: sandboxTokens.administrator,
  reader: sandboxTokens.auditor,
  stranger: 'a.b.c.d.nobody',
};

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
    update: { flags: ['--description', 'changed'], filter: '.description', shows: 'changed' },
  },
];
