import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ops } from '../../harness/age.ts';
import { useMachines } from '../../harness/machines.ts';
import { useNscale } from '../../harness/nscale.ts';

const deploy = useNscale();
const rotate = 'sa rotate --provider nscale --id ci-deploy --yes --to file:token -q .verified'.split(' ');

/** Changes what the store has of the account after the request was answered, and before its run knows. */
async function whileChanged(change: (text: string) => string) {
  const deployment = deploy({
    intercept: async (request, next) => {
      const answer = await next(request);
      if (request.url.endsWith('/rotate')) {
        const [name = '', stored] = [...store.objects].find(([key]) => key.startsWith('prod/accounts/')) ?? [];
        store.write(name, change(Buffer.from(stored?.bytes ?? []).toString()));
      }
      return answer;
    },
  });
  const { machine, store, dump } = useMachines(deployment);
  const runner = machine('runner-1');
  return { outcome: await runner.run(rotate), runner, dump, machine };
}

describe('who administers the store', () => {
  it.each([
    ['puts an older record back', (text: string) => text.replace(/"hold":\{.*\}\}/, '"hold":null}')],
    ['deletes the record', () => ''],
    ['gives the account to another run', (text: string) => text.replace(/"token":"[^"]*"/, '"token":"other"')],
  ])('%s: the run delivers nothing, and keeps what it got', async (_name, change) => {
    const { outcome, runner, dump, machine } = await whileChanged(change);
    expect(outcome).toMatchObject({ code: 8 });
    expect(existsSync(join(runner.cwd, 'token'))).toBe(false);
    expect(dump()).toContain('BEGIN AGE ENCRYPTED FILE');
    expect(await machine('laptop').run(['recover', 'list', '-q', '.[].accountName'])).toMatchObject({
      stdout: 'ci-deploy\n',
    });
  });
});

describe('a store that lost everything, as one that is new, or a folder that is not mounted', () => {
  it('leaves each machine what it began, which is listed and delivered', async () => {
    const deployment = deploy({
      intercept: async (request, next) => {
        const answer = await next(request);
        if (request.url.endsWith('/rotate')) mkdirSync(join(runner.cwd, 'token'));
        return answer;
      },
    });
    const { machine, store } = useMachines(deployment);
    const runner = machine('runner-1');
    expect(await runner.run(rotate)).toMatchObject({ code: 8 });
    for (const name of store.objects.keys()) store.write(name, '');
    const listed = { code: 0, stdout: 'ci-deploy sealed\n', stderr: '' };
    const list = ['recover', 'list', '-q', '.[] | "\\(.accountName) \\(.state)"'];
    expect([await runner.run(list), await runner.run(list)]).toEqual([listed, listed]);
    const env = { SACTL_STATE_IDENTITY: ops.identity };
    const deliver = ['recover', 'deliver', '--all', '--yes', '-q', '.delivered[].name'];
    rmSync(join(runner.cwd, 'token'), { recursive: true });
    expect(await runner.run(deliver, { env })).toMatchObject({ code: 0, stdout: 'ci-deploy\n' });
    expect(existsSync(join(runner.cwd, 'token'))).toBe(true);
    expect(await runner.run(list)).toEqual({ code: 0, stdout: '', stderr: 'sactl: nothing is waiting\n' });
    expect(deployment.mutations()).toHaveLength(1);
  });
});
