import { describe, expect, it } from 'vitest';

import { accountIds } from '../../src/sandbox/nscale/seed-ids.ts';
import { InterruptedError } from '../../src/errors.ts';
import { useNscale } from '../harness/nscale.ts';
import { runIn } from '../harness/run.ts';
import { brokenStdout } from '../commands/support.ts';

const nscale = useNscale();

describe('an output that would fail on the result', () => {
  it.each([
    ['sa delete --id ci-deploy --yes -q .deleted.foo'],
    ['sa update --id ci-deploy --description d -q .name.foo'],
  ])('is refused before anything is sent: %s', async (line) => {
    const deployment = nscale();
    const { code, stdout, stderr } = await deployment.run(line.split(' '));
    expect({ code, stdout, sent: deployment.mutations() }).toEqual({ code: 2, stdout: '', sent: [] });
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'usage', message: expect.stringContaining('the output fails on a result') },
    });
  });
});

describe('a result that cannot be written', () => {
  it.each([
    ['sa delete --id ci-deploy --yes', 'DELETE'],
    ['sa update --id ci-deploy --description d', 'PUT'],
  ])('is a partial success, because the change was made: %s', async (line, method) => {
    const deployment = nscale();
    const outcome = await deployment.run(line.split(' '), { stdout: brokenStdout('ENOSPC') });
    expect(outcome).toEqual({
      code: 6,
      stdout: '',
      stderr:
        'sactl: the change was made, but its result was not printed: ' +
        'cannot write to stdout: no space left on device (ENOSPC)\n',
    });
    expect(deployment.mutations().map((request) => request.split(' ')[0])).toEqual([method]);
  });
});

it('an interrupt between two attempts does not claim that nothing was changed', async () => {
  const interrupt = new AbortController();
  const deployment = nscale({
    intercept: async (request, next) => {
      if (request.method !== 'DELETE') return next(request);
      interrupt.abort(new InterruptedError());
      return new Response('busy', { status: 500 });
    },
  });
  const context = deployment.context({ signal: interrupt.signal });
  const argv = ['sa', 'delete', '--id', accountIds.ciDeploy, '--yes'];
  const { code, stdout, stderr } = await runIn(context, argv);
  expect({ code, stdout, sent: deployment.mutations().length }).toEqual({ code: 7, stdout: '', sent: 1 });
  expect(stderr).toMatch(/unknown|may have taken effect/);
});

it('--raw with --dry-run is refused, because there is no answer to print', async () => {
  const deployment = nscale();
  const argv = 'sa rotate --id ci-deploy --dry-run --raw --json'.split(' ');
  const { code, stderr } = await deployment.run(argv);
  expect({ code, requests: deployment.requests }).toEqual({ code: 2, requests: [] });
  expect(stderr).toContain('--raw prints an answer, and with --dry-run there is none');
});

it('a hint’s command names the connection that was meant', async () => {
  const argv = ['sa', 'get', '--id', 'nobody', '--endpoint', 'https://identity.nks.europe-west4.nscale.com'];
  const { code, stderr } = await nscale().run(argv);
  expect(code).toBe(3);
  expect(stderr).toContain(
    'hint: sactl serviceaccounts list --endpoint https://identity.nks.europe-west4.nscale.com\n',
  );
});
