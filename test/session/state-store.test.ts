import { expect, it } from 'vitest';

import { run } from '../harness/run.ts';
import { recipient, s3Address, s3Environment } from '../harness/stores.ts';

const env = {
  SACTL_STATE: s3Address,
  SACTL_STATE_RECIPIENTS: recipient,
  NSCALE_SERVICE_TOKEN: 'abc',
  NSCALE_ORGANIZATION_ID: 'a1b2c3d4-0000-4000-8000-000000000001',
  ...s3Environment,
};

it('the sandbox has a state of its own, whatever is named', async () => {
  const argv = [
    '--sandbox',
    'sa',
    'rotate',
    '--provider',
    'nscale',
    '--id',
    'cost-report',
    '--yes',
    '-q',
    '.credential.value',
  ];
  expect(await run(argv, { env })).toMatchObject({ code: 0 });
});
