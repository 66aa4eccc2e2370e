import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  reviewer,
  seedInventory,
  sessionOf,
  signIn,
  useAugment,
  type AugmentDeployment,
} from '../../harness/augment.ts';
import type { Outcome } from '../../harness/run.ts';
import { workFolder } from '../support.ts';

const deploy = useAugment();
const fresh = 'a-new-token-that-nobody-else-has';
const own = 'the-token-that-sactl-signs-in-with';
const old = reviewer.value;

/** How a secret can be written down: as it is, in hexadecimal, or in base64 with anything before and behind it. */
function formsOf(secret: string): readonly string[] {
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.from('x'.repeat(shift) + secret)
      .toString('base64')
      // What the neighbours have a share in is left out.
      .slice(shift === 0 ? 0 : shift + 1, -4),
  );
  return [secret, Buffer.from(secret).toString('hex'), ...shifted];
}

/** The paths of all files below a folder that hold this secret in any form. */
async function filesWith(folder: string, secret: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    if (formsOf(secret).some((form) => bytes.includes(form))) found.push(relative(folder, path));
  }
  return found.toSorted();
}

interface Machine {
  readonly deployment: AugmentDeployment;
  readonly cwd: string;
}

/** Somebody with a session of his own, whose Auggie works as the reviewer, with a new token for the reviewer. */
async function machine(): Promise<Machine> {
  const deployment = deploy({ inventory: seedInventory(), token: own });
  deployment.issuance({ account: 'operator', token: 'own', value: own });
  deployment.issuance({ token: 'second', value: fresh });
  signIn(deployment, sessionOf(old));
  return { deployment, cwd: await workFolder({ 'new.json': sessionOf(fresh) }) };
}

const backup = `backups/${seedInventory().accounts[0]?.tokens[0]?.fingerprint.replace(':', '-') ?? ''}.json`;
const rotate = `sa rotate --id ${reviewer.account} --token second -f new.json --yes`;

function words({ stdout, stderr }: Outcome): string {
  return stdout + stderr;
}

describe('a token', () => {
  it.each([[''], ['--json'], ['--json --raw'], ['-q .'], ['--format yaml'], ['--json --debug']])(
    'is in its target and the old one in its backup, and nowhere else: %s',
    async (flags) => {
      const { deployment, cwd } = await machine();
      const outcome = await deployment.run(`${rotate} ${flags}`.trim().split(' '), { cwd });
      expect(outcome.code).toBe(0);
      for (const secret of [fresh, old, own]) expect(words(outcome)).not.toContain(secret);
      expect(await filesWith(deployment.homeDirectory, fresh)).toEqual(['.augment/session.json']);
      expect(await filesWith(deployment.stateDirectory, fresh)).toEqual([]);
      expect(await filesWith(deployment.stateDirectory, old)).toEqual([backup]);
      expect(await filesWith(deployment.stateDirectory, own)).toEqual([]);
      expect(await filesWith(cwd, fresh)).toEqual(['new.json']);
    },
  );

  it('is in the journal while it is not delivered, and only there', async () => {
    const { deployment, cwd } = await machine();
    const argv = `${rotate} --to file:out`.split(' ');
    let kept: readonly string[] = [];
    const outcome = await deployment.run(argv, {
      cwd,
      fetch: async (input, init) => {
        kept = await filesWith(deployment.stateDirectory, fresh);
        return globalThis.fetch(input, init);
      },
    });
    expect(outcome.code).toBe(0);
    expect(kept).toEqual([expect.stringMatching(/^journal\//)]);
    expect(await filesWith(deployment.stateDirectory, fresh)).toEqual([]);
    expect(await filesWith(deployment.stateDirectory, old)).toEqual([]);
  });

  it('is never in the journal with --no-journal', async () => {
    const { deployment, cwd } = await machine();
    const argv = `${rotate} --to file:out --no-journal`.split(' ');
    let kept: readonly string[] = ['not asked'];
    const outcome = await deployment.run(argv, {
      cwd,
      fetch: async (input, init) => {
        kept = await filesWith(deployment.stateDirectory, fresh);
        return globalThis.fetch(input, init);
      },
    });
    expect([outcome.code, kept]).toEqual([0, []]);
  });

  it.each([
    ['is refused', JSON.stringify({ accessToken: fresh, tenantURL: fresh, scopes: fresh })],
    ['has a tenant that holds it', JSON.stringify({ accessToken: fresh, tenantURL: `https://${fresh}@x/` })],
    ['cannot be parsed', `{"accessToken": "${fresh}" `],
    ['has blanks', `${fresh} ${fresh}`],
    ['is quoted', `'${sessionOf(fresh)}'`],
    ['is below a key', JSON.stringify({ [fresh]: fresh })],
  ])('is not in the error when the session %s', async (_, stdin) => {
    const { deployment, cwd } = await machine();
    const argv = `sa create --name ci --stdin --debug`.split(' ');
    const outcome = await deployment.run(argv, { cwd, stdin });
    expect(outcome.code).toBe(2);
    expect(words(outcome)).not.toContain(fresh);
    expect(await filesWith(deployment.stateDirectory, fresh)).toEqual([]);
  });

  it('is not in the error when Augment refuses it and repeats it', async () => {
    const deployment = deploy({
      inventory: seedInventory(),
      intercept: () => Response.json({ error: { code: 'Unauthenticated', message: `bad ${fresh}` } }, { status: 401 }),
    });
    const cwd = await workFolder({ 'new.json': sessionOf(fresh) });
    const outcome = await deployment.run(`${rotate} --to file:out --debug`.split(' '), { cwd });
    expect(outcome.code).toBe(1);
    expect(words(outcome)).not.toContain(fresh);
    expect(await filesWith(deployment.stateDirectory, fresh)).toEqual([]);
    expect(await filesWith(cwd, fresh)).toEqual(['new.json']);
  });

  it('is not in what the rest of its life prints', async () => {
    const { deployment, cwd } = await machine();
    await deployment.run(rotate.split(' '), { cwd });
    const id = `--id ${reviewer.account}`;
    const revoke = `tokens revoke ${id} --token ${reviewer.token} --done --yes`;
    const said = [`tokens restore ${id} --token ${reviewer.token}`, revoke, 'whoami', 'sa list --active'];
    for (const argv of said) {
      const outcome = await deployment.run([...argv.split(' '), '--json', '--debug'], { cwd });
      for (const secret of [fresh, old, own]) expect(words(outcome)).not.toContain(secret);
      deployment.state.accounts
        .flatMap(({ tokens }) => tokens)
        .filter(({ name }) => name === reviewer.token)
        .forEach((token) => (token.revokedAt = '2026-11-22T12:00:00.000Z'));
    }
    expect(await filesWith(deployment.stateDirectory, old)).toEqual([]);
  });
});
