import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { testNow } from '../../harness/context.ts';
import { nscaleEndpoint, organizationId } from '../../harness/nscale.ts';
import { fingerprint } from '../recover/entries.ts';
import { operationId } from '../support.ts';

const { ciDeploy } = accountIds;

/** Who runs the commands. */
export const env = { USER: 'ann' };

/** What every event of an nscale account says. */
export const common = {
  schema: 1,
  at: new Date(testNow).toISOString(),
  provider: 'nscale',
  profile: null,
  endpoint: nscaleEndpoint,
  organization: organizationId,
  sandbox: false,
  credentialSource: 'environment variable NSCALE_SERVICE_TOKEN',
  user: 'ann',
  host: 'test-host',
  pid: 4711,
  ci: null,
};

/** The whole event of a rotation of `ci-deploy` to `file:token` that went well. */
export const rotated = {
  ...common,
  operation: 'rotate',
  outcome: 'done',
  exitCode: 0,
  id: ciDeploy,
  name: 'ci-deploy',
  expiresBefore: '2026-11-25T16:48:00Z',
  expiresAfter: '2027-02-20T12:00:00Z',
  fingerprint,
  verified: true,
  reissued: false,
  targets: [{ target: 'file:token', ok: true }],
  entry: operationId,
  error: null,
};

/** What an event says where there was no credential. */
export const unissued = { expiresAfter: null, fingerprint: null, verified: null, reissued: null, targets: [] };
