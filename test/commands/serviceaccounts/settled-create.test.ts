import { describe, expect, it } from 'vitest';

import { testNow, type TestContextOptions } from '../../harness/context.ts';
import { useNscale } from '../../harness/nscale.ts';
import { faults, lost } from '../../providers/faults.ts';
import { idsIn } from '../recover/entries.ts';
import { newAccountId, operationId, predictable } from '../support.ts';

const nscale = useNscale();

const create = ['sa', 'create', '--name', 'ci'];
const printed = ['-q', '[.id, .name, .reissued, .verified], .credential.value'];
/** Another process, two minutes later. */
const later: TestContextOptions = {
  self: { pid: 4712, host: 'test-host', isRunning: () => false },
  overrides: { now: () => testNow + 120_000 },
};
const soon: TestContextOptions = { ...later, overrides: { now: () => testNow + 20_000 } };

function lostOnce(done: boolean) {
  return faults({ method: 'POST', hits: [1], done, answer: lost });
}

async function afterLoss(done: boolean) {
  const deployment = nscale({ ...predictable, intercept: lostOnce(done) });
  expect((await deployment.run([...create, '--no-reissue', ...printed])).code).toBe(done ? 7 : 1);
  return deployment;
}

describe('a create after one whose answer was lost, on nscale', () => {
  it('goes on with the account that carries the tag of the entry', async () => {
    const deployment = await afterLoss(true);
    const dry = await deployment.run([...create, '--dry-run', '--json'], later);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      operation: 'rotate',
      effects: [
        `an earlier create, whose answer was lost, made service account ci (${newAccountId})`,
        'another credential is issued for it, which is shown only once',
      ],
    });
    expect(deployment.mutations()).toHaveLength(1);
    const run = await deployment.run([...create, ...printed], later);
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(new RegExp(`^\\["${newAccountId}","ci",true,true\\]\\n.+\\n$`));
    expect(deployment.mutations().slice(1)).toEqual([
      expect.stringMatching(new RegExp(`^POST .*/${newAccountId}/rotate$`)),
    ]);
    expect(await idsIn(deployment)).toEqual([]);
    expect((await deployment.run([...create, '--format', 'yaml'], later)).code).toBe(5);
  });

  it.each([
    ['while that may still be done', [], soon],
    ['where no other credential may be issued', ['--no-reissue'], later],
  ] as const)('is exit 7 %s', async (_, flags, options) => {
    const deployment = await afterLoss(true);
    const run = await deployment.run([...create, ...flags, '--format', 'yaml'], options);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 7, stdout: '' });
    expect(run.stderr).toContain(
      `made account ${newAccountId}, and its credential was not delivered: entry ${operationId}`,
    );
    expect(deployment.mutations()).toHaveLength(1);
  });
});
