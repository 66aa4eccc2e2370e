import { readdirSync } from 'node:fs';

import { describe, expect, it, test } from 'vitest';

import { testNow } from '../../harness/context.ts';
import { useMachines } from '../../harness/machines.ts';
import { milestone } from '../../harness/milestone.ts';
import { useNscale } from '../../harness/nscale.ts';

// A run that stood still for longer than its lease, while another machine works on its account.

const deploy = useNscale();
const rotate = ['sa', 'rotate', '--provider', 'nscale', '--id', 'ci-deploy', '--yes', '--to', 'file:token', '--json'];
const leaseMs = 120_000;

function isRotation({ url }: Request): boolean {
  return url.endsWith('/rotate');
}

/** When the first machine stands still: after an answer, which is then perhaps lost. */
interface Halt {
  readonly at: (request: Request) => boolean;
  readonly loses?: boolean;
}

/** The second machine takes the account over, and is about to ask, when the first one goes on. */
async function takeOver({ at, loses = false }: Halt) {
  const asked = milestone();
  const goOn = milestone();
  const others: Promise<unknown>[] = [];
  const deployment = deploy({
    intercept: async (request, next) => {
      if (others.length > 0 && isRotation(request)) {
        asked.pass();
        await goOn.passed;
        return next(request);
      }
      const answer = await next(request);
      if (others.length > 0 || !at(request)) return answer;
      pass(leaseMs + 1000);
      others.push(second.run(rotate));
      await asked.passed;
      return loses ? new Response('<html></html>', { status: 502, headers: { 'content-type': 'text/html' } }) : answer;
    },
  });
  const { machine, pass } = useMachines(deployment);
  const first = machine('runner-1');
  const second = machine('runner-2');
  const own = await first.run(rotate);
  goOn.pass();
  await Promise.all(others);
  const error: unknown = JSON.parse(own.stderr.trimEnd().split('\n').at(-1) ?? '');
  return { code: own.code, error, first, mutations: deployment.mutations().length };
}

/** The second look at the accounts is that under the lock. */
function lastLook(): (request: Request) => boolean {
  let looks = 0;
  return ({ method, url }) => method === 'GET' && url.endsWith('/serviceaccounts') && (looks += 1) === 2;
}

describe('a run whose account another one has taken over', () => {
  it('asks for nothing, and says who has it', async () => {
    const { code, error, mutations } = await takeOver({ at: lastLook() });
    expect({ code, mutations }).toEqual({ code: 5, mutations: 1 });
    expect(error).toMatchObject({
      error: { code: 'locked', message: 'process 102 on runner-2 has taken ci-deploy over', retryable: true },
    });
  });

  it('asks for no second credential where the answer to its first request was lost', async () => {
    const { code, error, mutations } = await takeOver({ at: isRotation, loses: true });
    expect({ code, mutations }).toEqual({ code: 7, mutations: 2 });
    expect(error).toMatchObject({
      error: { message: expect.stringContaining('process 102 on runner-2 has taken ci-deploy over') },
    });
  });

  it('writes nothing, and says who has it', async () => {
    const { code, error, first, mutations } = await takeOver({ at: isRotation });
    expect({ code, mutations, written: readdirSync(first.cwd) }).toEqual({ code: 8, mutations: 2, written: [] });
    expect(error).toMatchObject({
      error: {
        message: expect.stringContaining(
          'was superseded by a newer one: process 102 on runner-2 has the account by now',
        ),
      },
    });
  });
});

test('a run that cannot know whether it holds its account still asks for nothing', async () => {
  const deployment = deploy();
  let late = 0;
  const { machine } = useMachines(deployment, {
    fault: ({ method, url }) => {
      const isIntent = method === 'PUT' && url.includes('/entries/');
      if (isIntent) late = leaseMs;
      return late > 0 && !isIntent ? 'lost-before' : null;
    },
  });
  const outcome = await machine('runner-1').run(rotate, { overrides: { now: () => testNow + late } });
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  expect(JSON.parse(outcome.stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    error: { code: 'lock', message: 'whether this run still has the lock of ci-deploy is not known' },
  });
  expect(deployment.mutations()).toEqual([]);
});
