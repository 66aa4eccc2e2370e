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

// The context of these runs expects no request.
it.each([
  ['create', ['sa', 'create', '--name', 'ci', '--to', 'file:token']],
  ['rotate', ['sa', 'rotate', '--id', 'ci', '--yes', '--to', 'file:token']],
  ['rotate of many', ['sa', 'rotate', '--all', '--yes', '--to', 'file:{name}']],
])('%s is refused where a store is named, for credentials are kept on this machine only', async (_name, argv) => {
  expect(await run(argv, { env })).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'sactl: environment variable SACTL_STATE: new credentials cannot be kept in s3://ops/prod, only on this machine; leave it out, or use file\n',
  });
});

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
