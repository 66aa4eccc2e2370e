import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { useNscale, type NscaleDeployment } from '../../harness/nscale.ts';
import { accountsPath, issuedToken, newAccountId, operationId, predictable, problems, workFolder } from '../support.ts';
import { fileAt, removing } from './delivery.ts';

const nscale = useNscale();

const { ciDeploy } = accountIds;
const rotate = ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--no-journal'];
const create = ['sa', 'create', '--name', 'ci', '--no-journal'];
const verbs = [
  {
    verb: 'rotate',
    argv: rotate,
    account: `ci-deploy (${ciDeploy})`,
    id: ciDeploy,
    post: `POST ${accountsPath}/${ciDeploy}/rotate`,
  },
  { verb: 'create', argv: create, account: `ci (${newAccountId})`, id: newAccountId, post: `POST ${accountsPath}` },
];

/** The journal's files by name, with what they hold. */
async function journal(deployment: NscaleDeployment): Promise<ReadonlyMap<string, string>> {
  const folder = join(deployment.stateDirectory, 'journal');
  const files = new Map<string, string>();
  for (const name of await readdir(folder)) {
    files.set(name, await readFile(join(folder, name), 'utf8'));
  }
  return files;
}

describe.each(verbs)('sa $verb --no-journal', ({ argv, account, id, post }) => {
  it.each([[['--json']], [['--to', 'exec:cat']], [['--to', 'github-env:TOKEN']]])(
    'needs a durable target: %j',
    async (flags) => {
      const deployment = nscale(predictable);
      const cwd = await workFolder({ environment: '' });
      const env = { PATH: '/bin:/usr/bin', GITHUB_ENV: join(cwd, 'environment') };
      const { code, stdout, stderr } = await deployment.run([...argv, ...flags], { cwd, env });
      expect({ code, stdout, sent: deployment.mutations() }).toEqual({ code: 2, stdout: '', sent: [] });
      expect(stderr).toContain(
        '--no-journal needs a durable --to (file, dotenv, session, profile, gh-secret, gitlab-variable, kubernetes, vault, aws-secret, gcp-secret, azure-keyvault, doppler or op): otherwise nothing keeps the credential',
      );
    },
  );

  it('delivers as ever, and keeps nothing', async () => {
    const deployment = nscale(predictable);
    const cwd = await workFolder();
    const command = [...argv, '--to', 'file:token', '-q', '[.verified, .recoverId]'];
    expect(await deployment.run(command, { cwd })).toEqual({ code: 0, stdout: '[true,null]\n', stderr: '' });
    expect(await fileAt(cwd, 'token')).toEqual({ text: issuedToken, mode: '600' });
    expect(await journal(deployment)).toEqual(new Map());
    expect(deployment.mutations()).toEqual([post]);
  });

  it('leaves an entry without the secret when one of two targets fails', async () => {
    const cwd = await workFolder();
    const gone = await workFolder();
    const deployment = nscale(removing(gone));
    const targets = ['--to', `file:${gone}/a`, '--to', 'file:token', '--format', 'yaml'];
    const { code, stderr } = await deployment.run([...argv, ...targets], { cwd });
    expect({ code, stderr }).toEqual({
      code: 8,
      stderr: problems(
        [
          `the new credential of nscale service account ${account} was not delivered to file:${gone}/a: there is no folder ${gone}; make it first (mkdir); it is only where it was delivered`,
        ],
        `copy it from there, or issue another: sactl serviceaccounts rotate --id ${id}`,
      ),
    });
    expect(await fileAt(cwd, 'token')).toEqual({ text: issuedToken, mode: '600' });
    await expectEntryWithoutSecret(deployment);
  });

  it('says that nobody has the credential when all targets fail', async () => {
    const gone = await workFolder();
    const deployment = nscale(removing(gone));
    const { code, stderr } = await deployment.run([...argv, '--to', `file:${gone}/a`, '--format', 'yaml'], {
      cwd: await workFolder(),
    });
    expect({ code, stderr }).toEqual({
      code: 7,
      stderr: problems(
        [
          `the new credential of nscale service account ${account} was not delivered to file:${gone}/a: there is no folder ${gone}; make it first (mkdir); it is not kept either: it is lost`,
        ],
        `issue another: sactl serviceaccounts rotate --id ${id}; then: sactl recover discard --id ${operationId}`,
      ),
    });
    expect(deployment.mutations()).toEqual([post]);
    await expectEntryWithoutSecret(deployment);
  });
});

async function expectEntryWithoutSecret(deployment: NscaleDeployment): Promise<void> {
  const files = await journal(deployment);
  expect([...files.keys()]).toEqual([`${operationId}.jsonl`]);
  const [text = ''] = files.values();
  expect(text).toContain('"keepsSecret":false');
  expect(text).toContain('"base64":null');
  expect(text).not.toContain(issuedToken);
}
