import { expect, test } from 'vitest';

import { configDirectory, expandHome, stateDirectory, tildePath } from '../../src/config/directories.ts';

const linux = { cwd: '/somewhere', homeDirectory: '/home/me', platform: 'linux' } as const;
const windows = { cwd: 'C:\\work', homeDirectory: 'C:\\Users\\me', platform: 'win32' } as const;

test.each([
  [linux, {}, '/home/me/.config/sactl'],
  [linux, { XDG_CONFIG_HOME: '/xdg' }, '/xdg/sactl'],
  [linux, { XDG_CONFIG_HOME: 'xdg' }, '/home/me/.config/sactl'],
  [linux, { XDG_CONFIG_HOME: ' ' }, '/home/me/.config/sactl'],
  [windows, {}, 'C:\\Users\\me\\.config\\sactl'],
])('configuration on $platform with %j', (place, env, expected) => {
  expect(configDirectory({ ...place, env })).toBe(expected);
});

const xdg = { XDG_STATE_HOME: '/xdg', LOCALAPPDATA: 'C:\\Local' };

test.each([
  [linux, {}, '/home/me/.local/state/sactl', 'default'],
  [linux, xdg, '/xdg/sactl', 'XDG_STATE_HOME'],
  [linux, { XDG_STATE_HOME: 'xdg' }, '/home/me/.local/state/sactl', 'default'],
  [linux, { ...xdg, SACTL_STATE_DIR: ' /own ' }, '/own', 'SACTL_STATE_DIR'],
  [linux, { SACTL_STATE_DIR: 'own' }, '/somewhere/own', 'SACTL_STATE_DIR'],
  [windows, { LOCALAPPDATA: 'C:\\Local' }, 'C:\\Local\\sactl', 'LOCALAPPDATA'],
  [windows, {}, 'C:\\Users\\me\\AppData\\Local\\sactl', 'default'],
  [windows, { XDG_STATE_HOME: 'D:\\xdg' }, 'D:\\xdg\\sactl', 'XDG_STATE_HOME'],
  [windows, { SACTL_STATE_DIR: 'own' }, 'C:\\work\\own', 'SACTL_STATE_DIR'],
])('state on $platform with %j', (place, env, value, name) => {
  const setting = stateDirectory({ ...place, env });
  expect([setting.value, setting.source.name]).toEqual([value, name]);
});

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
