import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { createWorkspace, userFile, type Workspace } from './workspace.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(() => workspace[Symbol.asyncDispose]());

test('profiles are read with their paths made absolute', async () => {
  await workspace.write(
    userFile,
    `profiles:
  full: {provider: runai, endpoint: " https://r.test ", org: "7", clientId: app, ca: ca.pem, credential: {file: ~/secret}}
  env: {provider: nscale, credential: {env: TOKEN}}
  command: {provider: nscale, credential: {command: [~/bin/token, --prod, ""]}}
`,
  );
  const nothing = { endpoint: null, org: null, clientId: null, ca: null, printSecrets: null, state: null };
  const { profiles } = await workspace.load();
  expect([...profiles.values()]).toEqual([
    {
      name: 'full',
      provider: 'runai',
      endpoint: 'https://r.test',
      org: '7',
      clientId: 'app',
      ca: join(workspace.home, '.config/sactl/ca.pem'),
      credential: { kind: 'file', path: join(workspace.home, 'secret') },
      printSecrets: null,
      state: null,
    },
    { name: 'env', provider: 'nscale', ...nothing, credential: { kind: 'env', name: 'TOKEN' } },
    {
      name: 'command',
      provider: 'nscale',
      ...nothing,
      credential: { kind: 'command', program: join(workspace.home, 'bin/token'), args: ['--prod', ''] },
    },
  ]);
});

const oneOf = 'must be exactly one of {env: NAME}, {file: path} and {command: [program, argument, ...]}';
const badCommand = 'has a "command" that must be a list of texts: program, then arguments';

const wrongCredentials: readonly (readonly [string, string])[] = [
  ['hunter2', `must not hold the secret itself: it ${oneOf}`],
  ['{hunter2}', oneOf],
  ['{value: hunter2}', oneOf],
  ['{}', oneOf],
  ['[hunter2]', oneOf],
  ['7', oneOf],
  ['{env: A, file: hunter2}', oneOf],
  ['{env: hunter-2}', 'has an "env" that must be the name of an environment variable'],
  ['{env: [A]}', 'has an "env" that must be the name of an environment variable'],
  ['{file: ""}', 'has a "file" that must not be empty'],
  ['{file: 7}', 'has a "file" that must be text, not a number (put it in quotes)'],
  ['{command: hunter2}', badCommand],
  ['{command: []}', badCommand],
  ['{command: [""]}', badCommand],
  ['{command: [op, 7]}', badCommand],
  ['{command: [op, "hunter2\\0"]}', badCommand],
];

test.each(wrongCredentials)('the credential %s is refused without its value', async (text, problem) => {
  await workspace.write(userFile, `profiles: {prod: {provider: nscale, credential: ${text}}}`);
  const problems = await workspace.problems();
  expect(problems).toEqual([`~/.config/sactl/config.yaml: "profiles.prod.credential" ${problem}`]);
  expect(problems.join()).not.toMatch(/hunter/);
});

const wrongProfiles: readonly (readonly [string, readonly string[]])[] = [
  ['profiles: [a]', ['"profiles" must be a mapping of names to profiles']],
  ['profiles: {prod: nscale}', ['"profiles.prod" must be a mapping of keys to values']],
  ['profiles: {prod: {}}', ['"profiles.prod.provider" is missing', '"profiles.prod.credential" is missing']],
  [
    'profiles: {prod: {provider: all, endpont: x, org: 7, credential: {env: T}}}',
    [
      'unknown key "profiles.prod.endpont"',
      '"profiles.prod.provider" must be nscale, runai or augment',
      '"profiles.prod.org" must be text, not a number (put it in quotes)',
    ],
  ],
  [
    'profiles: {../x: {provider: nscale, credential: {env: T}}}',
    ['"profiles.../x" must be named with letters, digits, ".", "_" and "-"'],
  ],
  [
    'profiles: {__proto__: {provider: nscale, credential: {env: T}}}',
    ['"profiles.__proto__" must be named with letters, digits, ".", "_" and "-"'],
  ],
];

test.each(wrongProfiles)('%s is refused', async (text, problems) => {
  await workspace.write(userFile, text);
  expect(await workspace.problems()).toEqual(problems.map((problem) => `~/.config/sactl/config.yaml: ${problem}`));
});
