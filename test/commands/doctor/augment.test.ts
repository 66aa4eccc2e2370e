import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { run } from '../../harness/run.ts';
import { freshStateDirectory } from '../../harness/state.ts';
import { workFolder } from '../support.ts';

/** A home with Auggie's session file in it, and what doctor says of it without the network. */
async function examine(session: string, mode: number): Promise<readonly string[]> {
  const home = await workFolder();
  const path = join(home, '.augment', 'session.json');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, session);
  await chmod(path, mode);
  const own = '.[] | select(.check == "session" or .check == "permissions") | .message';
  const { stdout, code } = await run(['doctor', '--provider', 'augment', '-q', own], {
    homeDirectory: home,
    env: {
      SACTL_STATE_DIR: freshStateDirectory(),
      AUGMENT_SESSION_AUTH: '{"accessToken":"other","tenantURL":"https://d1.api.augmentcode.com/"}',
    },
    fetch: () => Promise.resolve(Response.json({ daily_active_user_counts: [] })),
  });
  // What keeps Auggie from working is an error.
  expect(code).toBe(/"scopes" is missing|must begin with/.test(stdout) ? 1 : 0);
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
    [
      '~/.augment/session.json: "scopes" is missing, and Auggie takes it for no session at all',
      other,
    ],
  ],
  [
    'that its tenant is http',
    '{"accessToken":"a","tenantURL":"http://d1.api.augmentcode.com","scopes":[]}',
    0o600,
    [
      '~/.augment/session.json: "tenantURL" must begin with https://: http would show the token',
      other,
    ],
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
  expect(await examine(session, mode)).toEqual(messages);
});
