import { expect, test } from 'vitest';

import { addressOf } from '../../../src/delivery/targets/session.ts';

const place = { cwd: '/work/app', homeDirectory: '/home/me', profile: 'prod' };

test.each([
  ['session:session.json', 'session:/work/app/session.json'],
  ['session:./a/../session.json', 'session:/work/app/session.json'],
  ['session:~/.augment/session.json', 'session:/home/me/.augment/session.json'],
  ['session:/srv/session.json', 'session:/srv/session.json'],
  ['file:out', 'file:/work/app/out'],
  ['file+json:out', 'file+json:/work/app/out'],
  ['dotenv:.env#AUGMENT_SESSION_AUTH', 'dotenv:/work/app/.env#AUGMENT_SESSION_AUTH'],
  ['gh-secret:acme/app#TOKEN', 'gh-secret:acme/app#TOKEN'],
  ['exec:/opt/store {name}', 'exec:/opt/store {name}'],
  ['github-env:TOKEN', 'github-env:TOKEN'],
  ['profile', 'profile:prod'],
])('%s is %s', (name, address) => {
  expect(addressOf(name, place)).toBe(address);
});
