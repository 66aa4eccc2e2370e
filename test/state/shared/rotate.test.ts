// @module-tag slow
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, test } from 'vitest';

import { useMachines, type Machine } from '../../harness/machines.ts';
import type { Intercept } from '../../harness/deployment.ts';
import { useNscale } from '../../harness/nscale.ts';
import type { S3Fault, S3Server } from '../../harness/s3.ts';

const deploy = useNscale();
const subject = ['--provider', 'nscale', '--id', 'ci-deploy', '--yes'];
const rotate = ['sa', 'rotate', ...subject, '--to', 'file:token', '-q', '.verified'];
const done = { code: 0, stdout: 'true\n', stderr: '' };
const rotation = /\/rotate$/;

function tokenOf({ cwd }: Machine): string {
  return readFileSync(join(cwd, 'token'), 'utf8');
}

/** The first words of the names in the store. */
function roomsOf({ objects }: S3Server): readonly string[] {
  return [
    ...new Set([...objects].filter(([, { bytes }]) => bytes.length > 0).map(([name]) => name.split('/')[1] ?? '')),
  ];
}

/** Does something after each answer to a rotation. */
function afterRotation(work: () => void): Intercept {
  return async (request, next) => {
    const answer = await next(request);
    if (rotation.test(request.url)) work();
    return answer;
  };
}

/** The second machine runs after the first one's request has been answered. */
async function race(argv: readonly string[], between: (pass: (ms: number) => void) => void = () => undefined) {
  const outcomes: unknown[] = [];
  const deployment = deploy({
    intercept: async (request, next) => {
      const answer = await next(request);
      if (rotation.test(request.url) && outcomes.length === 0) {
        outcomes.push(null);
        between(pass);
        outcomes[0] = await second.run(argv);
      }
      return answer;
    },
  });
  const { machine, pass, store } = useMachines(deployment);
  const first = machine('runner-1');
  const second = machine('runner-2');
  const own = await first.run(rotate, { env: { CI_JOB_URL: 'https://ci.example/7' } });
  return { own, other: outcomes[0], deployment, first, second, store };
}

/** What the store does with the requests that match. */
async function rotateWith(fault: (what: string) => S3Fault | null) {
  const deployment = deploy();
  const { machine, store, dump } = useMachines(deployment, {
    fault: ({ method, url }) => fault(`${method} ${new URL(url).pathname.split('/')[3] ?? ''}`),
  });
  const runner = machine('runner-1');
  return { outcome: await runner.run(rotate), deployment, runner, store, dump };
}

test('a rotation leaves in the store who did what when, and nothing of the credential', async () => {
  const { machine, store, dump } = useMachines(deploy());
  const runner = machine('runner-1');
  expect(await runner.run(rotate)).toEqual(done);
  expect(dump()).not.toContain(tokenOf(runner));
  expect(roomsOf(store)).toEqual(['accounts', 'audit']);
  expect(dump()).toMatch(/"generation":1,"name":"nscale service account ci-deploy","hold":null/);
  expect(readdirSync(join(runner.stateDirectory, 'journal'))).toEqual([]);
});

describe('while another machine rotates the account', () => {
  const held =
    'nscale service account ci-deploy is held by process 101 on runner-1 (https://ci.example/7) since 2026-11-22T12:00:00Z';

  it('another rotation is exit 5 and says who has it, and asks for nothing', async () => {
    const { own, other, deployment } = await race(rotate);
    expect(own).toEqual(done);
    expect(other).toMatchObject({ code: 5, stdout: '' });
    expect(JSON.parse((other as { stderr: string }).stderr)).toMatchObject({
      error: { code: 'locked', message: held, retryable: true, exitCode: 5 },
    });
    expect(deployment.mutations()).toHaveLength(1);
  });

  it.each([
    ['update', ['sa', 'update', ...subject, '--description', 'x']],
    ['delete', ['sa', 'delete', ...subject]],
  ])('%s waits for a while and then is exit 5', async (_name, argv) => {
    const { own, other, deployment } = await race(argv);
    expect(own).toEqual(done);
    expect(other).toMatchObject({ code: 5, stdout: '' });
    expect((other as { stderr: string }).stderr).toContain(held);
    expect(deployment.mutations()).toHaveLength(1);
  });

  it('once its lease has passed it is taken over, and writes nothing more', async () => {
    const { own, other, first, second } = await race(rotate, (pass) => pass(121_000));
    expect(other).toEqual({
      ...done,
      // By the clock of the store, the request is two minutes old.
      stderr:
        'sactl: nscale service account ci-deploy was left by process 101 on runner-1 (https://ci.example/7); taking it over\n',
    });
    expect(own).toMatchObject({ code: 8 });
    expect(own.stderr).toContain('was superseded by a newer one; it was not written');
    expect(tokenOf(second)).not.toBe('');
    expect(readdirSync(first.cwd)).toEqual([]);
  });

  it('a lease that has not passed is not taken over', async () => {
    const { own, other } = await race(rotate, (pass) => pass(119_000));
    expect(own).toEqual(done);
    expect(other).toMatchObject({ code: 5 });
  });
});

describe('a store that does not answer', () => {
  it.each([
    ['the account is to be taken', 'GET accounts'],
    ['the account is taken', 'PUT accounts'],
    ['the request is about to leave', 'PUT entries'],
  ])('when %s: exit 1, and nothing is sent', async (_name, what) => {
    const { outcome, deployment, runner } = await rotateWith((seen) => (seen === what ? 'lost-before' : null));
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(outcome.stderr)).toMatchObject({ error: { code: 'state' } });
    expect(deployment.mutations()).toEqual([]);
    expect(readdirSync(join(runner.stateDirectory, 'journal'))).toEqual([]);
  });

  it('once the answer is there: it is kept on this machine, delivered, and that is said', async () => {
    let isAnswered = false;
    const deployment = deploy({ intercept: afterRotation(() => void (isAnswered = true)) });
    const { machine } = useMachines(deployment, { fault: () => (isAnswered ? 'lost-before' : null) });
    const runner = machine('runner-1');
    const { code, stdout, stderr } = await runner.run(rotate);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'true\n' });
    expect(stderr).toContain('is kept on this machine only: ');
    expect(stderr).toContain('this is not in the audit log: ');
    expect(tokenOf(runner)).not.toBe('');
  });
});

test('what one machine could not deliver is listed on another', async () => {
  const { machine, dump } = useMachines(
    deploy({ intercept: afterRotation(() => mkdirSync(join(first.cwd, 'token'))) }),
  );
  const first = machine('runner-1');
  const second = machine('runner-2');
  expect(await first.run(rotate)).toMatchObject({ code: 8 });
  expect(dump()).toContain('BEGIN AGE ENCRYPTED FILE');
  expect(await second.run(['recover', 'list', '-q', '.[] | [.accountName, .targets]'])).toEqual({
    code: 0,
    stdout: '["ci-deploy",["file:token"]]\n',
    stderr: '',
  });
});

test.each(['recover discard --id 0000 --yes', 'state unlock --id ci-deploy --generation 1 --yes'])(
  '%s takes no lock, and refuses --wait',
  async (line) => {
    const words = line.split(' ');
    const { code, stderr } = await useMachines(deploy())
      .machine('runner-1')
      .run([...words, '--wait', '1m']);
    expect({ code, first: stderr.split('\n')[0] }).toEqual({
      code: 2,
      first: `sactl: --wait does nothing with "sactl ${words.slice(0, 2).join(' ')}"`,
    });
  },
);
