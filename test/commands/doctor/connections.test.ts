import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { homeWith, userFile } from '../config/home.ts';
import { doctor, knownCaller, of, said, type Examined } from './rows.ts';

const env = { NSCALE_SERVICE_TOKEN: 'secret-token' };

const profiles = [
  'provider: runai',
  'profile: first',
  'profiles:',
  '  first: { provider: nscale, credential: { file: token } }',
  '  second: { provider: nscale, endpoint: https://second.example, credential: { env: SECOND } }',
  '  runs: { provider: runai, credential: { env: NOTHING } }',
].join('\n');

/** A machine with profiles, and a provider that knows every caller. */
async function machine() {
  const home = await homeWith({ [userFile]: profiles, '.config/sactl/token': 'secret-token' });
  return {
    ...home,
    examine: (argv: readonly string[], more: Record<string, string> = {}) =>
      doctor(argv, { env: { ...env, SECOND: 'secret-token', ...more }, fetch: knownCaller }, home.run),
  };
}

/** The connections that results are about, each once. */
function names({ rows }: Examined): readonly string[] {
  const places = rows.map(({ provider, profile }) => `${provider} ${profile}`);
  return [...new Set(places)].filter((place) => place !== 'null null');
}

describe('doctor looks at', () => {
  const all = ['nscale first', 'nscale second', 'runai runs', 'nscale null'];

  it.each<readonly [readonly string[], Record<string, string>, readonly string[]]>([
    [[], {}, all],
    [['--provider', 'all'], {}, all],
    [['--provider', 'nscale'], {}, ['nscale first']],
    [['--profile', 'second'], {}, ['nscale second']],
    [['--profile', 'second', '--profile', 'first'], {}, ['nscale second', 'nscale first']],
    [[], { SACTL_PROFILE: 'second' }, ['nscale second']],
    [[], { SACTL_PROVIDER: 'nscale' }, ['nscale first']],
    [['--sandbox'], {}, ['nscale null', 'runai null', 'augment null']],
  ])('what is named, or all: %j %j', async (argv, more, places) => {
    const { examine } = await machine();
    expect(names(await examine(argv, more))).toEqual(places);
  });

  it('profiles that have no endpoint, or are not there', async () => {
    const { examine } = await machine();
    const found = await examine(['--profile', 'runs', '--profile', 'nope']);
    expect(found.code).toBe(1);
    expect(said('connection', found)).toEqual([
      'error: profile runs in ~/.config/sactl/config.yaml: "endpoint" is missing, and runai has no default',
      'error: flag --profile is "nope"; there are first, second and runs',
    ]);
  });

  it('the file of a credential, and whose sight it is in', async () => {
    const { examine, path } = await machine();
    await chmod(join(path, '.config/sactl/token'), 0o644);
    const found = await examine(['--profile', 'first']);
    expect(said('permissions', found).slice(-1)).toEqual([
      'warning: other users of this machine can read ~/.config/sactl/token -> chmod 600 ~/.config/sactl/token',
    ]);
    expect(found.stderr).toBe('');
    await writeFile(join(path, '.config/sactl/token'), ' ');
    expect(said('credential', await examine(['--profile', 'first']))).toEqual([
      expect.stringMatching(/^error: no credential: file .* is empty$/),
    ]);
  });

  it('a credential of which a part is missing', async () => {
    const { examine } = await machine();
    const found = await examine([], { RUNAI_CLIENT_ID: 'a' });
    expect(of('credential', found)).toContainEqual({
      provider: 'runai',
      profile: null,
      level: 'warning',
      check: 'credential',
      message: 'RUNAI_CLIENT_ID is set but RUNAI_CLIENT_SECRET is not; it is not used',
      hint: null,
    });
  });

  it('an endpoint that nobody should use', async () => {
    const found = await doctor(['--provider', 'nscale', '--endpoint', 'http://a.example'], { env });
    expect(said('connection', found)).toEqual([
      'error: flag --endpoint must use https: http would send the credential to a.example unencrypted',
    ]);
  });

  it("a profile's credential that would go elsewhere, and asks nobody off a terminal", async () => {
    const { examine } = await machine();
    const argv = ['--profile', 'first', '--endpoint', 'https://else.example'];
    const found = await examine(argv);
    expect(of('connection', found)).toMatchObject([
      { message: '--endpoint beside a profile needs --allow-endpoint-override here' },
    ]);
    expect((await examine([...argv, '--allow-endpoint-override'])).code).toBe(0);
  });

  it('no secret that it would print', async () => {
    const { examine } = await machine();
    const { rows } = await examine([]);
    expect(JSON.stringify(rows)).not.toContain('secret-token');
  });
});
