import { describe, expect, it } from 'vitest';

import { run } from '../../harness/run.ts';
import { problems } from '../support.ts';
import { augmentMachine } from './augment.ts';

const credentials = {
  NSCALE_SERVICE_TOKEN: 'nscale-token',
  RUNAI_BASE_URL: 'https://runai.example.com',
  RUNAI_TOKEN: 'runai-token',
};

const verbs: readonly (readonly [argv: string, purpose: string])[] = [
  ['tokens list --id ci', 'list the tokens of an account'],
  ['tokens revoke --id ci --token one --yes', 'revoke single tokens'],
  ['tokens restore --id ci --token one', 'restore tokens'],
];

describe.each([
  ['nscale', 'nscale'],
  ['runai', 'Run:ai'],
])('on %s, whose accounts have one credential each,', (provider, title) => {
  // The test context rejects every request.
  it.each(verbs)('%s names the provider that can', async (argv, purpose) => {
    const command = [...argv.split(' '), '--provider', provider];
    expect(await run(command, { env: credentials })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([`${title} cannot ${purpose}; augment can`], 'name one that can with --provider augment'),
    });
  });
});

describe('where nobody can be asked', () => {
  const missing = [
    '--id is missing: give the id or the exact name of an account',
    '--token is missing: give the name of a token, as "tokens list" shows it',
  ];

  it.each(['revoke', 'restore'])('tokens %s needs account and token', async (verb) => {
    const machine = await augmentMachine();
    expect(await machine.run(['tokens', verb])).toEqual({ code: 2, stdout: '', stderr: problems(missing) });
  });

  it('an empty name is none', async () => {
    const machine = await augmentMachine();
    const argv = ['tokens', 'restore', '--id', 'ci', '--token', ' '];
    expect(await machine.run(argv)).toEqual({ code: 2, stdout: '', stderr: problems(missing.slice(1)) });
  });
});
