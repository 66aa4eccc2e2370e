import { afterEach, beforeEach, expect, test } from 'vitest';

import { environmentParts } from '../../src/commands/help/environment.ts';
import { interpretUserFile } from '../../src/config/user-file.ts';
import { parseFile } from '../../src/config/parse.ts';
import {
  placedKeys,
  profileKeys,
  stateKeys,
  topKeys,
  topKeysOf,
  type ConfigurationKey,
} from '../../src/config/keys.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(() => workspace[Symbol.asyncDispose]());

const recipient = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';

/** As the tables show it, with a key that is whole. */
function lineOf([name, { example }]: readonly [string, ConfigurationKey]): string {
  return `${name}: ${(example ?? '').replaceAll('age1…', recipient)}`;
}

async function problemsOf(text: string): Promise<readonly string[]> {
  const content = await parseFile('/home/config.yaml', text);
  return interpretUserFile(workspace.context(), '/home/config.yaml', content).problems;
}

test("the examples of all keys make a user's file", async () => {
  const top = Object.entries<ConfigurationKey>(topKeys).filter(([name]) => topKeysOf('user').includes(name));
  const whole = [
    ...top.filter(([name]) => name !== 'profiles' && name !== 'state').map(lineOf),
    'profiles:',
    '  prod:',
    ...Object.entries(profileKeys).map((entry) => `    ${lineOf(entry)}`),
    'state:',
    ...Object.entries(stateKeys)
      .filter(([name]) => name !== 'credential')
      .map((entry) => `  ${lineOf(entry)}`),
  ];
  expect(await problemsOf(whole.join('\n'))).toEqual([]);
  for (const entry of top) expect(await problemsOf(lineOf(entry))).toEqual([]);
});

test("a project's file may have what the table says, and each other key is the user's alone or unknown", async () => {
  const keys = [...new Set([topKeys, profileKeys, stateKeys].flatMap((table) => Object.keys(table)))];
  for (const key of [...keys, 'command', 'env', 'file', 'colour']) {
    await workspace.write('code/repository/.sactlrc', `${key}: x`);
    const [problem] = await workspace.problems().catch(() => []);
    const isUnknown = ['store', 'recipients', 'identity', 'lease', 'capsule', 'colour'].includes(key);
    const said = isUnknown ? `unknown key "${key}"` : `"${key}" may not be set in a project file`;
    const refusal = `~/code/repository/.sactlrc: ${said}`;
    expect([key, problem === refusal]).toEqual([key, !topKeysOf('project').includes(key)]);
  }
});

test('what has to be in a profile is asked for', async () => {
  expect(await problemsOf('profiles: { prod: {} }')).toEqual([
    '/home/config.yaml: "profiles.prod.provider" is missing',
    '/home/config.yaml: "profiles.prod.credential" is missing',
  ]);
});

test('the help on the environment has each variable of the table', () => {
  const rows = environmentParts().flatMap((part) => Object.keys(part.rows));
  const named = new Set(rows.flatMap((names) => names.split(', ')));
  const variables = placedKeys().flatMap(({ key: { variable } }) => (variable === undefined ? [] : [variable]));
  expect(variables.filter((variable) => !named.has(variable))).toEqual([]);
});
