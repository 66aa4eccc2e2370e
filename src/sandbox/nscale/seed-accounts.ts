import { accountIds, organizationId, sandboxTokens } from './seed-ids.ts';
import { hashToken, type AccountRecord } from './state.ts';

interface AccountSpec {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly team?: string;
  /** Days until the token expires; negative has expired. */
  readonly expires: number;
  readonly createdBy?: string;
  /** Days until the last change, negative. */
  readonly modified?: number;
  readonly isDeleting?: true;
  readonly token?: string;
}

/** Worth looking at: some expire within days, one has expired, two share a name, one is being deleted. */
const accountSpecs: readonly AccountSpec[] = [
  {
    id: accountIds.ciDeploy,
    name: 'ci-deploy',
    description: 'Deploys from the main branch',
    team: 'platform',
    expires: 3.2,
    modified: -12,
  },
  {
    id: accountIds.terraform,
    name: 'terraform',
    description: 'Applies the infrastructure plans',
    team: 'platform',
    expires: 41,
  },
  {
    id: accountIds.nightlyTrain,
    name: 'nightly-train',
    description: 'Starts the nightly training runs',
    team: 'vision',
    expires: 9.5,
  },
  {
    id: accountIds.datasetSync,
    name: 'dataset-sync',
    description: 'Mirrors data sets',
    team: 'data',
    expires: 66,
  },
  {
    id: accountIds.grafana,
    name: 'grafana-exporter',
    description: 'Scrapes usage for dashboards',
    team: 'observability',
    expires: 12.8,
  },
  {
    id: accountIds.backup,
    name: 'nightly-backup',
    description: 'Copies volumes to cold storage',
    team: 'platform',
    expires: -6,
  },
  {
    id: accountIds.gateway,
    name: 'inference-gateway',
    description: 'Serves the public models',
    team: 'serving',
    expires: 78,
  },
  {
    id: accountIds.gatewayOld,
    name: 'inference-gateway',
    description: 'The gateway before the move; to be deleted',
    team: 'serving',
    expires: 21,
  },
  { id: accountIds.costReport, name: 'cost-report', team: 'finance', expires: 55 },
  {
    id: accountIds.runner,
    name: 'ephemeral-runner',
    description: 'Made by terraform for the build farm',
    expires: 88.5,
    createdBy: accountIds.terraform,
  },
  {
    id: accountIds.selfRotating,
    name: 'self-rotating',
    description: 'Renews its own token; in no group',
    expires: 30,
    token: sandboxTokens.selfRotating,
  },
  {
    id: accountIds.retired,
    name: 'old-notebooks',
    description: 'Being deleted',
    expires: 17,
    isDeleting: true,
  },
  { id: accountIds.scratch, name: 'scratch', expires: 84 },
];

/** `at` gives the time so many days from the seeding. */
export function seedAccounts(at: (days: number) => string): AccountRecord[] {
  return accountSpecs.map((spec) => ({
    id: spec.id,
    name: spec.name,
    description: spec.description ?? null,
    tags: spec.team === undefined ? [] : [{ name: 'team', value: spec.team }],
    organizationId,
    // A token lives 90 days, so the account is at least as old as its token.
    creationTime: at(Math.min(spec.expires - 90, -30)),
    createdBy: spec.createdBy ?? 'ann@example.com',
    modifiedTime: spec.modified === undefined ? null : at(spec.modified),
    modifiedBy: spec.modified === undefined ? null : 'ann@example.com',
    deletionTime: spec.isDeleting ? at(-0.01) : null,
    expiry: at(spec.expires),
    tokenHash: spec.token === undefined ? null : hashToken(spec.token),
  }));
}
