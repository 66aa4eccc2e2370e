import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { useNscale } from '../../harness/nscale.ts';
import { accountsPath, issuedToken, newAccountId, operationId, predictable, problems, workFolder } from '../support.ts';
import { delivered, fileAt, removing } from './delivery.ts';

const nscale = useNscale();

const { nightlyTrain } = accountIds;
const rotate = ['sa', 'rotate', '--id', 'nightly-train', '--yes'];
const create = ['sa', 'create', '--name', 'ci'];
const post = `POST ${accountsPath}/${nightlyTrain}/rotate`;
const secretFile = { text: issuedToken, mode: '600' };
const result = '[.deliveredTo, .recoverId, .verified, .credential.value]';

describe('several targets', () => {
  it('are all given the credential, in the order of the command line', async () => {
    const deployment = nscale(predictable);
    const cwd = await workFolder({ '.env': 'A=1\n' });
    await chmod(join(cwd, '.env'), 0o600);
    const targets = ['--to', 'file:{id}', '--to', 'dotenv:.env#TOKEN', '--to', 'file:b'];
    const { code, stdout, stderr } = await deployment.run([...rotate, ...targets, '-q', result], { cwd });
    expect({ code, stderr, sent: deployment.mutations() }).toEqual({ code: 0, stderr: '', sent: [post] });
    expect(JSON.parse(stdout)).toEqual([
      [delivered(`file:${nightlyTrain}`), delivered('dotenv:.env#TOKEN'), delivered('file:b')],
      null,
      true,
      null,
    ]);
    expect(await fileAt(cwd, nightlyTrain)).toEqual(secretFile);
    expect(await fileAt(cwd, 'b')).toEqual(secretFile);
    expect((await fileAt(cwd, '.env')).text).toBe(`A=1\nTOKEN=${issuedToken}\n`);
  });
});

const failing = [
  { verb: 'rotate', argv: rotate, id: nightlyTrain, name: 'nightly-train' },
  { verb: 'create', argv: create, id: newAccountId, name: 'ci' },
];

describe.each(failing)('a target that fails after the $verb', ({ argv, id, name }) => {
  it('does not keep the credential from the others, and leaves it in the journal', async () => {
    const cwd = await workFolder();
    const gone = await workFolder();
    const deployment = nscale(removing(gone));
    const targets = ['--to', `file:${gone}/a`, '--to', 'file:b'];
    const { code, stdout, stderr } = await deployment.run([...argv, ...targets, '-q', result], { cwd });
    const error = `there is no folder ${gone}; make it first (mkdir)`;
    expect(code).toBe(8);
    expect(JSON.parse(stdout)).toEqual([
      [{ target: `file:${gone}/a`, ok: false, error }, delivered('file:b')],
      operationId,
      true,
      null,
    ]);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'undelivered',
        message: `the new credential of nscale service account ${name} (${id}) was not delivered to file:${gone}/a: ${error}; it is kept`,
        hint: `fix what it reports, then: sactl recover deliver --id ${operationId}; or add --to <target> for another place`,
        provider: 'nscale',
        status: null,
        traceId: null,
        retryable: false,
        exitCode: 8,
      },
    });
    expect(await fileAt(cwd, 'b')).toEqual(secretFile);
    expect(await readdir(join(deployment.stateDirectory, 'journal'))).toEqual([`${operationId}.jsonl`]);
    expect(deployment.mutations()).toHaveLength(1);
  });

  it('and was the only one is told of in the words of a job', async () => {
    const cwd = await workFolder();
    const gone = await workFolder();
    const targets = ['--to', `file:${gone}/a`, '--to', `file:${gone}/b`, '--format', 'yaml'];
    const options = { cwd, env: { CI: 'true' } };
    const { code, stderr } = await nscale(removing(gone)).run([...argv, ...targets], options);
    const error = `there is no folder ${gone}; make it first (mkdir)`;
    expect({ code, stderr }).toEqual({
      code: 8,
      stderr: problems(
        [
          `the new credential of nscale service account ${name} (${id}) was not delivered to file:${gone}/a: ${error}; nor to file:${gone}/b: ${error}; it is kept`,
        ],
        `fix what it reports, then: sactl recover deliver --id ${operationId} (in this same job, or rotate again); or add --to <target> for another place`,
      ),
    });
  });
});
