// @module-tag slow
import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { organizationId, useNscale } from '../../harness/nscale.ts';
import { issuedToken, newAccountId, predictable } from '../support.ts';
import {
  entryIds,
  keepCredential,
  leaveEntry,
  leaveFile,
  nscaleAnswer,
  otherProcess,
  rotation,
  type LeftEntry,
} from './entries.ts';

const nscale = useNscale();

const show = ['recover', 'show', '--id', '4f1c09d2'];
const forget = `sactl recover discard --id ${entryIds.kept}`;
const again = `issue another: sactl serviceaccounts rotate --id ${accountIds.ciDeploy}`;

describe('recover show --reveal', () => {
  it.each([
    [['-q', '.credential.value'], `${issuedToken}\n`],
    [['-q', '.credential | [.kind, .expiresAt]'], '["access-token","2027-02-20T12:00:00Z"]\n'],
    [['-q', '.answer'], 'null\n'],
  ])('%j', async (argv, stdout) => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    const outcome = await deployment.run([...show, '--reveal', ...argv]);
    expect(outcome).toEqual({ code: 0, stdout, stderr: '' });
    expect(await deployment.run(['recover', 'list', '-q', '.[].id'])).toMatchObject({ stdout: `${entryIds.kept}\n` });
  });

  it('prints the token alone on the last line for people', async () => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, ['sa', 'create', '--name', 'ci']);
    const { code, stdout, stderr } = await deployment.run([...show, '--reveal']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Account ID:    ${newAccountId}\n`);
    expect(stdout.split('\n').slice(-4)).toEqual(['', 'Credential:', issuedToken, '']);
  });

  it('masks the token in the log of a job first', async () => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    const env = { GITHUB_ACTIONS: 'true' };
    const argv = [...show, '--reveal', '-q', '.credential.value'];
    expect(await deployment.run(argv, { env })).toEqual({
      code: 0,
      stdout: `${issuedToken}\n`,
      stderr: `::add-mask::${issuedToken}\n`,
    });
  });

  const asItCame = 'sactl: no credential could be read from the answer; it is printed as it was received\n';

  it.each([
    ['half of an answer', nscaleAnswer().slice(0, -3)],
    ['an answer without a token', nscaleAnswer('')],
    ['lines with what a terminal would obey', '<html>\n  \u001B[2J::set-env\n'],
    ['nothing', ''],
  ])('prints %s as it came', async (_, text) => {
    const deployment = nscale();
    await leaveEntry(deployment, { answer: { text } });
    const outcome = await deployment.run([...show, '--reveal', '-q', '.credential, .answer | tojson']);
    expect(outcome).toEqual({ code: 0, stdout: `null\n${JSON.stringify(text)}\n`, stderr: asItCame });
  });

  it('prints an answer that cannot be read for people without what a terminal would obey', async () => {
    const deployment = nscale();
    await leaveEntry(deployment, { answer: { text: '<html>\n\u001B[2J::set-env {"token":\u0000"t"}' } });
    const { code, stdout, stderr } = await deployment.run([...show, '--reveal']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: asItCame });
    expect(stdout.split('\n').slice(-5)).toEqual(['', 'Answer:', '<html>', ': :set-env {"token":"t"}', '']);
  });

  it.each<readonly [LeftEntry, string, string]>([
    [
      { answer: null },
      'the request left, and no answer is known',
      `${again} --provider nscale --org ${organizationId}`,
    ],
    [
      { keepsSecrets: false },
      'it was left without its secret (--no-journal)',
      `${again} --provider nscale --org ${organizationId}`,
    ],
    [{ isSent: false, self: { ...otherProcess, host: 'elsewhere' } }, 'nothing was sent', forget],
  ])('is not found where there is none: %j', async (left, why, hint) => {
    const deployment = nscale();
    await leaveEntry(deployment, left);
    expect(await deployment.run([...show, '--reveal'])).toEqual({
      code: 3,
      stdout: '',
      stderr: `sactl: entry ${entryIds.kept} holds no credential: ${why}\nhint: ${hint}\n`,
    });
  });

  it('says of a file that is no entry where it is', async () => {
    const deployment = nscale();
    const path = await leaveFile(deployment, { id: entryIds.kept, text: 'garbage\n' });
    expect(await deployment.run([...show, '--reveal'])).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        `sactl: entry ${entryIds.kept} cannot be read: it does not begin like an entry`,
        `hint: look at ${path}; to remove it: ${forget}`,
        '',
      ].join('\n'),
    });
  });

  it('never repeats what a filter says of a credential', async () => {
    const deployment = nscale(predictable);
    await keepCredential(deployment, rotation);
    const argv = [...show, '--reveal', '-q', '.credential.value | error'];
    const { code, stdout, stderr } = await deployment.run(argv);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).not.toContain(issuedToken);
  });
});
