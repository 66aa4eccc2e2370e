import { expect, test } from 'vitest';

import { scrub } from '../../src/programs/scrub.ts';
import { secretsOf } from '../../src/programs/secret-program.ts';
import { Secret } from '../../src/model/credential.ts';

test('the token within a session is a secret too, and its short words are not', () => {
  const token = '0123456789abcdef0123';
  const session = JSON.stringify({ accessToken: token, scopes: ['read'] });
  const json = JSON.stringify({ value: session });
  const secrets = secretsOf({ text: new Secret(session), json: new Secret(json) });
  expect(secrets.map((secret) => secret.reveal())).toEqual([session, json, token]);
  expect(scrub(`cannot read ${token}`, secrets)).toBe('cannot read [secret]');
});
