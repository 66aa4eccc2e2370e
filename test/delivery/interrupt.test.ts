import { describe, expect, it } from 'vitest';

import { InterruptedError } from '../../src/errors.ts';
import { accountIds, groupIds } from '../../src/sandbox/nscale/seed-ids.ts';
import { issuedToken, newAccountId, predictable } from '../commands/support.ts';
import { useNscale, type Intercept, type NscaleDeployment } from '../harness/nscale.ts';
import { runIn, type Outcome } from '../harness/run.ts';

const nscale = useNscale();

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
  }: { argv: readonly string[]; answer?: Intercept; patient?: boolean },
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
  const context = deployment.context({ signal: controller.signal });
  const sleep = patient ? () => new Promise<void>(() => undefined) : context.ctx.sleep;
  const outcome = await runIn({ ...context, ctx: { ...context.ctx, sleep } }, argv);
  return { outcome, deployment, sleeps: context.sleeps };
}

const rotate = ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '-q', '.credential.value'];

function never(): Promise<Response> {
  return new Promise(() => undefined);
}

function refuse(): Response {
  return Response.json({ error: 'forbidden' }, { status: 403 });
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
      expect({ argv, ...outcome, requests: deployment.requests }).toEqual({
        argv,
        code,
        stdout: '',
        requests: [],
      });
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
    expect(outcome).toEqual({
      code: 130,
      stdout: '',
      stderr: 'sactl: interrupted; nothing was changed\n',
    });
  });

  it('ends a rotate that has not begun, with nothing changed', async () => {
    const { outcome, deployment } = await interruptAt('GET', { argv: rotate });
    expect(outcome.code).toBe(130);
    expect(deployment.mutations()).toEqual([]);
  });
});

describe('an interrupt while a rotate is on its way', () => {
  it('waits for the answer and delivers it', async () => {
    const { outcome, deployment } = await interruptAt('POST', { argv: rotate });
    expect(outcome).toEqual({ code: 0, stdout: `${issuedToken}\n`, stderr: '' });
    expect(deployment.mutations()).toHaveLength(1);
  });

  it('gives up after five seconds, saying that the old credential may be dead', async () => {
    const argv = ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--format', 'yaml'];
    const { outcome, sleeps } = await interruptAt('POST', { argv, answer: never, patient: false });
    expect({ code: outcome.code, stdout: outcome.stdout, sleeps }).toEqual({
      code: 7,
      stdout: '',
      sleeps: [5000],
    });
    expect(outcome.stderr).toContain('the old credential may be dead, and no new one was received');
    expect(outcome.stderr).toContain(
      `hint: rotate again: sactl serviceaccounts rotate --id ${accountIds.ciDeploy}\n`,
    );
  });

  it('believes a refusal that still comes', async () => {
    const { outcome } = await interruptAt('POST', { argv: rotate, answer: refuse });
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 4, stdout: '' });
  });
});

describe('an interrupt while a create is on its way', () => {
  it('delivers the credential, and says what could not be checked any more', async () => {
    const filters = ['-q', '.credential.value'];
    const argv = ['sa', 'create', '--name', 'ci', '--group', 'inference', ...filters];
    const { outcome, deployment } = await interruptAt('POST', { argv });
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({
      code: 6,
      stdout: `${issuedToken}\n`,
    });
    expect(JSON.parse(outcome.stderr)).toMatchObject({
      error: {
        code: 'partial',
        message: `nscale service account ci (${newAccountId}) was created, but not all could be done or checked afterwards: interrupted`,
        hint: `sactl serviceaccounts get --id ${newAccountId}`,
      },
    });
    expect(deployment.bodies).toMatchObject([{ spec: { groupIDs: [groupIds.inference] } }]);
  });

  it('says after five seconds that an account may exist', async () => {
    const argv = ['sa', 'create', '--name', 'ci', '--format', 'yaml'];
    const { outcome } = await interruptAt('POST', { argv, answer: never, patient: false });
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 7, stdout: '' });
    expect(outcome.stderr).toContain('the account may have been created, with a token nobody has');
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
