import { describe, expect, test } from 'vitest';

import {
  readSession,
  sessionLine,
  sessionOfToken,
  tenantOf,
  type SessionReading,
} from '../../../src/providers/augment/session.ts';

const accessToken = 'tok-0123456789abcdef';
const tenantURL = 'https://d1.api.augmentcode.com/';
const good = { accessToken, tenantURL, scopes: ['read', 'write'] };
const line = JSON.stringify(good);

/** The session as `AUGMENT_SESSION_AUTH` takes it; an error of the test when there is none. */
function lineOf({ session, problems }: SessionReading): string {
  if (session === null) throw new Error(`this test expects a session: ${problems.join('; ')}`);
  return sessionLine(session).reveal();
}

function without(field: keyof typeof good): object {
  return Object.fromEntries(Object.entries(good).filter(([key]) => key !== field));
}

describe('what Auggie accepts and is right (docs/contracts/augment.md 3.1)', () => {
  test.each([
    ['compact JSON', line],
    ['pretty JSON', JSON.stringify(good, undefined, 2)],
    ['a newline at the end', `${line}\n`],
    ['CRLF', JSON.stringify(good, undefined, 2).replaceAll('\n', '\r\n')],
    ['a tenant URL without a slash', line.replace('.com/', '.com')],
    ['a tenant URL in other case', line.replace('https://d1', 'HTTPS://D1')],
    ['unknown fields, which are dropped', JSON.stringify({ ...good, email: 'x', expiresAt: 1 })],
    ['an unknown field twice', line.replace('{', '{"x":1,"x":2,')],
    ['a field of a nested object twice', line.replace('{', '{"x":{"scopes":1,"scopes":2},')],
    ['other order', JSON.stringify({ scopes: good.scopes, tenantURL, accessToken })],
  ])('%s', (_, text) => {
    const reading = readSession(text);
    expect(reading).toMatchObject({ problems: [], warnings: [] });
    expect(lineOf(reading)).toBe(line);
  });
});

describe('what Auggie refuses without a reason, and is read all the same', () => {
  test.each([
    ['a byte order mark', `\uFEFF${line}`],
    ['no scopes', JSON.stringify(without('scopes'))],
  ])('%s', (_, text) => {
    const reading = readSession(text);
    expect(reading).toMatchObject({ problems: [], warnings: [] });
    expect(lineOf(reading)).toBe(line);
  });
});

describe('what is refused, by field', () => {
  test.each([
    ['no accessToken', without('accessToken'), '"accessToken" is missing'],
    ['an empty accessToken', { ...good, accessToken: '' }, '"accessToken" is empty'],
    ['a number', { ...good, accessToken: 17 }, '"accessToken" must be text'],
    ['null', { ...good, accessToken: null }, '"accessToken" must be text'],
    ['a blank', { ...good, accessToken: 'tok en' }, '"accessToken" holds white space'],
    ['a newline', { ...good, accessToken: 'token\n' }, '"accessToken" holds white space'],
    [
      'a control character',
      { ...good, accessToken: 'tok\u0007en' },
      '"accessToken" holds control or non-ASCII characters',
    ],
    [
      'a letter that no header can carry',
      { ...good, accessToken: 'töken' },
      '"accessToken" holds control or non-ASCII characters',
    ],
    ['no tenantURL', without('tenantURL'), '"tenantURL" is missing'],
    ['an empty tenantURL', { ...good, tenantURL: '' }, '"tenantURL" is empty'],
    ['a number', { ...good, tenantURL: 17 }, '"tenantURL" must be text'],
    [
      'no scheme',
      { ...good, tenantURL: 'd1.api.augmentcode.com' },
      '"tenantURL" must be a URL, such as https://d1.api.augmentcode.com/',
    ],
    [
      'http',
      { ...good, tenantURL: 'http://d1.api.augmentcode.com/' },
      '"tenantURL" must begin with https://: http would show the token',
    ],
    [
      'http on loopback',
      { ...good, tenantURL: 'http://127.0.0.1:8080' },
      '"tenantURL" must begin with https://: http would show the token',
    ],
    [
      'no host',
      { ...good, tenantURL: 'https://' },
      '"tenantURL" is not a URL, such as https://d1.api.augmentcode.com/',
    ],
    [
      'a user',
      { ...good, tenantURL: 'https://me:pass@d1.api.augmentcode.com/' },
      '"tenantURL" must not hold a user name or a password',
    ],
    ['a blank', { ...good, tenantURL: ' https://d1.api.augmentcode.com/' }, '"tenantURL" holds white space'],
    ['scopes as text', { ...good, scopes: 'read write' }, '"scopes" must be a list, such as ["read","write"]'],
    ['scopes as null', { ...good, scopes: null }, '"scopes" must be a list, such as ["read","write"]'],
    ['scopes as numbers', { ...good, scopes: [1, 2] }, '"scopes" must hold names only, such as "read"'],
    ['a scope with a blank', { ...good, scopes: ['read', 'a b'] }, '"scopes" must hold names only, such as "read"'],
  ])('%s: %j', (_, document: object, problem) => {
    expect(readSession(JSON.stringify(document))).toEqual({ session: null, problems: [problem], warnings: [] });
  });

  test.each(['path', '?query', '#fragment', '//', '\\path', '/%2e%2e', '?', '#'])('"%s" behind the host', (rest) => {
    const text = JSON.stringify({ ...good, tenantURL: `https://d1.api.augmentcode.com/${rest}` });
    expect(readSession(text).problems).toEqual([
      '"tenantURL" must be a host without a path or anything behind it, such as https://d1.api.augmentcode.com/',
    ]);
  });

  test.each(['accessToken', 'tenantURL', 'scopes'] as const)('%s twice', (field) => {
    const text = line.replace('{', `{${JSON.stringify(field)}:${JSON.stringify(good[field])},`);
    expect(readSession(text).problems).toEqual([`"${field}" is there more than once`]);
  });

  test('a field twice, once with an escape in its key', () => {
    const text = line.replace('{', String.raw`{"access\u0054oken":"other",`);
    expect(readSession(text).problems).toEqual(['"accessToken" is there more than once']);
  });

  test('everything at once, in the order of the fields', () => {
    const text = '{"accessToken":"a b","tenantURL":"http://x","scopes":"read","scopes":3}';
    expect(readSession(text).problems).toEqual([
      '"scopes" is there more than once',
      '"accessToken" holds white space',
      '"tenantURL" must begin with https://: http would show the token',
      '"scopes" must be a list, such as ["read","write"]',
    ]);
  });
});

describe('what is no session at all', () => {
  const object = 'the session must be a JSON object with "accessToken" and "tenantURL"';

  test.each([
    ['an empty file', '', ['the session is empty']],
    ['blanks', ' \n', ['the session is empty']],
    ['a mark alone', '\uFEFF', ['the session is empty']],
    ['broken JSON', '{"accessToken":', ['the session is not JSON']],
    ['two documents', `${line}\n${line}`, ['the session is not JSON']],
    ['a shell-quoted one', `'${line}'`, ['the session is not JSON']],
    ['a bare token', accessToken, ['the session is not JSON']],
    ['a bare string', `"${accessToken}"`, [object]],
    ['an array', `[${line}]`, [object]],
    ['null', 'null', [object]],
    ['a number', '17', [object]],
    [
      'snake case',
      JSON.stringify({ access_token: accessToken, tenant_url: tenantURL }),
      [
        '"accessToken" is missing: Augment does not read "access_token"',
        '"tenantURL" is missing: Augment does not read "tenant_url"',
      ],
    ],
    ['a wrapped one', JSON.stringify({ session: good }), ['"accessToken" is missing', '"tenantURL" is missing']],
  ])('%s', (_, text, problems) => {
    expect(readSession(text)).toEqual({ session: null, problems, warnings: [] });
  });
});

describe('what works and is warned about', () => {
  test.each([
    'https://augment.example.com',
    'https://api.augmentcode.com/',
    'https://d1.api.augmentcode.com:8443/',
    'https://d1.api.augmentcode.com.example.com',
    'https://d1.api.augmentcode.com./',
    'https://xapi.augmentcode.com',
  ])('a host that is not as Augment’s are: %s', (foreign) => {
    const { session, warnings } = readSession(JSON.stringify({ ...good, tenantURL: foreign }));
    expect(session?.tenantURL).toBe(`${new URL(foreign).origin}/`);
    expect(warnings).toEqual([
      `"tenantURL" names "${new URL(foreign).host}", which is not a host of Augment's: it is sent the token`,
    ]);
  });

  test('but not where the account is recorded with that host', () => {
    const text = JSON.stringify({ ...good, tenantURL: 'https://augment.example.com/' });
    expect(readSession(text, 'https://augment.example.com').warnings).toEqual([]);
    expect(readSession(text, 'https://d1.api.augmentcode.com').warnings).toHaveLength(1);
  });

  test.each([
    [[], 'read and write'],
    [['email'], 'read and write'],
    [['write'], 'read'],
  ])('scopes %j, which stay as they are', (scopes, lacking) => {
    const reading = readSession(JSON.stringify({ ...good, scopes }));
    expect(reading.warnings).toEqual([`"scopes" lacks ${lacking}, which every documented session has`]);
    expect(JSON.parse(lineOf(reading))).toEqual({ ...good, scopes });
  });
});

describe('a token without its tenant', () => {
  const tenant = 'https://d1.api.augmentcode.com';

  test.each([
    ['in a document', (text: string) => readSession(JSON.stringify({ accessToken: text }), tenant)],
    ['alone', (text: string) => sessionOfToken(text, tenant)],
  ])('%s belongs to the tenant that is recorded', (_, read) => {
    expect(lineOf(read(accessToken))).toBe(line);
  });

  test('is not told of a tenant URL by one that is wrong', () => {
    const { problems } = readSession(JSON.stringify({ ...good, tenantURL: '' }), tenant);
    expect(problems).toEqual(['"tenantURL" is empty']);
  });

  test('is freed of the blanks that come with copying, and of nothing else', () => {
    expect(lineOf(sessionOfToken(` ${accessToken}\n`, tenant))).toBe(line);
    expect(sessionOfToken('a b', tenant).problems).toEqual(['"accessToken" holds white space']);
  });

  test('is refused where nothing says the tenant', () => {
    expect(sessionOfToken('').problems).toEqual(['"accessToken" is empty', '"tenantURL" is missing']);
  });
});

describe('a session', () => {
  test('does not show its token by accident', () => {
    const { session } = readSession(line);
    if (session === null) throw new Error('this test expects a session');
    expect(JSON.stringify(session)).not.toContain(accessToken);
    expect(String(sessionLine(session))).toBe('[secret]');
    expect(session.accessToken.reveal()).toBe(accessToken);
    expect(tenantOf(session)).toBe('https://d1.api.augmentcode.com');
  });
});
