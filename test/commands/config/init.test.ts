import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { nscaleEndpoint, organizationId, sandboxTokens, useNscale } from '../../harness/nscale.ts';
import { workFolder } from '../support.ts';
import { userFile } from './home.ts';

const nscale = useNscale();

/** A home, and what stands in its configuration file; null where there is none. */
async function newHome(): Promise<{ readonly path: string; readonly file: () => Promise<string | null> }> {
  const path = await workFolder();
  return { path, file: () => readFile(join(path, userFile), 'utf8').catch(() => null) };
}

const init = ['config', 'init', '--provider', 'nscale', '--endpoint', nscaleEndpoint];
const own = { env: { TOKEN: sandboxTokens.administrator, NSCALE_SERVICE_TOKEN: undefined } };

describe('config init without a terminal', () => {
  it('tries the credential, takes the one organization, writes the profile and says how to go on', async () => {
    const home = await newHome();
    const deployment = nscale();
    const options = { homeDirectory: home.path, ...own };
    const { code, stdout, stderr } = await deployment.run([...init, '--credential', 'env:TOKEN'], options);
    expect({ code, stderr, stdout: stdout.replaceAll(home.path, '~') }).toEqual({
      code: 0,
      stderr: '',
      stdout: `The profile nscale is in ~/${userFile}, signed in as ann@example.com.

Go on with
  sactl sa list
  sactl doctor
  sactl sa rotate --id <name> --to file:<path> --dry-run
`,
    });
    expect(await home.file()).toBe(`# yaml-language-server: $schema=config.schema.json
profiles:
  nscale:
    provider: nscale
    endpoint: ${nscaleEndpoint}
    org: ${organizationId}
    credential: { env: TOKEN }
profile: nscale
`);
    expect((await stat(join(home.path, userFile))).mode & 0o777).toBe(0o600);
    expect(deployment.mutations()).toEqual([]);
    const listed = await deployment.run(['sa', 'list', '-q', '.[0].name'], options);
    expect(listed).toEqual({ code: 0, stdout: 'ci-deploy\n', stderr: '' });
  });

  it.each([
    [['--credential', 'env:NOPE'], 4, /no credential: environment variable NOPE is not set/],
    [['--credential', 'env:WRONG'], 4, /refused|401/],
    [['--credential', 'hunter2-s3cret'], 2, /--credential must be env:<NAME>, file:<path> or command:/],
    [['--credential', 'env:TOKEN', '--name', '../x'], 2, /must be named with letters, digits/],
    [['--credential', 'env:TOKEN', '--name', ''], 2, /--name must not be empty/],
    [['--credential', 'env:TOKEN', '--client-id', 'x'], 2, /--client-id is for Run:ai, and not for nscale/],
    [[], 2, /--credential is missing: env:<NAME>, file:<path> or command:<program and arguments>/],
  ])('writes nothing that does not work: %j', async (flags, code, said) => {
    const home = await newHome();
    const outcome = await nscale().run([...init, ...flags], {
      homeDirectory: home.path,
      env: { ...own.env, WRONG: 'wrong-token' },
    });
    expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(said) });
    expect(outcome.stderr).not.toContain('hunter2');
    expect(await home.file()).toBeNull();
  });

  it('is not for the sandbox, which has no profiles', async () => {
    const home = await newHome();
    const options = { homeDirectory: home.path, env: { ...own.env, SACTL_SANDBOX: '1' } };
    expect(await nscale().run([...init, '--credential', 'env:TOKEN'], options)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the sandbox has no profiles: unset SACTL_SANDBOX to set one up'),
    });
    expect(await home.file()).toBeNull();
  });

  it('replaces no profile', async () => {
    const home = await newHome();
    const options = { homeDirectory: home.path, ...own };
    await nscale().run([...init, '--credential', 'env:TOKEN'], options);
    const before = await home.file();
    expect(await nscale().run([...init, '--credential', 'env:OTHER'], options)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('has a profile "nscale" already'),
    });
    expect(await home.file()).toBe(before);
  });

  it('asks nobody, and sends nothing, with --unchecked', async () => {
    const home = await newHome();
    const deployment = nscale();
    const flags = ['--credential', 'file:~/nscale.token', '--unchecked', '-q', '.path'];
    expect(await deployment.run([...init, ...flags], { homeDirectory: home.path })).toMatchObject({ code: 0 });
    expect(deployment.requests).toEqual([]);
    expect(await home.file()).toContain('credential: { file: ~/nscale.token }');
  });
});

describe('config init at a terminal', () => {
  it('asks for what the flags do not say, and for one of several organizations', async () => {
    const home = await newHome();
    const asked: string[] = [];
    const answers: Record<string, string> = {
      'Which provider?': 'nscale',
      'A name for the profile': 'prod',
      "The address of the provider's API": nscaleEndpoint,
      'Where is the credential (NSCALE_SERVICE_TOKEN)?': 'env',
      'Which variable': 'TOKEN',
      'Which organization?': organizationId,
    };
    function answer({ message }: { readonly message: string }): Promise<string> {
      asked.push(message);
      return Promise.resolve(answers[message] ?? '');
    }
    const { code } = await nscale().run(['config', 'init'], {
      homeDirectory: home.path,
      terminal: 100,
      prompt: { select: answer, input: answer },
      env: {
        TOKEN: sandboxTokens.consultant,
        NSCALE_SERVICE_TOKEN: undefined,
        NSCALE_IDENTITY_SERVICE_API_ENDPOINT: nscaleEndpoint,
      },
    });
    expect({ code, asked }).toEqual({ code: 0, asked: Object.keys(answers) });
    expect(await home.file()).toContain(`  prod:\n    provider: nscale\n    endpoint: ${nscaleEndpoint}\n`);
  });
});
