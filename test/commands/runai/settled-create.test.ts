// @module-tag slow
import { describe, expect, it } from 'vitest';

import { testNow, type TestContextOptions } from '../../harness/context.ts';
import { useRunai } from '../../harness/runai.ts';
import { faults, lost } from '../../providers/faults.ts';
import { idsIn } from '../recover/entries.ts';

const runai = useRunai();

const create = ['sa', 'create', '--name', 'ci'];
const printed = ['-q', '[.id, .name, .reissued, .verified], .credential.value'];
/** Another process, two minutes later. */
const later: TestContextOptions = {
  self: { pid: 4712, host: 'test-host', isRunning: () => false },
  overrides: { now: () => testNow + 120_000 },
};
const soon: TestContextOptions = { ...later, overrides: { now: () => testNow + 20_000 } };

function lostOnce(done: boolean) {
  return faults({ method: 'POST', path: '/service-accounts', hits: [1], done, answer: lost });
}

async function afterLoss(done: boolean) {
  const deployment = runai({ intercept: lostOnce(done) });
  expect((await deployment.run([...create, '--no-reissue', ...printed])).code).toBe(7);
  expect(await idsIn(deployment)).toHaveLength(1);
  return deployment;
}

describe('a create after one whose answer was lost, on Run:ai', () => {
  it('goes on where nobody has that name, and says what became of the earlier one', async () => {
    const deployment = await afterLoss(false);
    const [entry] = await idsIn(deployment);
    const effect = `an earlier create, whose answer was lost, made no account: entry ${entry} is erased`;
    const dry = await deployment.run([...create, '--dry-run', '-q', '.effects[0]'], later);
    expect(dry).toMatchObject({ code: 0, stdout: `${effect}\n` });
    expect(await idsIn(deployment)).toEqual([entry]);
    const run = await deployment.run([...create, '-q', '[.name, .reissued]', '-q', '.credential.value'], later);
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: `sactl: ${effect}\n` });
    expect(run.stdout).toMatch(/^\["ci",false\]\n.+\n$/);
    expect(await idsIn(deployment)).toEqual([]);
    const audit = ['audit', 'list', '-q', '.[] | [.operation, .outcome, .entry == "' + entry + '"]'];
    expect((await deployment.run(audit)).stdout).toBe(
      '["create","unknown",true]\n["create","failed",true]\n["create","done",false]\n',
    );
  });

  it('is exit 7 where somebody has that name, naming them', async () => {
    const deployment = await afterLoss(true);
    const [entry] = await idsIn(deployment);
    const id = deployment.state.accounts.find(({ name }) => name === 'ci')?.id;
    const run = await deployment.run([...create, '--format', 'yaml'], later);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 7, stdout: '' });
    expect(run.stderr).toContain(
      `an earlier create of ci is not settled: entry ${entry} of the journal; an account of that name exists: ${id}`,
    );
    expect(deployment.mutations()).toHaveLength(1);
    expect(await idsIn(deployment)).toEqual([entry]);
  });

  it('is exit 7 where an account cannot be read that may have that name', async () => {
    let isFirst = true;
    const deployment = runai({
      intercept: async (request, next) => {
        const isList = request.url.includes('/service-accounts');
        if (request.method === 'POST' && isList && isFirst) {
          isFirst = false;
          return lost();
        }
        const answer = await next(request);
        if (request.method !== 'GET' || !isList || isFirst) return answer;
        const items = (await answer.json()) as unknown[];
        return Response.json([...items, { id: 'ffffffff-0000-4000-8000-000000000000', name: 7 }]);
      },
    });
    expect((await deployment.run([...create, '--no-reissue', ...printed])).code).toBe(7);
    const run = await deployment.run([...create, '--format', 'yaml'], later);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 7, stdout: '' });
    expect(run.stderr).toContain('an earlier create of ci is not settled: entry ');
    expect([deployment.mutations().length, (await idsIn(deployment)).length]).toEqual([1, 1]);
  });

  it('is exit 7 while that may still be done', async () => {
    const deployment = await afterLoss(false);
    const run = await deployment.run([...create, '--format', 'yaml'], soon);
    expect(run.code).toBe(7);
    expect([deployment.mutations().length, (await idsIn(deployment)).length]).toEqual([1, 1]);
  });
});
