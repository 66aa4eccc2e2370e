import { expect, test } from 'vitest';

import { expandHome, tildePath, userPath } from '../../src/files/home.ts';

test.each([
  ['~/a', '/home/me/a'],
  ['~\\a', '/home/me\\a'],
  ['~', '~'],
  ['~you/a', '~you/a'],
  ['/a/~/b', '/a/~/b'],
])('%s expands to %s', (path, expected) => {
  expect(expandHome(path, '/home/me')).toBe(expected);
});

test.each([
  ['/home/me/a', '~/a'],
  ['/home/mega/a', '/home/mega/a'],
  ['/etc/a', '/etc/a'],
])('%s is shown as %s', (path, expected) => {
  expect(tildePath(path, '/home/me')).toBe(expected);
});

test('what follows ~/ may be changed, and cannot become ~/ itself', () => {
  const place = { cwd: '/work', homeDirectory: '/home/me' };
  expect(userPath('~/{a}/b', place, (text) => text.replace('{a}', '~'))).toBe('/home/me/~/b');
  expect(userPath('{a}/b', place, (text) => text.replace('{a}', '~'))).toBe('/work/~/b');
});

test('nothing stands for a home that is not there', () => {
  expect(() => expandHome('~/a', null)).toThrow('"~/a" cannot be used: there is no home directory: HOME');
  expect(userPath('a', { cwd: '/work', homeDirectory: null })).toBe('/work/a');
  expect(tildePath('/a', null)).toBe('/a');
});
