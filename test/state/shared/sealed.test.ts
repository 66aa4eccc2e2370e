// @module-tag slow
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ops } from '../../harness/age.ts';
import { useMachines } from '../../harness/machines.ts';
import { useNscale } from '../../harness/nscale.ts';

const deploy = useNscale();
const rotate = ['sa', 'rotate', '--provider', 'nscale', '--yes', '--to', 'file:token'];
const one = [...rotate, '--id', 'ci-deploy', '-q', '.verified'];
const nightly = ['sa', 'rotate', '--provider', 'nscale', '--yes', '--to', 'file:{name}', '--match', 'ci-*'];
const due = ['--expiring-within', '14d', '--json'];
const entry = '00000101-0000-4000-8000-000000000001';

/** One machine could not deliver the credential of `ci-deploy`; another one has no folder of it. */
async function withKept() {
  const deployment = deploy({
    intercept: async (request, next) => {
      const answer = await next(request);
      if (request.url.endsWith('/rotate') && deployment.mutations().length === 1) mkdirSync(join(first.cwd, 'token'));
      return answer;
    },
  });
  const machines = useMachines(deployment);
  const first = machines.machine('runner-1');
  expect(await first.run(one)).toMatchObject({ code: 8 });
  rmSync(first.cwd, { recursive: true });
  return { ...machines, deployment, second: machines.machine('runner-2') };
}

const refusal = {
  code: 'undelivered',
  message: `entry ${entry} is sealed for ${ops.recipient}, and no identity is set here`,
  hint: `who has an identity can deliver it: sactl recover deliver --id ${entry}; to issue another all the same: --supersede`,
  exitCode: 8,
};

describe('what another machine kept, sealed, where no identity is set', () => {
  it('keeps its account from being rotated, and says who can deliver it', async () => {
    const { second, deployment } = await withKept();
    const outcome = await second.run(one);
    expect(outcome).toMatchObject({ code: 8, stdout: '' });
    expect(JSON.parse(outcome.stderr)).toMatchObject({ error: refusal });
    expect(deployment.mutations()).toHaveLength(1);
  });

  it.each([
    ['due', ['--expiring-within', '400d', '--json']],
    ['not due', due],
  ])('does so in bulk, where the account is %s', async (_name, flags) => {
    const { second, deployment } = await withKept();
    const { code, stdout } = await second.run([...nightly, ...flags]);
    const { failed } = JSON.parse(stdout) as { failed: readonly object[] };
    expect({ code, failed }).toMatchObject({
      code: 8,
      failed: [{ error: { message: refusal.message }, recoverId: entry }],
    });
    expect(deployment.mutations()).toHaveLength(1);
  });

  it.each([
    ['by its id', one],
    ['in bulk', [...nightly, ...due]],
  ])('is superseded where that is asked for, %s', async (_name, argv) => {
    const { second, deployment, dump } = await withKept();
    expect(await second.run([...argv, '--supersede'])).toMatchObject({ code: 0 });
    expect(deployment.mutations()).toHaveLength(2);
    expect(dump()).not.toContain('AGE ENCRYPTED');
  });

  it('is delivered first where the identity is set, and then its account is rotated', async () => {
    const { second, deployment } = await withKept();
    const { code, stderr } = await second.run(one, { env: { SACTL_STATE_IDENTITY: ops.identity } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'sactl: what an earlier run kept was delivered\n' });
    expect(deployment.mutations()).toHaveLength(2);
    expect(readdirSync(second.cwd)).toEqual(['token']);
  });

  it('is delivered at night where the identity is set, and nothing is rotated that is not due', async () => {
    const { second, deployment } = await withKept();
    const env = { SACTL_STATE_IDENTITY: ops.identity };
    const { code, stdout } = await second.run([...nightly, ...due], { env });
    expect({ code, report: JSON.parse(stdout) as object }).toMatchObject({
      code: 0,
      report: { rotated: [], delivered: [{ name: 'ci-deploy', verified: true }], failed: [] },
    });
    expect(deployment.mutations()).toHaveLength(1);
  });
});
