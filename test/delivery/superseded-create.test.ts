import { expect, it } from 'vitest';

import { brokenStdout } from '../commands/support.ts';
import { useRunai } from '../harness/runai.ts';

const runai = useRunai();

it('a create that was not delivered on Run:ai is superseded by a rotation of its account', async () => {
  const deployment = runai();
  const create = ['sa', 'create', '--name', 'ci', '-q', '.credential.value'];
  expect(await deployment.run(create, { stdout: brokenStdout('EPIPE') })).toMatchObject({ code: 8 });
  const states = ['recover', 'list', '-q', '.[].state'];
  expect((await deployment.run(states)).stdout).toBe('kept\n');
  const later = { self: { pid: 4712, host: 'test-host', isRunning: () => false } };
  const rotate = ['sa', 'rotate', '--id', 'ci', '--yes', '-q', '.credential.value'];
  expect((await deployment.run(rotate, later)).code).toBe(0);
  expect(await deployment.run(states, later)).toEqual({ code: 0, stdout: '', stderr: 'sactl: no entries\n' });
});
