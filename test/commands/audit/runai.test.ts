import { describe, expect, it } from 'vitest';

import { Secret } from '../../../src/model/credential.ts';
import { fingerprintOf } from '../../../src/model/fingerprint.ts';
import { runaiEndpoint, runaiSandboxClients, useRunai } from '../../harness/runai.ts';
import { faults, lost } from '../../providers/faults.ts';
import { forbidden, serverError } from '../../providers/runai/faults.ts';
import { ciVision, rules } from '../../providers/runai/paths.ts';
import { entryIds, keepCredential } from '../recover/entries.ts';
import { workFolder } from '../support.ts';
import { eventsIn, expectEvent, logText } from './events.ts';

const runai = useRunai();

const secret = 'issued-one-time-secret';
const predictable = { newSecret: () => secret };
const { id, name } = ciVision;

const common = {
  provider: 'runai',
  profile: null,
  endpoint: runaiEndpoint,
  credentialSource: 'environment variables RUNAI_CLIENT_ID and RUNAI_CLIENT_SECRET',
  sandbox: false,
};

describe('the audit log of Run:ai says of', () => {
  it('a rotation that no credential ended before or ends after', async () => {
    const { run, stateDirectory } = runai(predictable);
    const argv = ['sa', 'rotate', '--id', name, '--yes', '--to', 'file:secret'];
    expect((await run(argv, { cwd: await workFolder() })).code).toBe(0);
    expectEvent(stateDirectory, {
      ...common,
      operation: 'rotate',
      outcome: 'done',
      exitCode: 0,
      id,
      name,
      organization: '1001',
      expiresBefore: null,
      expiresAfter: null,
      fingerprint: fingerprintOf(new Secret(secret)),
      verified: true,
      targets: [{ target: 'file:secret', ok: true }],
    });
    expect(logText(stateDirectory)).not.toContain(secret);
    expect(logText(stateDirectory)).not.toContain(runaiSandboxClients.administrator.clientSecret);
  });

  it('a rotation whose answer was lost (7)', async () => {
    const intercept = faults({ method: 'POST', path: '/secret', answer: lost });
    const { run, stateDirectory } = runai({ intercept });
    const argv = ['sa', 'rotate', '--id', name, '--yes', '--no-reissue', '--to', 'file:secret'];
    const { code } = await run(argv, { cwd: await workFolder() });
    expect(code).toBe(7);
    expectEvent(stateDirectory, { operation: 'rotate', outcome: 'unknown', exitCode: 7, id });
  });

  const create = ['sa', 'create', '--name', 'ci-speech', '--to', 'file:secret'];
  const role = ['--role', 'Viewer', '--scope', 'project:language'];

  it('a create with a role: one event', async () => {
    const { run, stateDirectory } = runai(predictable);
    expect((await run([...create, ...role], { cwd: await workFolder() })).code).toBe(0);
    expectEvent(stateDirectory, {
      operation: 'create',
      outcome: 'done',
      exitCode: 0,
      name: 'ci-speech',
      targets: [{ target: 'file:secret', ok: true }],
    });
  });

  it('a create whose role could not be granted (6)', async () => {
    const intercept = faults({ method: 'POST', path: rules, answer: forbidden });
    const { run, stateDirectory } = runai({ ...predictable, intercept });
    const { code } = await run([...create, ...role], { cwd: await workFolder() });
    expect(code).toBe(6);
    expectEvent(stateDirectory, {
      operation: 'create',
      outcome: 'partial',
      exitCode: 6,
      name: 'ci-speech',
      fingerprint: fingerprintOf(new Secret(secret)),
      targets: [{ target: 'file:secret', ok: true }],
      error: expect.stringContaining('Lack of permissions') as unknown,
    });
  });

  const update = ['sa', 'update', '--id', name];

  it('an update', async () => {
    const { run, stateDirectory } = runai();
    expect((await run([...update, '--disable'])).code).toBe(0);
    expectEvent(stateDirectory, { operation: 'update', outcome: 'done', exitCode: 0, id, name });
  });

  it('an update that changes nothing: nothing', async () => {
    const { run, stateDirectory } = runai();
    expect((await run([...update, '--enable'])).code).toBe(0);
    expect(eventsIn(stateDirectory)).toEqual([]);
  });

  const deletion = ['sa', 'delete', '--id', name, '--yes'];

  it('a deletion: one event, although rules go with it', async () => {
    const { run, stateDirectory } = runai();
    expect((await run(deletion)).code).toBe(0);
    expectEvent(stateDirectory, {
      ...common,
      operation: 'delete',
      outcome: 'done',
      exitCode: 0,
      id,
      name,
      error: null,
    });
  });

  it('a deletion that left a rule behind (6)', async () => {
    const stays = faults({ method: 'DELETE', path: '/102', answer: serverError });
    const { run, stateDirectory } = runai({ intercept: stays });
    expect((await run(deletion)).code).toBe(6);
    expectEvent(stateDirectory, {
      operation: 'delete',
      outcome: 'partial',
      exitCode: 6,
      id,
      error: expect.stringContaining('access rules stayed behind: 102') as unknown,
    });
  });

  it('a deletion for which somebody else was faster: nothing', async () => {
    const { run, stateDirectory, state } = runai({
      intercept: (request, next) => {
        if (request.method === 'PATCH') {
          state.accounts = state.accounts.filter((account) => account.id !== id);
        }
        return next(request);
      },
    });
    const { code, stdout } = await run([...deletion, '--ignore-missing', '-q', '.deleted']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'false\n' });
    expect(eventsIn(stateDirectory)).toEqual([]);
  });

  const grant = 'accessrules create --account ci-vision --role Viewer --scope project:language';

  it('a rule that was added: its id and whose it is', async () => {
    const { run, stateDirectory } = runai();
    expect((await run(grant.split(' '))).code).toBe(0);
    expectEvent(stateDirectory, { ...common, operation: 'grant', outcome: 'done', exitCode: 0, id: '117', name });
  });

  it('a rule that was refused: whose it would be', async () => {
    const intercept = faults({ method: 'POST', path: rules, answer: forbidden });
    const { run, stateDirectory } = runai({ intercept });
    expect((await run(grant.split(' '))).code).toBe(4);
    expectEvent(stateDirectory, { operation: 'grant', outcome: 'failed', exitCode: 4, id: null, name });
  });

  it('a rule that was taken away: its id and whose it was', async () => {
    const { run, stateDirectory } = runai();
    expect((await run(['accessrules', 'delete', '--id', '102', '--yes'])).code).toBe(0);
    expectEvent(stateDirectory, { ...common, operation: 'ungrant', outcome: 'done', exitCode: 0, id: '102', name });
  });

  it('a kept secret that was delivered', async () => {
    const deployment = runai(predictable);
    await keepCredential(deployment, ['sa', 'rotate', '--id', name, '--yes']);
    const argv = ['recover', 'deliver', '--id', entryIds.kept, '--to', 'file:secret', '--yes'];
    expect((await deployment.run(argv, { cwd: await workFolder() })).code).toBe(0);
    expect(eventsIn(deployment.stateDirectory)).toEqual([
      expect.objectContaining({ operation: 'rotate', outcome: 'undelivered', exitCode: 8 }),
      expect.objectContaining({
        operation: 'deliver',
        outcome: 'done',
        exitCode: 0,
        id,
        targets: [{ target: 'file:secret', ok: true }],
      }),
    ]);
  });
});
