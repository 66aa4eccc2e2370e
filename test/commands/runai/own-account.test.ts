// @module-tag slow
import { describe, expect, it } from 'vitest';

import { runaiAccountIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { runaiSandboxClients, useRunai } from '../../harness/runai.ts';
import { mayBe, missing, testOwnChanges } from '../own-account.ts';

const runai = useRunai();
const { administrator } = runaiSandboxClients;
const ownDeletion = ['sa', 'delete', '--id', administrator.clientId, '--yes'];

describe("a change of the caller's own account on Run:ai", () => {
  testOwnChanges(runai, [
    ['update --disable', ['sa', 'update', '--id', administrator.clientId, '--disable'], 'PATCH'],
    ['accessrules delete', ['accessrules', 'delete', '--id', '101', '--yes'], 'DELETE'],
  ]);

  it.each([[['accessrules', 'delete', '--id', '102', '--yes']], [['sa', 'update', '--id', 'ci-vision', '--disable']]])(
    'needs nothing else: %j',
    async (argv) => {
      const deployment = runai();
      const { stderr } = await deployment.run([...argv, '--format', 'yaml']);
      expect(stderr).not.toContain('signs in');
      expect(deployment.mutations()).toHaveLength(1);
    },
  );

  it.each([
    [['sa', 'delete', '--id', 'ci-vision', '--yes'], 4],
    [['sa', 'update', '--id', 'ci-vision', '--disable'], 1],
    [['accessrules', 'delete', '--id', '102', '--yes'], 1],
  ])('is taken for what an access token cannot tell apart from it, too: %j', async (argv, sent) => {
    const deployment = runai({ newToken: () => 'a.b.c' });
    await deployment.run(['whoami', '--json']);
    const env = { RUNAI_CLIENT_ID: undefined, RUNAI_CLIENT_SECRET: undefined, RUNAI_TOKEN: 'a.b.c' };
    expect(await deployment.run([...argv, '--format', 'yaml'], { env })).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: ${mayBe}: ${missing}\n`,
    });
    expect(deployment.mutations()).toEqual([]);
    expect(await deployment.run([...argv, '--allow-self', '--format', 'yaml'], { env })).toMatchObject({ code: 0 });
    expect(deployment.mutations()).toHaveLength(sent);
  });
});

describe("Run:ai's delete of oneself", () => {
  it.each([[[]], [['--allow-self']], [['--allow-self', '--dry-run']]])('is refused: %j', async (flags) => {
    const deployment = runai();
    expect(await deployment.run([...ownDeletion, ...flags, '--format', 'yaml'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `sactl: ${administrator.clientId} (${runaiAccountIds.administrator}) is the account that sactl signs in with: ` +
        'it cannot delete itself, because it would be disabled first, and then may not delete its access rules and ' +
        'the account\nhint: delete it with the credential of another account\n',
    });
    expect(deployment.mutations()).toEqual([]);
  });
});
