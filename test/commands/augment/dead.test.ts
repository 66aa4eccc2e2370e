import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { reviewer } from '../../harness/augment.ts';
import { marked, sandbox, tokenOf } from './sandbox.ts';

// The new token is tried before anything is touched (docs/design.md 8).
it('a token that was revoked before it was brought changes nothing anywhere', async () => {
  const machine = await sandbox();
  const { sactl, atConsole, cwd, stateDirectory } = machine;
  const account = reviewer.account;
  const first = await atConsole('issue', '--account', account, '--token', 'first');
  await sactl(['sa', 'create', '--name', account, '--token', 'first', '--stdin'], { stdin: first });
  // As a person has formatted it, so that any rewriting would show.
  const before = `${JSON.stringify(JSON.parse(first), null, 4)}\r\n`;
  await writeFile(join(cwd, 'session.json'), before, { mode: 0o600 });
  const inventory = join(stateDirectory, 'sandbox', 'augment', 'inventory.json');
  const recorded = await readFile(inventory, 'utf8');

  const second = await atConsole('issue', '--account', account, '--token', 'second');
  await atConsole('revoke', '--account', account, '--token', 'second');
  const argv = `sa rotate --id ${account} --token second --stdin --to session:session.json --yes`;
  const outcome = await sactl(argv.split(' '), { stdin: second });

  expect(outcome).toEqual({
    code: 1,
    stdout: '',
    stderr: marked(
      'sactl: the new credential is still refused; trying for another 23 seconds',
      'sactl: the new credential does not work: cannot try the token: augment answered 401: Missing or invalid API token; nothing was changed',
    ),
  });
  expect(await machine.file('session.json')).toBe(before);
  expect(await readFile(inventory, 'utf8')).toBe(recorded);
  expect(await machine.journal()).toEqual([]);
  expect(await machine.backups()).toEqual([]);
  expect(await machine.tried(tokenOf(first))).toBe(200);
});
