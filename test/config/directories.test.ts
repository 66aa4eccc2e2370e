import { expect, test } from 'vitest';

import { configDirectory, ignoredDirectories, stateDirectory } from '../../src/config/directories.ts';

const linux = { homeDirectory: '/home/me', platform: 'linux' } as const;
const windows = { homeDirectory: 'C:\\Users\\me', platform: 'win32' } as const;

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
  [linux, { SACTL_STATE_DIR: '~/own' }, '/home/me/own', 'SACTL_STATE_DIR'],
  [linux, { XDG_STATE_HOME: '~/xdg' }, '/home/me/xdg/sactl', 'XDG_STATE_HOME'],
  [windows, { LOCALAPPDATA: 'C:\\Local' }, 'C:\\Local\\sactl', 'LOCALAPPDATA'],
  [windows, {}, 'C:\\Users\\me\\AppData\\Local\\sactl', 'default'],
  [windows, { XDG_STATE_HOME: 'D:\\xdg' }, 'D:\\xdg\\sactl', 'XDG_STATE_HOME'],
  [windows, { LOCALAPPDATA: 'Local' }, 'C:\\Users\\me\\AppData\\Local\\sactl', 'default'],
  [windows, { SACTL_STATE_DIR: '~\\own' }, 'C:\\Users\\me\\own', 'SACTL_STATE_DIR'],
])('state on $platform with %j', (place, env, value, name) => {
  const setting = stateDirectory({ ...place, env });
  expect([setting.value, setting.source.name]).toEqual([value, name]);
});

const homeless = { homeDirectory: null, platform: 'linux' } as const;

test('without a home there is no folder of configuration, nor of state, but where a variable says one', () => {
  const xdgOnly = { ...homeless, env: { XDG_CONFIG_HOME: '/xdg', XDG_STATE_HOME: '/xdg' } };
  expect([configDirectory(xdgOnly), stateDirectory(xdgOnly).value]).toEqual(['/xdg/sactl', '/xdg/sactl']);
  const bare = { ...homeless, env: { XDG_CONFIG_HOME: '~/xdg', XDG_STATE_HOME: 'xdg' } };
  expect(configDirectory(bare)).toBeNull();
  expect(() => stateDirectory(bare)).toThrow(/HOME/);
  expect(ignoredDirectories(bare).map(({ what }) => what)).toEqual([
    'environment variable XDG_CONFIG_HOME',
    'environment variable XDG_STATE_HOME',
    'environment variable HOME',
  ]);
});

test.each([
  [linux, 'own', 'SACTL_STATE_DIR must be an absolute path, or begin with ~/: "own"'],
  [linux, './own', 'SACTL_STATE_DIR must be an absolute path, or begin with ~/: "./own"'],
  [linux, '~', 'SACTL_STATE_DIR must be an absolute path, or begin with ~/: "~"'],
  [linux, '~you/own', 'SACTL_STATE_DIR must be an absolute path, or begin with ~/: "~you/own"'],
  [windows, 'C:own', 'SACTL_STATE_DIR must be an absolute path, or begin with ~/: "C:own"'],
  [homeless, '~/own', '"~/own" cannot be used: there is no home directory: HOME (on Windows USERPROFILE) is'],
])('on %j the state is not kept in %s', (place, path, message) => {
  expect(() => stateDirectory({ ...place, env: { SACTL_STATE_DIR: path } })).toThrow(message);
});
