import { expect, it } from 'vitest';

import { homeWith, userFile } from './home.ts';

it('prints the file that is read, and nothing else', async () => {
  const home = await homeWith({ '.config/sactl/config.yml': 'org: a\n' });
  expect(await home.run(['config', 'path'])).toEqual({ code: 0, stdout: '~/.config/sactl/config.yml\n', stderr: '' });
});

it('prints where the file would be, and notes that it is not there', async () => {
  const home = await homeWith({});
  expect(await home.run(['config', 'path'])).toEqual({
    code: 0,
    stdout: `~/${userFile}\n`,
    stderr: `sactl: ~/${userFile} does not exist\n`,
  });
  expect(await home.run(['config', 'path', '--quiet'])).toMatchObject({ code: 0, stderr: '' });
});

it('honours XDG_CONFIG_HOME and SACTL_CONFIG', async () => {
  const home = await homeWith({ 'elsewhere/sactl/config.json': '{}', 'work/own.yaml': 'org: a\n' });
  const env = { XDG_CONFIG_HOME: `${home.path}/elsewhere` };
  expect((await home.run(['config', 'path'], { env })).stdout).toBe('~/elsewhere/sactl/config.json\n');
  expect((await home.run(['config', 'path'], { env: { ...env, SACTL_CONFIG: '~/work/own.yaml' } })).stdout).toBe(
    '~/work/own.yaml\n',
  );
});

it('prints the path of a file that is missing where SACTL_CONFIG says, or that is not right', async () => {
  const home = await homeWith({ [userFile]: 'nonsense: [' });
  expect(await home.run(['config', 'path'])).toEqual({ code: 0, stdout: `~/${userFile}\n`, stderr: '' });
  expect(await home.run(['config', 'path'], { env: { SACTL_CONFIG: '~/work/gone.yaml' } })).toEqual({
    code: 0,
    stdout: '~/work/gone.yaml\n',
    stderr: 'sactl: ~/work/gone.yaml does not exist\n',
  });
});

it('prints data where that is asked for, by flag or by the file itself', async () => {
  const home = await homeWith({ [userFile]: 'format: json\n' });
  const json = { code: 0, stdout: `{\n  "path": "~/${userFile}",\n  "exists": true\n}\n`, stderr: '' };
  expect(await home.run(['config', 'path'])).toEqual(json);
  expect(await home.run(['config', 'path', '--json'])).toEqual(json);
  expect(await home.run(['config', 'path', '-q', '.exists'])).toMatchObject({ stdout: 'true\n' });
});

it('takes no connection', async () => {
  const home = await homeWith({});
  expect(await home.run(['config', 'path', '--profile', 'prod'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'sactl: --profile does nothing with "sactl config path"\nhint: sactl config path --help\n',
  });
});
