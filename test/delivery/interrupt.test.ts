import { readdir } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import type { Context } from '../../src/context.ts';
import { runIssuance } from '../../src/delivery/run-issuance.ts';
import { ExitCode, InterruptedError } from '../../src/errors.ts';
import { accountIds, groupIds } from '../../src/sandbox/nscale/seed-ids.ts';
import {
  accountsPath,
  issuedToken,
  newAccountId,
  operationId,
  predictable,
  problems,
  workFolder,
} from '../commands/support.ts';
import type { Intercept } from '../harness/deployment.ts';
import { useNscale, type NscaleDeployment } from '../harness/nscale.ts';
import { runIn, type Outcome } from '../harness/run.ts';
import { entriesLeft, type Left } from './faulty-journal.ts';
import { worldOf } from './issuance.ts';
import type { Script } from './script.ts';

const nscale = useNscale();

const id = accountIds.ciDeploy;
const rotatePath = `POST ${accountsPath}/${id}/rotate`;

function left({ context, stateDirectory }: NscaleDeployment): Promise<readonly Left[]> {
  return entriesLeft({ ...context().ctx, stateDirectory, keepsSecrets: true });
}

interface Interrupted {
  readonly outcome: Outcome;
  readonly deployment: NscaleDeployment;
  readonly sleeps: readonly number[];
}

/** Runs a command that is interrupted as soon as a request matches; `patient` time does not pass. */
async function interruptAt(
  method: string,
  {
    argv,
    answer = (request, next) => next(request),
    patient = true,
    cwd,
  }: { argv: readonly string[]; answer?: Intercept; patient?: boolean; cwd?: string },
): Promise<Interrupted> {
  const controller = new AbortController();
  const deployment = nscale({
    ...predictable,
    intercept: async (request, next) => {
      if (request.method !== method) return next(request);
      controller.abort(new InterruptedError());
      return answer(request, next);
    },
  });
  const context = deployment.context({ signal: controller.signal, ...(cwd === undefined ? {} : { cwd }) });
  const sleep = patient ? () => new Promise<void>(() => undefined) : context.ctx.sleep;
  const outcome = await runIn({ ...context, ctx: { ...context.ctx, sleep } }, argv);
  return { outcome, deployment, sleeps: context.sleeps };
}

const rotate = ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '-q', '.credential.value'];

function never(): Promise<Response> {
  return new Promise(() => undefined);
}

function refuse(): Response {
  return Response.json({ error: 'forbidden', error_description: 'forbidden' }, { status: 403 });
}

describe('an interrupt before anything is sent', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ] as const)('ends every command: %s with %i', async (name, code) => {
    const commands = [
      ['sa', 'list', '--json'],
      ['sa', 'get', '--id', 'scratch', '--json'],
      ['sa', 'create', '--name', 'ci', '--json'],
      ['sa', 'update', '--id', 'scratch', '--name', 'x', '--json'],
      ['sa', 'delete', '--id', 'scratch', '--yes', '--json'],
      rotate,
      ['whoami', '--json'],
      ['groups', 'list', '--json'],
    ];
    for (const argv of commands) {
      const deployment = nscale();
      const signal = AbortSignal.abort(new InterruptedError(name));
      const { stderr, ...outcome } = await deployment.run(argv, { signal });
      expect({ argv, ...outcome, requests: deployment.requests }).toEqual({ argv, code, stdout: '', requests: [] });
      expect(JSON.parse(stderr)).toMatchObject({
        error: { code: 'interrupted', message: 'interrupted; nothing was changed' },
      });
    }
  });
});

describe('an interrupt while a list is read', () => {
  it('ends it at once', async () => {
    const argv = ['sa', 'list', '--format', 'yaml'];
    const { outcome } = await interruptAt('GET', { argv, answer: never });
    expect(outcome).toEqual({ code: 130, stdout: '', stderr: 'sactl: interrupted; nothing was changed\n' });
  });

  it('ends a rotate that has not begun, with nothing changed', async () => {
    const { outcome, deployment } = await interruptAt('GET', { argv: rotate });
    expect(outcome.code).toBe(130);
    expect(deployment.mutations()).toEqual([]);
  });
});

describe('an interrupt while a rotate is on its way', () => {
  const recover = `sactl recover deliver --id ${operationId}`;
  const unprinted = `the new credential of nscale service account ci-deploy (${id}) was not printed: interrupted; it is kept`;

  it('waits for the answer, keeps it and starts nothing more', async () => {
    const { outcome, deployment } = await interruptAt('POST', { argv: rotate });
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 8, stdout: '' });
    expect(JSON.parse(outcome.stderr)).toMatchObject({
      error: { code: 'undelivered', exitCode: 8, message: unprinted, hint: recover },
    });
    expect(deployment.requests.at(-1)).toBe(rotatePath);
    expect(await left(deployment)).toMatchObject([
      { id: operationId, state: 'kept', keeps: expect.stringContaining(issuedToken) as string },
    ]);
  });

  it('starts no target', async () => {
    const cwd = await workFolder();
    const argv = [...rotate.slice(0, -2), '--to', 'file:ci.token', '--format', 'yaml'];
    const { outcome } = await interruptAt('POST', { argv, cwd });
    expect(outcome.code).toBe(8);
    expect(outcome.stdout).not.toContain(issuedToken);
    expect(outcome.stderr).toBe(
      problems(
        [
          `the new credential of nscale service account ci-deploy (${id}) was not delivered to file:ci.token: interrupted before; it is kept`,
        ],
        recover,
      ),
    );
    expect(await readdir(cwd)).toEqual([]);
  });

  it('gives up after five seconds, saying that the old credential may be dead', async () => {
    const argv = ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--format', 'yaml'];
    const { outcome, sleeps, deployment } = await interruptAt('POST', { argv, answer: never, patient: false });
    expect({ code: outcome.code, stdout: outcome.stdout, sleeps }).toEqual({ code: 7, stdout: '', sleeps: [5000] });
    expect(outcome.stderr).toBe(
      problems(
        [
          `cannot rotate service account ci-deploy (${id}): interrupted before nscale answered; it may have been done; the old credential may be dead, and no new one was received`,
        ],
        `rotate again: sactl serviceaccounts rotate --id ${id}`,
      ),
    );
    expect(deployment.requests.at(-1)).toBe(rotatePath);
    expect(await left(deployment)).toMatchObject([{ id: operationId, state: 'asked' }]);
  });

  it('believes a refusal that still comes', async () => {
    const { outcome, deployment } = await interruptAt('POST', { argv: rotate, answer: refuse });
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 4, stdout: '' });
    expect(await left(deployment)).toEqual([]);
  });
});

describe('an interrupt while a create is on its way', () => {
  it('keeps the credential, and says what could not be checked any more', async () => {
    const filters = ['-q', '.credential.value'];
    const argv = ['sa', 'create', '--name', 'ci', '--group', 'inference', ...filters];
    const { outcome, deployment } = await interruptAt('POST', { argv });
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 8, stdout: '' });
    const who = `nscale service account ci (${newAccountId})`;
    expect(JSON.parse(outcome.stderr)).toMatchObject({
      error: {
        code: 'undelivered',
        message: `the new credential of ${who} was not printed: interrupted; it is kept; ${who} was created, but not all could be done or checked afterwards: interrupted`,
        hint: `sactl recover deliver --id ${operationId}`,
      },
    });
    expect(deployment.bodies).toMatchObject([{ spec: { groupIDs: [groupIds.inference] } }]);
    expect(await left(deployment)).toMatchObject([{ id: operationId, state: 'kept' }]);
  });

  it('says after five seconds that an account may exist', async () => {
    const argv = ['sa', 'create', '--name', 'ci', '--format', 'yaml'];
    const { outcome, deployment } = await interruptAt('POST', { argv, answer: never, patient: false });
    expect(outcome).toEqual({
      code: 7,
      stdout: '',
      stderr: problems(
        [
          'cannot create service account ci: interrupted before nscale answered; it may have been done; the account may have been created, and its token is lost',
        ],
        `look for it, then rotate or delete it: sactl serviceaccounts list --search ci; then: sactl recover discard --id ${operationId}`,
      ),
    });
    expect(deployment.mutations()).toHaveLength(1);
    expect(await left(deployment)).toMatchObject([{ id: operationId, state: 'asked' }]);
  });
});

/** The code that it would end the program with, asked at each of these steps. */
async function codesAt(script: Script): Promise<Readonly<Record<string, number>>> {
  const codes: Record<string, number> = {};
  let code: (() => number) | null = null;
  const world = await worldOf({
    ...script,
    onStep: (step) => {
      if (code !== null) codes[step] = code();
    },
  });
  const ctx: Context = {
    ...world.ctx,
    mutating: (work, interrupted) => {
      code = interrupted ?? (() => ExitCode.unknownOutcome);
      return work();
    },
  };
  await runIssuance(ctx, world.issuance);
  return codes;
}

describe('a second interrupt', () => {
  it('says that a credential is kept as soon as it is', async () => {
    expect(await codesAt({})).toEqual({ 'ask rotate': 7, try: 8, print: 8, keep: 7 });
  });

  it('says that nothing is known where it cannot be kept', async () => {
    expect(await codesAt({ journalFaults: ['keep'] })).toEqual({ 'ask rotate': 7, print: 7, try: 7 });
    const codes = await codesAt({ preferences: { keepsSecret: false }, targets: [{ name: 'file:a' }] });
    expect(new Set(Object.values(codes))).toEqual(new Set([7]));
  });
});

describe('an interrupt while a change is on its way', () => {
  it('waits for the answer to a delete', async () => {
    const argv = ['sa', 'delete', '--id', 'scratch', '--yes', '-q', '.deleted'];
    const { outcome } = await interruptAt('DELETE', { argv });
    expect(outcome).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
  });

  it('never says of an update that was sent that nothing was changed', async () => {
    const argv = ['sa', 'update', '--id', 'scratch', '--name', 'x', '--format', 'yaml'];
    const { outcome } = await interruptAt('PUT', { argv });
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 6, stdout: '' });
    expect(outcome.stderr).not.toContain('nothing was changed');
  });
});
