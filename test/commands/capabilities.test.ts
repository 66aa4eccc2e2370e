import { describe, expect, it } from 'vitest';

import { run } from '../harness/run.ts';
import { problems, workFolder } from './support.ts';

/** Command line, the provider without the verb, its sentence. */
const lacking: readonly (readonly [argv: string, provider: string, message: string, able: string])[] = [
  ['groups list', 'runai', 'Run:ai cannot list groups; nscale can', 'nscale'],
  ['orgs list', 'runai', 'Run:ai cannot list organizations; nscale can', 'nscale'],
  ['scopes list', 'nscale', 'nscale cannot list scopes; runai can', 'runai'],
  ['accessrules list', 'nscale', 'nscale cannot list access rules; runai can', 'runai'],
  [
    'accessrules create --account a --role b --scope c',
    'nscale',
    'nscale cannot create access rules; runai can',
    'runai',
  ],
  ['accessrules delete --id 1 --yes', 'nscale', 'nscale cannot delete access rules; runai can', 'runai'],
];

const credentials = {
  NSCALE_SERVICE_TOKEN: 'nscale-token',
  RUNAI_BASE_URL: 'https://runai.example.com',
  RUNAI_TOKEN: 'runai-token',
};

describe('a verb that the provider lacks', () => {
  // The test context rejects every request.
  it.each(lacking)('%s on %s names those that have it', async (argv, provider, message, able) => {
    const command = [...argv.split(' '), '--provider', provider];
    expect(await run(command, { env: credentials })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([message], `name one that can with --provider ${able}`),
    });
  });

  it('is refused in the sandbox as well', async () => {
    const env = { SACTL_STATE_DIR: await workFolder() };
    const { code, stdout, stderr } = await run(['scopes', 'list', '--sandbox', '--provider', 'nscale'], { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('[sandbox] sactl: nscale cannot list scopes; runai can\n');
  });

  it('is that of the provider that has it in the sandbox', async () => {
    const env = { SACTL_STATE_DIR: await workFolder() };
    expect(await run(['scopes', 'list', '--sandbox', '-q', '.[0].type'], { env })).toMatchObject({
      code: 0,
      stdout: 'tenant\n',
    });
  });
});

describe('a flag that the provider cannot honour', () => {
  it.each(['--role x', '--scope tenant', '--cluster x', '--keep-rules'])(
    'sa create %s on nscale names the provider that can',
    async (flag) => {
      const argv = `sa create --provider nscale --format yaml --name ci ${flag}`.split(' ');
      const name = flag.split(' ')[0] ?? '';
      expect(await run(argv, { env: credentials })).toEqual({
        code: 2,
        stdout: '',
        stderr: problems([`${name} does nothing on nscale, which has no access rules; runai has`]),
      });
    },
  );

  it.each(['--enable', '--disable'])('sa update %s on nscale', async (flag) => {
    const argv = ['sa', 'update', '--provider', 'nscale', '--id', 'ci', flag];
    expect(await run(argv, { env: credentials })).toEqual({
      code: 2,
      stdout: '',
      stderr: problems(['nscale cannot enable or disable an account ("enabled")']),
    });
  });
});
