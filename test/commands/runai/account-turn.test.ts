import { expect, test } from 'vitest';

import { runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { openAccountLocks } from '../../../src/state/account-lock.ts';
import { testNow } from '../../harness/context.ts';
import { runaiEndpoint, useRunai } from '../../harness/runai.ts';
import { freshStateDirectory } from '../../harness/state.ts';

const runai = useRunai();
/** Never runs out. */
function timeout(): { signal: AbortSignal; clear: () => void } {
  return { signal: new AbortController().signal, clear: () => undefined };
}

const grant = ['--role', 'L1 researcher', '--scope', 'department:research'];

test.each([
  ['its id', runaiAccountIds.ciVision, ['sa', 'update', '--id', 'ci-vision', '--disable']],
  ['its id', runaiAccountIds.ciVision, ['sa', 'delete', '--id', 'ci-vision', '--yes']],
  ['its name, to which rules bind', 'name:ci-vision', ['sa', 'delete', '--id', 'ci-vision', '--yes']],
  ['its name, to which rules bind', 'name:ci-vision', ['accessrules', 'delete', '--id', '102', '--yes']],
  ['its name, to which rules bind', 'name:ci-vision', ['accessrules', 'create', '--account', 'ci-vision', ...grant]],
])('another run that holds an account by %s (%s) is not overtaken: %j', async (_, key, argv) => {
  const deployment = runai();
  const stateDirectory = freshStateDirectory();
  const self = { host: 'test-host', isRunning: () => true };
  const options = {
    stateDirectory,
    now: () => testNow,
    platform: process.platform,
    userId: process.getuid?.() ?? null,
  };
  const locks = openAccountLocks({ ...options, self: { ...self, pid: 900 }, timeout });
  await locks.lock({ key: ['runai', runaiEndpoint, '', key], name: 'ci-vision' });
  const context = { env: { SACTL_STATE_DIR: stateDirectory }, self: { ...self, pid: 4711 } };
  const { code, stdout, stderr } = await deployment.run([...argv, '--format', 'yaml'], context);
  expect({ code, stdout, sent: deployment.mutations() }).toEqual({ code: 5, stdout: '', sent: [] });
  expect(stderr).toContain('runai service account ci-vision is locked by process 900 on test-host');
});
