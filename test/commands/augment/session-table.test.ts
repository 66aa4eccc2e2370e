// @module-tag slow
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { seedInventory, sessionOf, tenant, useAugment } from '../../harness/augment.ts';
import { problems, workFolder } from '../support.ts';

const deploy = useAugment();
const token = 'a-new-token-of-ci';
const tenantURL = `${tenant}/`;
const scopes = ['read', 'write'];
const good = { accessToken: token, tenantURL, scopes };

/** The row of docs/contracts/augment.md 3.1, the text, and what is wrong with it. */
const refused: readonly (readonly [row: string, text: string, ...problems: string[]])[] = [
  ['accessToken missing', JSON.stringify({ tenantURL, scopes }), '"accessToken" is missing'],
  ['accessToken empty', JSON.stringify({ ...good, accessToken: '' }), '"accessToken" is empty'],
  ['accessToken a number', JSON.stringify({ ...good, accessToken: 7 }), '"accessToken" must be text'],
  [
    'accessToken with blanks',
    JSON.stringify({ ...good, accessToken: `${token} x` }),
    '"accessToken" holds white space',
  ],
  [
    'accessToken with a newline behind it',
    JSON.stringify({ ...good, accessToken: `${token}\n` }),
    '"accessToken" holds white space',
  ],
  ['tenantURL empty', JSON.stringify({ ...good, tenantURL: '' }), '"tenantURL" is empty'],
  ['tenantURL a number', JSON.stringify({ ...good, tenantURL: 7 }), '"tenantURL" must be text'],
  [
    'tenantURL without scheme',
    JSON.stringify({ ...good, tenantURL: 'acme.api.augmentcode.com' }),
    '"tenantURL" must be a URL, such as https://d1.api.augmentcode.com/',
  ],
  [
    'tenantURL http',
    JSON.stringify({ ...good, tenantURL: 'http://acme.api.augmentcode.com/' }),
    '"tenantURL" must begin with https://: http would show the token',
  ],
  [
    'tenantURL with a path',
    JSON.stringify({ ...good, tenantURL: `${tenantURL}v1` }),
    '"tenantURL" must be a host without a path or anything behind it, such as https://d1.api.augmentcode.com/',
  ],
  [
    'scopes a string',
    JSON.stringify({ ...good, scopes: 'read write' }),
    '"scopes" must be a list, such as ["read","write"]',
  ],
  ['scopes numbers', JSON.stringify({ ...good, scopes: [1, 2] }), '"scopes" must hold names only, such as "read"'],
  [
    'duplicate key',
    `{"accessToken":"${token}","accessToken":"other","tenantURL":"${tenantURL}","scopes":[]}`,
    '"accessToken" is there more than once',
  ],
  ['empty file', '', 'the session is empty'],
  ['BOM alone', '\uFEFF', 'the session is empty'],
  ['null', 'null\n', 'the session must be a JSON object with "accessToken" and "tenantURL"'],
  ['shell-quoted JSON', `'${JSON.stringify(good)}'`, 'the session is not JSON'],
  ['as "token print" shows it', `SESSION=${JSON.stringify(good)}`, 'the session is not JSON'],
  ['broken JSON', `{"accessToken":"${token}"`, 'the session is not JSON'],
  ['array', JSON.stringify([good]), 'the session must be a JSON object with "accessToken" and "tenantURL"'],
  ['bare string', JSON.stringify(token), 'the session must be a JSON object with "accessToken" and "tenantURL"'],
  [
    'snake_case keys',
    JSON.stringify({ access_token: token, tenant_url: tenantURL, scopes }),
    '"accessToken" is missing: Augment does not read "access_token"',
  ],
  ['wrapped object', JSON.stringify({ session: good }), '"accessToken" is missing'],
  [
    'everything wrong at once',
    JSON.stringify({ accessToken: 7, tenantURL: 'http://x', scopes: 'read' }),
    '"accessToken" must be text',
    '"tenantURL" must begin with https://: http would show the token',
    '"scopes" must be a list, such as ["read","write"]',
  ],
];

/** The row, the text, and the warnings. */
const taken: readonly (readonly [row: string, text: string, ...warnings: string[]])[] = [
  ['compact', JSON.stringify(good)],
  ['pretty', JSON.stringify(good, null, 2)],
  ['trailing newline', `${JSON.stringify(good)}\n`],
  ['CRLF', JSON.stringify(good, null, 2).replaceAll('\n', '\r\n')],
  ['UTF-8 BOM', `\uFEFF${JSON.stringify(good)}`],
  ['tenantURL without a slash', JSON.stringify({ ...good, tenantURL: tenant })],
  ['tenantURL missing', JSON.stringify({ accessToken: token, scopes })],
  ['scopes missing', JSON.stringify({ accessToken: token, tenantURL })],
  ['unknown extra fields', JSON.stringify({ ...good, email: 'ann@example.com' })],
  ['the token alone', `${token}\n`],
];

const questionable: typeof taken = [
  [
    'scopes []',
    JSON.stringify({ ...good, scopes: [] }),
    '"scopes" lacks read and write, which every documented session has',
  ],
  [
    'scopes [email]',
    JSON.stringify({ ...good, scopes: ['read', 'email'] }),
    '"scopes" lacks write, which every documented session has',
  ],
  [
    'tenantURL a foreign host',
    JSON.stringify({ ...good, tenantURL: 'https://augment.example.com' }),
    '"tenantURL" names "augment.example.com", which is not a host of Augment\'s: it is sent the token',
  ],
];

const create = ['sa', 'create', '--name', 'ci', '--token', 'one', '--to', 'file:new.json'];
const list = ['sa', 'list', '-q', '.[].name'];

/** How a session comes in, and what problems call it. */
const ways = [
  ['--stdin', 'standard input'],
  ['-f', 'in.json'],
] as const;

describe.each(ways)('a session by %s', (way, source) => {
  function given(text: string, cwd: string): { flags: string[]; options: object } {
    return way === '-f'
      ? { flags: ['-f', 'in.json'], options: { cwd } }
      : { flags: ['--stdin'], options: { cwd, stdin: text } };
  }

  it.each(refused)('is refused: %s', async (_, text, ...reasons) => {
    const { run, requests } = deploy();
    const cwd = await workFolder({ 'in.json': text });
    const { flags, options } = given(text, cwd);
    const outcome = await run([...create, ...flags], options);
    expect(outcome).toEqual({ code: 2, stdout: '', stderr: problems(reasons.map((reason) => `${source}: ${reason}`)) });
    expect(requests).toEqual([]);
    expect((await run(list)).stdout).toBe('');
  });

  it.each([...taken, ...questionable])('is taken: %s', async (_, text, ...warnings) => {
    const deployment = deploy();
    deployment.issuance({ account: 'ci', token: 'one', value: token });
    const cwd = await workFolder({ 'in.json': text });
    const { flags, options } = given(text, cwd);
    const { code, stderr } = await deployment.run([...create, ...flags, '--json'], options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: problems(warnings.map((warning) => `${source}: ${warning}`)) });
    expect((await deployment.run(list)).stdout).toBe('ci\n');
    const written = await readFile(join(cwd, 'new.json'), 'utf8');
    expect(JSON.parse(written)).toMatchObject({ accessToken: token });
    expect(Object.keys(JSON.parse(written) as object)).toEqual(Object.keys(good));
  });
});

it('a folder is no session', async () => {
  const { run, requests } = deploy();
  const cwd = await workFolder();
  expect(await run([...create, '-f', '.'], { cwd })).toEqual({
    code: 2,
    stdout: '',
    stderr: problems(['cannot read .: it is a directory']),
  });
  expect(requests).toEqual([]);
});

describe('a token alone', () => {
  it('is for the tenant of everything that is recorded', async () => {
    const deployment = deploy({ inventory: seedInventory() });
    deployment.issuance({ account: 'ci', token: 'one', value: token });
    const cwd = await workFolder();
    const { code } = await deployment.run([...create, '--stdin', '--json'], {
      cwd,
      stdin: token,
      env: { AUGMENT_SESSION_AUTH: sessionOf('x').replace(tenant, 'https://zulu.example.com') },
    });
    expect(code).toBe(0);
    expect(await readFile(join(cwd, 'new.json'), 'utf8')).toBe(sessionOf(token));
  });
});
