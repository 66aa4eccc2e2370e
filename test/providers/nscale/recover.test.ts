import { expect, test } from 'vitest';

import { groupIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { useNscale, type NscaleDeployment } from '../../harness/nscale.ts';
import { faults } from '../faults.ts';
import { serverError } from './faults.ts';
import { accounts, list, verification } from './paths.ts';

/** `recover deliver` shows the account as it is, not as the answer that is kept has it (docs/contracts/nscale.md 9.3). */
const deploy = useNscale();
const id = 'aaaaaaaa-0000-4000-8000-000000000001';

function brokenPipe(): Promise<never> {
  return Promise.reject(Object.assign(new Error('write'), { code: 'EPIPE' }));
}

/** A deployment whose new account's token is kept in the journal. */
async function undelivered(): Promise<NscaleDeployment> {
  const deployment = deploy({ newSecret: () => 'a.b.c.d.e', newId: () => id, behaviour: 'v1.19' });
  const argv = ['sa', 'create', '--name', 'fresh', '--group', 'inference', '-q', '.credential.value'];
  expect((await deployment.run(argv, { stdout: { write: brokenPipe } })).code).toBe(8);
  return deployment;
}

test('the account of a kept token is read again with that token', async () => {
  const deployment = await undelivered();
  const before = deployment.requests.length;
  const argv = ['recover', 'deliver', '--id', '00000000', '--yes', '-q', '.groups[], .credential.value'];
  expect(await deployment.run(argv)).toEqual({ code: 0, stdout: `${groupIds.inference}\na.b.c.d.e\n`, stderr: '' });
  expect(deployment.requests.slice(before)).toEqual([verification, list, list]);
  expect(deployment.authorizations.slice(before)).toEqual(Array.from({ length: 3 }, () => 'Bearer a.b.c.d.e'));
});

test('where that fails it is delivered all the same, and said', async () => {
  const deployment = await undelivered();
  const { stateDirectory } = deployment;
  const later = deploy({
    state: deployment.state,
    intercept: faults({ method: 'GET', path: accounts, answer: serverError }),
  });
  const argv = ['recover', 'deliver', '--id', '00000000', '--yes', '-q', '.groups, .credential.value'];
  expect(await later.run(argv, { env: { SACTL_STATE_DIR: stateDirectory } })).toEqual({
    code: 0,
    stdout: '[]\na.b.c.d.e\n',
    stderr: `sactl: nscale service account fresh (${id}) cannot be read again, and is shown as it was when it was issued\n`,
  });
});
