import { expect, test } from 'vitest';

import { scrub, secretsOf } from '../../src/programs/secret-program.ts';
import { Secret } from '../../src/model/credential.ts';

const value = 'tok-5ecret-7f3a91c2-"quoted"';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

test.each([
  { what: 'as it is', text: value },
  { what: 'within a JSON string', text: JSON.stringify(value).slice(1, -1) },
  { what: 'in base64', text: base64(value) },
  { what: 'in base64 for addresses', text: Buffer.from(value).toString('base64url') },
  { what: 'in broken lines of base64', text: base64(value).replaceAll(/.{8}(?=.)/g, '$&\n') },
])('a secret is replaced $what', ({ text }) => {
  expect(scrub(`+ store ${text} failed`, [new Secret(value)])).toBe('+ store [secret] failed');
});

test.each(['x:', 'xy:', 'xyz:'])('base64 of more than the secret keeps little of it: %s', (name) => {
  const clean = scrub(base64(`${name}${value}\n`), [new Secret(value)]);
  expect(clean).toContain('[secret]');
  expect(clean.replace('[secret]', '').length).toBeLessThan(16);
});

test('the longer of two secrets goes first, so that no rest of it remains', () => {
  const secrets = [new Secret('abcdef'), new Secret('abcdefgh')];
  expect(scrub('abcdefgh abcdef', secrets)).toBe('[secret] [secret]');
});

test('characters with a meaning in patterns are taken as they are', () => {
  expect(scrub('axb a.b', [new Secret('a.b')])).toBe('axb [secret]');
  expect(scrub('\\d+[x]^$ 1', [new Secret('\\d+[x]^$')])).toBe('[secret] 1');
});

test('an empty secret replaces nothing', () => {
  expect(scrub('failed', [new Secret(''), new Secret(' ')])).toBe('failed');
});

test('where the text was cut, half a secret is left out', () => {
  const half = value.slice(0, 20);
  expect(scrub(`${'x'.repeat(200)}${half}`, [new Secret(value)], true)).not.toContain('tok-');
});

test('the token within a session is a secret too, and its short words are not', () => {
  const token = '0123456789abcdef0123';
  const session = JSON.stringify({ accessToken: token, scopes: ['read'] });
  const json = JSON.stringify({ value: session });
  const secrets = secretsOf({ text: new Secret(session), json: new Secret(json) });
  expect(scrub(`cannot read ${token}`, secrets)).toBe('cannot read [secret]');
});
