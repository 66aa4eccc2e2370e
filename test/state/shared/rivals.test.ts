// @module-tag slow
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { useMachines, type Machine } from '../../harness/machines.ts';
import { useNscale, nscaleEndpoint, type NscaleDeployment } from '../../harness/nscale.ts';
import type { Outcome } from '../../harness/run.ts';

const deploy = useNscale();

/** Counts the rotations of each account that are on their way at the same time. */
function watchFlights(): { readonly most: () => number; readonly options: Parameters<typeof deploy>[0] } {
  const flying = new Map<string, number>();
  let most = 0;
  return {
    most: () => most,
    options: {
      intercept: async (request, next) => {
        const account = /serviceaccounts\/([^/]+)\/rotate$/.exec(request.url)?.[1];
        if (account === undefined) return next(request);
        flying.set(account, (flying.get(account) ?? 0) + 1);
        most = Math.max(most, flying.get(account) ?? 0);
        await turns(20);
        const answer = await next(request);
        await turns(20);
        flying.set(account, (flying.get(account) ?? 0) - 1);
        return answer;
      },
    },
  };
}

/** Lets everything else that is ready happen first, so many times. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function isAlive(token: string): Promise<boolean> {
  const answer = await fetch(`${nscaleEndpoint}/api/v1/organizations`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return answer.status === 200;
}

function problemOf({ stderr }: Outcome): string {
  return (JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as { error: { message: string } }).error.message;
}

function pair(deployment: NscaleDeployment): readonly [Machine, Machine] {
  const { machine } = useMachines(deployment);
  const one = machine('runner-1');
  return [one, machine('runner-2')];
}

it('two machines with one store rotate one account 100 times: the target is never left dead', async () => {
  const { most, options } = watchFlights();
  const deployment = deploy(options);
  const [one, other] = pair(deployment);
  const target = join(one.cwd, 'token');
  const argv = [
    'sa',
    'rotate',
    '--provider',
    'nscale',
    '--id',
    'ci-deploy',
    '--yes',
    '--to',
    `file:${target}`,
    '-q',
    '.verified',
  ];
  const codes: number[] = [];
  for (let round = 0; round < 50; round += 1) {
    const outcomes = await Promise.all([one.run(argv), turns(round).then(() => other.run(argv))]);
    codes.push(...outcomes.map(({ code }) => code));
    const losers = outcomes.filter(({ code }) => code !== 0).map(problemOf);
    expect(
      losers.filter((text) => !/is held by process \d+ on runner-\d since |other runs are after/.test(text)),
    ).toEqual([]);
    expect(outcomes.map(({ code }) => code)).toContain(0);
    expect(await isAlive(readFileSync(target, 'utf8'))).toBe(true);
  }
  expect(most()).toBe(1);
  expect(new Set(codes)).toEqual(new Set([0, 5]));
});

it('two machines with one store rotate all accounts at once: no target is left dead, and each account was asked for once at a time', async () => {
  const { most, options } = watchFlights();
  const [one, other] = pair(deploy(options));
  const names = ['ci-deploy', 'cost-report', 'terraform'];
  const target = join(one.cwd, '{name}');
  const ids = names.flatMap((name) => ['--id', name]);
  const argv = ['sa', 'rotate', '--provider', 'nscale', ...ids, '--yes', '--to', `file:${target}`, '--json'];
  for (let round = 0; round < 5; round += 1) {
    const outcomes = await Promise.all([one.run(argv), turns(round * 10).then(() => other.run(argv))]);
    for (const { stdout } of outcomes) {
      const { failed } = JSON.parse(stdout) as { failed: readonly { error: { code: string; message: string } }[] };
      expect(failed.filter(({ error }) => error.code !== 'locked')).toEqual([]);
      for (const { error } of failed) expect(error.message).toMatch(/ is held by process \d+ on runner-\d since /);
    }
    for (const name of names) expect(await isAlive(readFileSync(join(one.cwd, name), 'utf8'))).toBe(true);
  }
  expect(most()).toBe(1);
});
