import { runaiAccountIds as ids, runaiSandboxClients as clients } from './seed-ids.ts';
import { hashSecret, type AccountRecord } from './state.ts';

interface AccountSpec {
  readonly id: string;
  readonly name: string;
  /** Days until these times, negative. */
  readonly created: number | null;
  readonly updated?: number;
  readonly lastLogin?: number;
  readonly createdBy?: string;
  readonly isDisabled?: true;
  readonly secret?: string;
}

const { administrator, newcomer, disabled } = clients;

/** Worth looking at: one is disabled, some never signed in, one has no times, one was made by another. */
const accountSpecs: readonly AccountSpec[] = [
  {
    id: ids.administrator,
    name: administrator.clientId,
    secret: administrator.clientSecret,
    created: -400,
    lastLogin: -0.1,
  },
  { id: ids.newcomer, name: newcomer.clientId, secret: newcomer.clientSecret, created: -2 },
  { id: ids.ciVision, name: 'ci-vision', created: -210, updated: -35, lastLogin: -0.02 },
  { id: ids.ciLanguage, name: 'ci-language', created: -190, updated: -120, lastLogin: -1.5 },
  { id: ids.batchTrainer, name: 'batch-trainer', created: -95, lastLogin: -0.4 },
  { id: ids.dashboards, name: 'dashboards', created: -300, updated: -290, lastLogin: -0.01 },
  { id: ids.terraform, name: 'terraform', created: -380, updated: -12, lastLogin: -6 },
  { id: ids.modelServer, name: 'model-server', created: -60, lastLogin: -3 },
  { id: ids.dataLoader, name: 'data_loader2', created: -45, createdBy: 'terraform' },
  { id: ids.evaluator, name: 'nightly-evaluator', created: -28, lastLogin: -0.6 },
  {
    id: ids.notebooks,
    name: disabled.clientId,
    secret: disabled.clientSecret,
    created: -350,
    updated: -80,
    lastLogin: -81,
    isDisabled: true,
  },
  { id: ids.robotArm, name: 'robot-arm', created: -9, createdBy: 'lena@example.com' },
  { id: ids.importedJob, name: 'imported-job', created: null, lastLogin: -240 },
];

/** `at` gives the time so many days from the seeding. */
export function seedAccounts(at: (days: number) => string): AccountRecord[] {
  function maybe(days: number | null | undefined): string | null {
    return days === undefined || days === null ? null : at(days);
  }
  return accountSpecs.map((spec) => ({
    id: spec.id,
    name: spec.name,
    clientId: spec.name,
    enabled: !spec.isDisabled,
    createdBy: spec.createdBy ?? 'ann@example.com',
    createdAt: maybe(spec.created),
    updatedAt: maybe(spec.updated ?? spec.created),
    lastLogin: maybe(spec.lastLogin),
    secretHash: spec.secret === undefined ? null : hashSecret(spec.secret),
  }));
}
