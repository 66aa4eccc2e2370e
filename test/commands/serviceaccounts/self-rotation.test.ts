import { readdir } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import type { TestContextOptions } from '../../harness/context.ts';
import { sandboxTokens, useNscale, type NscaleDeployment } from '../../harness/nscale.ts';
import { faults, lost } from '../../providers/faults.ts';
import { forbidden } from '../../providers/nscale/faults.ts';
import { accountsPath, issuedToken, predictable, problems, workFolder } from '../support.ts';
import { delivered, fileAt } from './delivery.ts';

const nscale = useNscale();

const { selfRotating } = accountIds;
const post = `POST ${accountsPath}/${selfRotating}/rotate`;
const rotate = ['sa', 'rotate', '--id', 'self-rotating', '--yes'];
const result = ['-q', '[.credential.value, .verified, .deliveredTo]'];
const secretFile = { text: issuedToken, mode: '600' };

/** Signed in as the account itself. */
function asItself(): NscaleDeployment {
  return nscale({ ...predictable, token: sandboxTokens.selfRotating });
}

const places =
  'file, dotenv, session, profile, gh-secret, gitlab-variable, kubernetes, vault, aws-secret, gcp-secret, azure-keyvault, doppler or op';

describe("rotating the caller's own account", () => {
  const noTarget = `this is the account that sactl signs in with: give a durable --to (${places})`;
  const noFlag = 'this is the account that sactl signs in with: --allow-self is missing';
  const terminal = { terminal: 100, prompt: { confirm: () => Promise.resolve(true) } };
  const cases: readonly (readonly [readonly string[], TestContextOptions, readonly string[]])[] = [
    [[], {}, [noTarget, noFlag]],
    [['--allow-self'], {}, [noTarget]],
    [['--to', 'file:token'], {}, [noFlag]],
    [['--to', 'exec:cat'], { env: { PATH: '/bin:/usr/bin' } }, [noTarget, noFlag]],
    [
      ['--no-journal', '--allow-self'],
      {},
      [`--no-journal needs a durable --to (${places}): otherwise nothing keeps the credential`, noTarget],
    ],
    [[], terminal, [noTarget]],
    [['--to', 'file:token'], { ...terminal, env: { CI: '1' } }, [noFlag]],
  ];

  it.each(cases)('is refused before anything is sent: %j %j', async (flags, options, lines) => {
    const deployment = asItself();
    const cwd = await workFolder();
    const argv = [...rotate, ...flags, '--format', 'yaml', '--no-color'];
    expect(await deployment.run(argv, { ...options, cwd })).toEqual({ code: 2, stdout: '', stderr: problems(lines) });
    expect(deployment.mutations()).toEqual([]);
    expect(await readdir(cwd)).toEqual([]);
  });

  it('is done with --allow-self and a durable target', async () => {
    const deployment = asItself();
    const cwd = await workFolder();
    const argv = [...rotate, '--to', 'file:token', '--allow-self', ...result];
    const { code, stdout, stderr } = await deployment.run(argv, { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual([null, true, [delivered('file:token')]]);
    expect(await fileAt(cwd, 'token')).toEqual(secretFile);
    expect(deployment.mutations()).toEqual([post]);
  });

  it('is done on a terminal when the question is answered', async () => {
    const deployment = asItself();
    const cwd = await workFolder();
    const questions: string[] = [];
    const argv = ['sa', 'rotate', '--id', 'self-rotating', '--to', 'file:token'];
    const { code } = await deployment.run(argv, {
      cwd,
      terminal: 100,
      prompt: {
        confirm: ({ message }) => {
          questions.push(message);
          return Promise.resolve(true);
        },
      },
    });
    expect({ code, asked: questions.length, sent: deployment.mutations() }).toEqual({
      code: 0,
      asked: 1,
      sent: [post],
    });
    expect(await fileAt(cwd, 'token')).toEqual(secretFile);
  });

  it('says beforehand what a lost answer means, and what is left to do', async () => {
    const argv = [...rotate, '--to', 'file:token', '--dry-run', '--json'];
    const { code, stdout, stderr } = await asItself().run(argv, { cwd: await workFolder() });
    expect({ code, error: JSON.parse(stderr) }).toMatchObject({
      code: 2,
      error: {
        error: { code: 'usage', message: 'this is the account that sactl signs in with: --allow-self is missing' },
      },
    });
    expect(JSON.parse(stdout)).toMatchObject({
      effects: [
        'the current token stops working at once; what uses it fails until it has the new one',
        'a new token is issued, which nscale shows only once',
        'this is the account that sactl signs in with: if the answer is lost, only an administrator can issue another credential',
        'replace the credential in environment variable NSCALE_SERVICE_TOKEN before the next command',
      ],
      targets: [{ target: 'file:token', ok: true }],
    });
  });

  it('is not issued again, because the credential that would ask for it is dead', async () => {
    const deployment = nscale({
      ...predictable,
      token: sandboxTokens.selfRotating,
      intercept: faults({ method: 'POST', done: true, answer: lost }),
    });
    const cwd = await workFolder({ token: 'the old one' });
    const argv = [...rotate, '--to', 'file:token', '--allow-self', '-q', '.id'];
    const { code, stdout, stderr } = await deployment.run(argv, { cwd });
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
    expect(JSON.parse(stderr.split('\n').at(-2) ?? '')).toMatchObject({
      error: {
        code: 'unknown_outcome',
        hint: `rotate again: sactl serviceaccounts rotate --id ${selfRotating}; if this credential is dead, only an administrator can do that`,
      },
    });
    expect((await fileAt(cwd, 'token')).text).toBe('the old one');
    expect(deployment.mutations()).toEqual([post]);
  });
});

describe('rotating an account that may be the caller’s own', () => {
  const maybe = 'this may be the account that sactl signs in with';

  it('is guarded in the same way', async () => {
    const intercept = faults({ method: 'GET', path: '/userinfo', answer: forbidden });
    const deployment = nscale({ ...predictable, intercept });
    const argv = ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--format', 'yaml'];
    expect(await deployment.run(argv)).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([`${maybe}: give a durable --to (${places})`, `${maybe}: --allow-self is missing`]),
    });
    expect(deployment.mutations()).toEqual([]);
  });
});
