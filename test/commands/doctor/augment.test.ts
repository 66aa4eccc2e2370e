// @module-tag slow
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { run } from '../../harness/run.ts';
import { freshStateDirectory } from '../../harness/state.ts';
import { workFolder } from '../support.ts';

function full(accessToken: string): string {
  const tenantURL = 'https://d1.api.augmentcode.com/';
  return JSON.stringify({ accessToken, tenantURL, scopes: ['read', 'write'] });
}

/** A home with Auggie's session file in it, and what doctor says of it without the network. */
async function examine(
  session: string,
  { mode = 0o600, own = full('other') }: { readonly mode?: number; readonly own?: string } = {},
): Promise<readonly string[]> {
  const home = await workFolder();
  const path = join(home, '.augment', 'session.json');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, session);
  await chmod(path, mode);
  const filter = '.[] | select(.check == "session" or .check == "permissions") | .message';
  const { stdout, code } = await run(['doctor', '--provider', 'augment', '-q', filter], {
    homeDirectory: home,
    env: { SACTL_STATE_DIR: freshStateDirectory(), AUGMENT_SESSION_AUTH: own },
    fetch: () => Promise.resolve(Response.json({ daily_active_user_counts: [] })),
  });
  // What keeps Auggie from working is an error.
  const isError = /does not accept it as a session|must begin with|ignores the session|cannot be used/.test(stdout);
  expect(code).toBe(isError ? 1 : 0);
  expect(await readFile(path, 'utf8')).toBe(session);
  return stdout.split('\n').filter((line) => line !== '');
}

const other = 'another session is in use than the one in ~/.augment/session.json';

it.each([
  [
    'nothing but that it is shadowed',
    '{"accessToken":"a","tenantURL":"https://d1.api.augmentcode.com","scopes":["read","write"]}',
    0o600,
    [other],
  ],
  [
    'that others can read it',
    '{"accessToken":"a","tenantURL":"https://d1.api.augmentcode.com","scopes":["read","write"]}',
    0o644,
    ['~/.augment/session.json can be read by other users of this machine', other],
  ],
  [
    'that scopes are missing',
    '{"accessToken":"a","tenantURL":"https://d1.api.augmentcode.com"}',
    0o600,
    ['~/.augment/session.json: "scopes" is missing, and Auggie does not accept it as a session', other],
  ],
  [
    'that its tenant is http',
    '{"accessToken":"a","tenantURL":"http://d1.api.augmentcode.com","scopes":[]}',
    0o600,
    ['~/.augment/session.json: "tenantURL" must begin with https://: http would show the token', other],
  ],
  [
    'that its tenant is foreign',
    '{"accessToken":"a","tenantURL":"https://evil.example.com","scopes":["read","write"]}',
    0o600,
    [
      '~/.augment/session.json: "tenantURL" names "evil.example.com", which is not a host of Augment\'s: it is sent the token',
      other,
    ],
  ],
])("finds of Auggie's session file %s", async (_, session, mode, messages) => {
  expect(await examine(session, { mode })).toEqual(messages);
});

const variable = 'environment variable AUGMENT_SESSION_AUTH';
const over = `Auggie ignores the session from ${variable} and works with ~/.augment/session.json`;

// A job then runs as somebody else, and no program says so (docs/contracts/augment.md 7.2).
it.each([
  ['the same session', full('a'), []],
  [
    'one without scopes',
    '{"accessToken":"other","tenantURL":"https://d1.api.augmentcode.com/"}',
    [`${variable}: "scopes" is missing, and Auggie does not accept it as a session`, over],
  ],
  ['none at all', 'a-token', [over]],
  [
    'one for a foreign tenant',
    full('other').replace('d1.api.augmentcode.com', 'evil.example.com'),
    [
      `${variable}: "tenantURL" names "evil.example.com", which is not a host of Augment's: it is sent the token`,
      other,
    ],
  ],
])('finds of the session in the environment: %s', async (_, own, messages) => {
  expect(await examine(full('a'), { own })).toEqual(messages);
});

it('does not take the session of a profile for one that Auggie reads', async () => {
  const home = await workFolder();
  const credential = join(home, 'session');
  await writeFile(credential, full('other'), { mode: 0o600 });
  await mkdir(join(home, '.augment'));
  await writeFile(join(home, '.augment', 'session.json'), full('a'), { mode: 0o600 });
  const profiles = { a: { provider: 'augment', credential: { file: credential } } };
  const config = join(home, 'config.json');
  await writeFile(config, JSON.stringify({ profiles }), { mode: 0o600 });
  const filter = '.[] | select(.check == "session") | .message';
  const { code, stdout } = await run(['doctor', '--profile', 'a', '-q', filter], {
    homeDirectory: home,
    env: { SACTL_STATE_DIR: freshStateDirectory(), SACTL_CONFIG: config },
    fetch: () => Promise.resolve(Response.json({})),
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});

it('does not send the session of the sandbox to the real service', async () => {
  const own = JSON.stringify({
    accessToken: 'sandbox-ci-reviewer-token',
    tenantURL: 'https://acme.api.augment.sandbox.invalid/',
    scopes: ['read', 'write'],
  });
  const sent: string[] = [];
  const { code, stdout } = await run(['doctor', '-q', '.[] | select(.check == "credential") | .message, .hint'], {
    homeDirectory: await workFolder(),
    env: { SACTL_STATE_DIR: freshStateDirectory(), AUGMENT_SESSION_AUTH: own },
    fetch: (input) => {
      sent.push(new Request(input).url);
      return Promise.resolve(Response.json({}));
    },
  });
  expect({ code, stdout, sent }).toEqual({
    code: 1,
    stdout:
      "the session from environment variable AUGMENT_SESSION_AUTH is the sandbox's, and is not sent to https://api.augmentcode.com\n" +
      'add the --endpoint that sactl sandbox serve says, or use a profile with it\n',
    sent: [],
  });
});
