import { expect, it } from 'vitest';

import type { TestContextOptions } from '../../harness/context.ts';
import { useNscale } from '../../harness/nscale.ts';
import { faults, lost } from '../../providers/faults.ts';
import { brokenStdout, newAccountId, operationId, predictable } from '../support.ts';

const nscale = useNscale();

const create = ['sa', 'create', '--name', 'ci', '--format', 'yaml'];
const later: TestContextOptions = { self: { pid: 4712, host: 'test-host', isRunning: () => false } };
const discard = `sactl recover discard --id ${operationId}`;

it.each([[[]], [['--if-missing']]])(
  'an account whose credential nobody has is not taken for another one: %j',
  async (flags) => {
    const deployment = nscale({
      ...predictable,
      intercept: faults({ method: 'POST', hits: [1], done: true, answer: lost }),
    });
    expect((await deployment.run([...create, '--no-reissue'])).code).toBe(7);
    expect(await deployment.run([...create, ...flags], later)).toEqual({
      code: 7,
      stdout: '',
      stderr:
        `sactl: an earlier create of ci made account ${newAccountId}, and its credential was not delivered: entry ${operationId} of the journal\n` +
        `hint: issue another: sactl serviceaccounts rotate --id ${newAccountId}; or forget it: ${discard}\n`,
    });
    expect(deployment.mutations()).toHaveLength(1);
    const rotate = ['sa', 'rotate', '--id', 'ci', '--yes', '-q', '.verified'];
    const rotated = await deployment.run([...rotate, '-q', '.credential.value'], later);
    const waited = 'an earlier request, whose answer was lost, may still be done; waiting 60 seconds for it';
    expect(rotated).toMatchObject({ code: 0, stderr: `sactl: ${waited}\n` });
    // The rotation has settled it.
    expect((await deployment.run([...create, ...flags], later)).code).toBe(flags.length > 0 ? 0 : 5);
  },
);

it('an account whose credential is kept is to be delivered first', async () => {
  const deployment = nscale(predictable);
  expect((await deployment.run(create, { stdout: brokenStdout('EPIPE') })).code).toBe(8);
  const { code, stderr } = await deployment.run(create, later);
  expect(code).toBe(7);
  expect(stderr).toContain(`\nhint: sactl recover deliver --id ${operationId}\n`);
  expect(deployment.mutations()).toHaveLength(1);
});
