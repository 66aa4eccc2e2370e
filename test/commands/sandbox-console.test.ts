import { describe, expect, it } from 'vitest';

import { augmentSandbox } from '../../src/sandbox/augment/seed.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import { testNow, type TestContextOptions } from '../harness/context.ts';
import { run, type Outcome } from '../harness/run.ts';
import { marked } from './runai-sandbox.ts';
import { brokenStdout, problems, workFolder } from './support.ts';

const { tenantURL, reviewer, docs } = augmentSandbox;

interface WebConsole {
  readonly sactl: (argv: readonly string[], options?: TestContextOptions) => Promise<Outcome>;
  /** Runs `sactl sandbox console augment` with these words. */
  readonly at: (words: readonly string[], options?: TestContextOptions) => Promise<Outcome>;
  /** The status that Augment's API answers a token with. */
  readonly tried: (token: string) => Promise<number>;
}

/** The console of a sandbox on its first day. */
async function webConsole(): Promise<WebConsole> {
  const stateDirectory = await workFolder();
  function sactl(argv: readonly string[], { env, ...options }: TestContextOptions = {}): Promise<Outcome> {
    return run(argv, { ...options, env: { SACTL_STATE_DIR: stateDirectory, ...env } });
  }

  return {
    sactl,
    at: (words, options) => sactl(['sandbox', 'console', 'augment', ...words], options),
    tried: async (token) => {
      const { fetch, connection } = await openSandbox(
        { stateDirectory, now: () => testNow, sleep: () => Promise.resolve() },
        'augment',
      );
      const headers = { authorization: `Bearer ${token}` };
      const url = `${connection.endpoint}/analytics/v0/dau-count`;
      return (await fetch(url, { headers })).status;
    },
  };
}

const issueSecond = ['issue', '--account', reviewer.account, '--token', 'second'];

function tokenOf(session: string): string {
  return (JSON.parse(session) as { accessToken: string }).accessToken;
}

describe('sandbox console augment', () => {
  it('plays the life of an account', async () => {
    const { at, tried } = await webConsole();
    expect(await at(['create', '--name', 'ci_New', '--description', 'Tests'])).toEqual({
      code: 0,
      stdout: '',
      stderr: "sactl: the sandbox's console made the service account ci_New\n",
    });
    const issued = await at(['issue', '--account', 'ci_New', '--token', 'first one']);
    expect(issued).toMatchObject({
      code: 0,
      stderr: 'sactl: the sandbox\'s console issued the token "first one" of ci_New; its value is not shown again\n',
    });
    const token = tokenOf(issued.stdout);
    expect(await tried(token)).toBe(200);
    expect(await at(['revoke', '--account', 'ci_New', '--token', 'first one'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'sactl: the sandbox\'s console revoked the token "first one" of ci_New\n',
    });
    expect(await tried(token)).toBe(401);
    expect(await at(['delete', '--account', 'ci_New'])).toEqual({
      code: 0,
      stdout: '',
      stderr: "sactl: the sandbox's console deleted the service account ci_New\n",
    });
    expect((await at(['delete', '--account', 'ci_New'])).code).toBe(3);
  });

  it('prints nothing but the session.json, as one line, and no token twice', async () => {
    const { at } = await webConsole();
    const { stdout, stderr } = await at([...issueSecond, '--quiet']);
    expect(stdout).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(stdout)).toEqual({
      accessToken: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      tenantURL,
      scopes: ['read', 'write'],
    });
    expect(stderr).toBe('');
    const third = await at(['issue', '--account', reviewer.account, '--token', 'third']);
    expect(third.stderr).not.toContain(tokenOf(third.stdout));
    expect(tokenOf(third.stdout)).not.toBe(tokenOf(stdout));
  });

  it('works on the state that --sandbox uses: what is deleted or revoked works no longer', async () => {
    const { at, tried } = await webConsole();
    await at(['revoke', '--account', reviewer.account, '--token', reviewer.token]);
    expect(await tried(reviewer.value)).toBe(401);
    expect(await tried(docs.value)).toBe(200);
    await at(['delete', '--account', docs.account]);
    expect(await tried(docs.value)).toBe(401);
  });

  it.each([
    ['create', ['--name']],
    ['issue', ['--account', '--token']],
    ['revoke', ['--account', '--token']],
    ['delete', ['--account']],
  ] as const)('%s names every flag that is missing', async (verb, flags) => {
    const { at } = await webConsole();
    const refused = { code: 2, stdout: '', stderr: problems(flags.map((flag) => `${flag} is missing`)) };
    expect(await at([verb])).toEqual(refused);
    expect(await at([verb, ...flags.map((flag) => `${flag}= `)])).toEqual(refused);
  });

  it.each<[words: readonly string[], code: number, problem: string]>([
    [['create', '--name', reviewer.account], 5, `there is a service account "${reviewer.account}" already`],
    [['create', '--name', 'ci new'], 2, 'a name must have 1 to 100 letters, digits, "-" or "_"'],
    [
      ['issue', '--account', 'nobody', '--token', 'x'],
      3,
      'the sandbox\'s organization has no service account "nobody"',
    ],
    [
      ['issue', '--account', reviewer.account, '--token', reviewer.token],
      5,
      `${reviewer.account} has a token "${reviewer.token}" already`,
    ],
    [
      ['revoke', '--account', docs.account, '--token', docs.revoked.token],
      3,
      `${docs.account} has no token "${docs.revoked.token}"`,
    ],
    [['delete', '--account', 'nobody'], 3, 'the sandbox\'s organization has no service account "nobody"'],
  ])('%j is refused as the console refuses it', async (words, code, problem) => {
    const { at, tried } = await webConsole();
    expect(await at(words)).toEqual({ code, stdout: '', stderr: problems([problem]) });
    expect(await tried(reviewer.value)).toBe(200);
  });

  it('does not say that all is well when nobody could read the token', async () => {
    const { at } = await webConsole();
    const { code, stderr } = await at(issueSecond, { stdout: brokenStdout('EPIPE') });
    expect(code).toBe(8);
    expect(stderr).toBe(
      problems(
        [`the token "second" of ${reviewer.account} was issued and cannot be written to stdout: broken pipe (EPIPE)`],
        'issue one with another name',
      ),
    );
  });

  it('marks its lines where the sandbox is on', async () => {
    const { at } = await webConsole();
    const env = { SACTL_SANDBOX: '1' };
    const done = await at(['delete', '--account', docs.account], { env });
    expect(done.stderr).toBe(marked(`sactl: the sandbox's console deleted the service account ${docs.account}`));
    const refused = await at(['delete'], { env });
    expect(refused.stderr).toBe(marked('sactl: --account is missing'));
  });

  it('refuses flags that it cannot honour', async () => {
    const { at } = await webConsole();
    const { code, stdout, stderr } = await at([...issueSecond, '--json', '--provider', 'augment']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        message:
          '--provider does nothing with "sactl sandbox console augment issue"; ' +
          '--json does nothing with "sactl sandbox console augment issue"',
        hint: 'sactl sandbox console augment issue --help',
      },
    });
  });

  it('is undone by a reset', async () => {
    const { sactl, at, tried } = await webConsole();
    const token = tokenOf((await at(issueSecond)).stdout);
    expect(await tried(token)).toBe(200);
    await sactl(['sandbox', 'reset']);
    expect(await tried(token)).toBe(401);
  });

  it.each([
    [[], 'sactl sandbox console augment', ['create', 'issue', 'revoke', 'delete']],
    [['issue', '--help'], 'sactl sandbox console augment issue', ['--account', '--token']],
  ])('has help: %j', async (words, usage, parts) => {
    const { at } = await webConsole();
    const { stdout, stderr } = await at(words);
    expect(stdout + stderr).toContain(`Usage: ${usage}`);
    for (const part of parts) expect(stdout + stderr).toContain(part);
  });
});
