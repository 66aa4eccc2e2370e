import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { useNscale } from '../../harness/nscale.ts';
import { faults, lost } from '../../providers/faults.ts';
import { entryIds, keepCredential, rotation } from '../recover/entries.ts';
import { accountsPath, issuedToken, predictable, workFolder } from '../support.ts';
import { eventsIn, expectEvent, logText } from './events.ts';
import { common, env, rotated, unissued } from './nscale-events.ts';

const nscale = useNscale();

const { ciDeploy } = accountIds;

describe('the audit log of nscale says of other changes', () => {
  const update = ['sa', 'update', '--id', 'ci-deploy', '--description', 'New'];
  const deletion = ['sa', 'delete', '--id', 'ci-deploy', '--yes'];
  const changed = { ...common, ...unissued, id: ciDeploy, name: 'ci-deploy', expiresBefore: null };

  it.each([
    ['update', update],
    ['delete', deletion],
  ])('that they were done: %s', async (operation, argv) => {
    const { run, stateDirectory } = nscale();
    expect((await run(argv, { env })).code).toBe(0);
    expect(eventsIn(stateDirectory)).toEqual([
      { ...changed, operation, outcome: 'done', exitCode: 0, entry: null, error: null },
    ]);
  });

  it.each([
    ['update', update],
    ['delete', deletion],
  ])('that they were refused: %s', async (operation, argv) => {
    const intercept = faults(
      ...['PUT', 'DELETE'].map((method) => ({
        method,
        answer: () => Response.json({ error: 'forbidden', error_description: 'not allowed' }, { status: 403 }),
      })),
    );
    const { run, stateDirectory } = nscale({ intercept });
    expect((await run(argv, { env })).code).toBe(4);
    expectEvent(stateDirectory, { operation, outcome: 'failed', exitCode: 4, id: ciDeploy });
  });

  it('that it is unknown what became of them', async () => {
    const intercept = faults(
      { method: 'DELETE', answer: lost },
      { method: 'GET', path: accountsPath, hits: [2, 3, 4, 5, 6, 7, 8], answer: lost },
    );
    const { run, stateDirectory } = nscale({ intercept });
    const { code } = await run(deletion, { env });
    expect(code).toBe(7);
    expectEvent(stateDirectory, { operation: 'delete', outcome: 'unknown', exitCode: 7 });
  });

  it('that a kept credential was delivered', async () => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    const cwd = await workFolder();
    const argv = ['recover', 'deliver', '--id', entryIds.kept, '--to', 'file:token', '--yes'];
    expect((await deployment.run(argv, { cwd, env })).code).toBe(0);
    expect(eventsIn(deployment.stateDirectory)).toEqual([
      expect.objectContaining({ operation: 'rotate', outcome: 'undelivered' }),
      {
        ...rotated,
        credentialSource: null,
        operation: 'deliver',
        expiresBefore: null,
        reissued: null,
        entry: entryIds.kept,
      },
    ]);
  });

  it('that a kept credential was printed', async () => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    const argv = ['recover', 'deliver', '--id', entryIds.kept, '--yes', '-q', '.credential.value'];
    expect((await deployment.run(argv, { env })).code).toBe(0);
    expect(eventsIn(deployment.stateDirectory).at(-1)).toMatchObject({
      operation: 'deliver',
      outcome: 'done',
      targets: [{ target: 'stdout', ok: true }],
    });
  });

  it('that a kept credential was dead, and went nowhere', async () => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    for (const account of deployment.state.accounts) account.tokenHash = null;
    const cwd = await workFolder();
    const argv = ['recover', 'deliver', '--id', entryIds.kept, '--to', 'file:token', '--yes'];
    expect((await deployment.run(argv, { cwd, env })).code).toBe(8);
    expect(eventsIn(deployment.stateDirectory).at(-1)).toMatchObject({
      operation: 'deliver',
      outcome: 'undelivered',
      exitCode: 8,
      verified: false,
      targets: [],
    });
  });

  it('that an entry was discarded', async () => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    const argv = ['recover', 'discard', '--id', entryIds.kept, '--yes'];
    expect((await deployment.run(argv, { env })).code).toBe(0);
    expect(eventsIn(deployment.stateDirectory)).toEqual([
      expect.anything(),
      {
        ...changed,
        credentialSource: null,
        operation: 'discard',
        outcome: 'done',
        exitCode: 0,
        entry: entryIds.kept,
        error: null,
      },
    ]);
  });
});

it('no secret is in the audit log, whatever was done', async () => {
  const deployment = nscale(predictable);
  await keepCredential(deployment, rotation);
  const cwd = await workFolder();
  await deployment.run(['recover', 'deliver', '--id', entryIds.kept, '--yes', '--json'], { cwd });
  await deployment.run(['sa', 'create', '--name', 'ci', '--to', 'file:token'], { cwd });
  await deployment.run([...rotation, '--to', 'file:token'], { cwd });
  const text = logText(deployment.stateDirectory);
  expect(eventsIn(deployment.stateDirectory)).toHaveLength(4);
  expect(text).not.toContain(issuedToken);
  expect(text).not.toContain('sandbox-administrator');
});
