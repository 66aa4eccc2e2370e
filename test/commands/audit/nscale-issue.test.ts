import { describe, expect, it } from 'vitest';

import { useNscale } from '../../harness/nscale.ts';
import { faults, lost } from '../../providers/faults.ts';
import { fingerprint, rotation } from '../recover/entries.ts';
import { brokenStdout, issuedToken, newAccountId, predictable, workFolder } from '../support.ts';
import { eventsIn, expectEvent, logText } from './events.ts';
import { env, rotated, unissued } from './nscale-events.ts';

const nscale = useNscale();

const rotate = [...rotation, '--to', 'file:token'];

describe('the audit log of nscale says of a rotation', () => {
  it('who, what, when, which account and where its credential went', async () => {
    const { run, stateDirectory } = nscale(predictable);
    const outcome = await run([...rotate, '-q', '.name'], { cwd: await workFolder(), env });
    expect(outcome).toEqual({ code: 0, stdout: 'ci-deploy\n', stderr: '' });
    expect(eventsIn(stateDirectory)).toEqual([rotated]);
    expect(logText(stateDirectory)).not.toContain(issuedToken);
  });

  it('that it was printed', async () => {
    const { run, stateDirectory } = nscale(predictable);
    await run([...rotation, '-q', '.credential.value'], { env });
    expect(eventsIn(stateDirectory)).toEqual([{ ...rotated, targets: [{ target: 'stdout', ok: true }] }]);
  });

  it('that nothing took it (8)', async () => {
    const { run, stateDirectory } = nscale(predictable);
    const options = { env, stdout: brokenStdout('ENOSPC') };
    const { code } = await run([...rotation, '-q', '.credential.value'], options);
    expect(code).toBe(8);
    expectEvent(stateDirectory, {
      operation: 'rotate',
      outcome: 'undelivered',
      exitCode: 8,
      fingerprint,
      targets: [{ target: 'stdout', ok: false }],
      error: expect.stringContaining('could not be written to stdout') as unknown,
    });
  });

  it('that it was printed and does not work (8)', async () => {
    const refused = faults({
      method: 'GET',
      path: '/organizations',
      hits: [2, 3, 4, 5, 6, 7],
      answer: () =>
        Response.json({ error: 'access_denied', error_description: 'token validation failed' }, { status: 401 }),
    });
    const { run, stateDirectory } = nscale({ ...predictable, intercept: refused });
    const { code, stdout } = await run([...rotation, '-q', '.credential.value'], { env });
    expect({ code, stdout }).toEqual({ code: 8, stdout: `${issuedToken}\n` });
    expectEvent(stateDirectory, {
      outcome: 'undelivered',
      exitCode: 8,
      verified: false,
      targets: [{ target: 'stdout', ok: true }],
    });
  });

  it('which of two targets took it (8)', async () => {
    const cwd = await workFolder();
    const { run, stateDirectory } = nscale(predictable);
    const argv = [...rotate, '--to', 'exec:/bin/false'];
    const { code } = await run(argv, { cwd, env: { ...env, PATH: '/bin:/usr/bin' } });
    expect(code).toBe(8);
    expectEvent(stateDirectory, {
      outcome: 'undelivered',
      exitCode: 8,
      targets: [
        { target: 'file:token', ok: true },
        { target: 'exec:/bin/false', ok: false },
      ],
    });
  });

  it('that it was refused and changed nothing (4)', async () => {
    const forbidden = faults({
      method: 'POST',
      answer: () => Response.json({ error: 'forbidden', error_description: 'not allowed by rbac' }, { status: 403 }),
    });
    const { run, stateDirectory } = nscale({ ...predictable, intercept: forbidden });
    const { code } = await run(rotate, { cwd: await workFolder(), env });
    expect(code).toBe(4);
    expect(eventsIn(stateDirectory)).toEqual([
      {
        ...rotated,
        ...unissued,
        outcome: 'failed',
        exitCode: 4,
        error: expect.stringContaining('answered 403') as unknown,
      },
    ]);
  });

  it('that its answer was lost (7)', async () => {
    const intercept = faults({ method: 'POST', done: true, answer: lost });
    const { run, stateDirectory } = nscale({ ...predictable, intercept });
    const { code } = await run([...rotate, '--no-reissue'], { cwd: await workFolder(), env });
    expect(code).toBe(7);
    expect(eventsIn(stateDirectory)).toEqual([
      {
        ...rotated,
        ...unissued,
        outcome: 'unknown',
        exitCode: 7,
        error: expect.stringContaining('no new one was received') as unknown,
      },
    ]);
  });

  it('that it was issued once more', async () => {
    const intercept = faults({ method: 'POST', hits: [1], done: true, answer: lost });
    const { run, stateDirectory } = nscale({ ...predictable, intercept });
    const { code } = await run(rotate, { cwd: await workFolder(), env });
    expect(code).toBe(0);
    expectEvent(stateDirectory, { operation: 'rotate', outcome: 'done', reissued: true });
  });
});

describe('the audit log of nscale says of a create', () => {
  const create = ['sa', 'create', '--name', 'ci', '--to', 'file:token'];
  const created = { ...rotated, operation: 'create', id: newAccountId, name: 'ci' };

  it('which account came of it', async () => {
    const { run, stateDirectory } = nscale(predictable);
    expect((await run(create, { cwd: await workFolder(), env })).code).toBe(0);
    expect(eventsIn(stateDirectory)).toEqual([{ ...created, expiresBefore: null }]);
  });

  it('that its answer was lost (7), and no id', async () => {
    const intercept = faults({ method: 'POST', done: true, answer: lost });
    const { run, stateDirectory } = nscale({ ...predictable, intercept });
    const { code } = await run([...create, '--no-reissue'], { cwd: await workFolder(), env });
    expect(code).toBe(7);
    expectEvent(stateDirectory, { operation: 'create', outcome: 'unknown', exitCode: 7, id: null });
  });
});
