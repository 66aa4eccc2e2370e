import { idsOf } from '../seeds.ts';
import seed from './seed.json' with { type: 'json' };

/** Accounts of a fresh sandbox that can get a token; these secrets work nowhere else. */
export const runaiSandboxClients = {
  /** System administrator of the tenant. */
  administrator: { clientId: 'sandbox-administrator', clientSecret: 'sandbox-administrator-secret' },
  /** Has no access rule, so that everything but a token is refused. */
  newcomer: { clientId: 'sandbox-newcomer', clientSecret: 'sandbox-newcomer-secret' },
  /** Disabled, so that its good secret gets no token. */
  disabled: { clientId: 'retired-notebooks', clientSecret: 'retired-notebooks-secret' },
} as const;

const { east, west } = seed.clusters;
export const clusterIds = { east: east.uuid, west: west.uuid };
export const departmentIds = idsOf(seed.departments);

/** There is a project `vision` on both clusters. */
export const projectIds = idsOf(seed.projects);

/** Small numbers, as self-hosted installations have (docs/contracts/runai.md 8). */
export const roleIds = idsOf(seed.roles);
export const runaiAccountIds = idsOf(seed.accounts);
