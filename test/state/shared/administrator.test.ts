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

/** A machine that could not deliver the credential of `ci-deploy`, which is kept there and in the store. */
async function withKept() {
  const deployment = deploy({
    intercept: async (request, next) => {
      const answer = await next(request);
      if (request.url.endsWith('/rotate')) mkdirSync(join(runner.cwd, 'token'));
      return answer;
    },
  });
  const machines = useMachines(deployment);
  const runner = machines.machine('runner-1');
  expect(await runner.run(rotate)).toMatchObject({ code: 8 });
  return { ...machines, deployment, runner };
}

const env = { SACTL_STATE_IDENTITY: ops.identity };
const list = ['recover', 'list', '-q', '.[] | "\\(.id) \\(.accountName)"'];

it('a store that lost everything leaves each machine what it began, which is listed and delivered', async () => {
  const { runner, store, deployment } = await withKept();
  for (const name of store.objects.keys()) store.write(name, '');
  const listed = { code: 0, stdout: expect.stringMatching(/^[0-9a-f-]{36} ci-deploy\n$/), stderr: '' };
  expect([await runner.run(list), await runner.run(list)]).toEqual([listed, listed]);
  rmSync(join(runner.cwd, 'token'), { recursive: true });
  const deliver = ['recover', 'deliver', '--all', '--yes', '-q', '.delivered[].name'];
  expect(await runner.run(deliver, { env })).toMatchObject({ code: 0, stdout: 'ci-deploy\n' });
  expect(existsSync(join(runner.cwd, 'token'))).toBe(true);
  expect(await runner.run(list)).toEqual({ code: 0, stdout: '', stderr: 'sactl: no entries\n' });
  expect(deployment.mutations()).toHaveLength(1);
});

it('a record that cannot be read is named with its place, and keeps nobody from seeing what is kept', async () => {
  const { machine, store, deployment } = await withKept();
  const record = [...store.objects.keys()].find((name) => name.startsWith('prod/accounts/')) ?? '';
  store.write(record, 'garbage');
  const laptop = machine('laptop');
  const listed = await laptop.run(list);
  expect(listed).toEqual({ code: 0, stdout: expect.stringMatching(/^[0-9a-f-]{36} ci-deploy\n$/), stderr: '' });
  const refusal = {
    code: 1,
    stdout: '',
    stderr:
      `sactl: s3://ops/${record} is not the record of an account\n` +
      'hint: if no run is working on that account, remove the record from the store; the next run writes a new one\n',
  };
  const deliver = ['recover', 'deliver', '--id', listed.stdout.slice(0, 36), '--to', 'file:token', '--yes'];
  const tried = await laptop.run(deliver, { env });
  const omission = /^sactl: file:\/.*\/token has not had this credential, and does not get it: what is there stays\n/;
  expect(tried.stderr).toMatch(omission);
  expect({ ...tried, stderr: tried.stderr.replace(omission, '') }).toEqual(refusal);
  expect(await laptop.run(['state', 'show'])).toEqual(refusal);
  expect(existsSync(join(laptop.cwd, 'token'))).toBe(false);
  expect(deployment.mutations()).toHaveLength(1);
});
