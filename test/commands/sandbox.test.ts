import { describe, expect, it } from 'vitest';

import { testContext } from '../harness/context.ts';
import { run, runIn } from '../harness/run.ts';
import { brokenStdout, workFolder } from './support.ts';

async function emptyState(): Promise<{ env: Record<string, string> }> {
  return { env: { SACTL_STATE_DIR: await workFolder() } };
}

describe('--sandbox', () => {
  it('keeps its state from run to run, and sends nothing out', async () => {
    const options = await emptyState();
    const argv = [
      'sa',
      'create',
      '--name',
      'mine',
      '--sandbox',
      '-q',
      '.profile, .credential.value',
    ];
    const created = await run(argv, options);
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(created.stdout).toMatch(/^sandbox\n\S{100,}\n$/);
    const listed = await run(['sa', 'list', '--search', 'mine', '-q', '.[].name'], {
      env: { ...options.env, SACTL_SANDBOX: '1' },
    });
    expect(listed).toEqual({ code: 0, stdout: 'mine\n', stderr: '' });
  });

  it('is put back by reset', async () => {
    const options = await emptyState();
    await run(['sa', 'delete', '--id', 'scratch', '--yes', '--sandbox'], options);
    expect(await run(['sandbox', 'reset'], options)).toEqual({
      code: 0,
      stdout: '',
      stderr: 'sactl: the sandbox is as on its first day\n',
    });
    const found = await run(['sa', 'get', '--id', 'scratch', '--sandbox', '-q', '.name'], options);
    expect(found).toEqual({ code: 0, stdout: 'scratch\n', stderr: '' });
    const quiet = await run(['sandbox', 'reset', '--quiet'], options);
    expect(quiet).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('says on every line of stderr, and in JSON, that it is not real', async () => {
    const options = await emptyState();
    const argv = ['sa', 'get', '--id', 'nobody', '--sandbox'];
    const { code, stderr } = await run(argv, options);
    expect(code).toBe(3);
    for (const line of stderr.trimEnd().split('\n')) expect(line).toMatch(/^\[sandbox\] /);
    const json = await run([...argv, '--json'], options);
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'not_found' }, sandbox: true });
    const dry = await run(
      ['sa', 'delete', '--id', 'scratch', '--dry-run', '--sandbox', '-q', '.sandbox'],
      options,
    );
    expect(dry.stdout).toBe('true\n');
  });

  it.each([
    [['--sandbox', '--profile', 'x'], {}],
    [['--sandbox', '--endpoint', 'https://example.com'], {}],
    [['--profile', 'x'], { SACTL_SANDBOX: '1' }],
  ])('goes with no real connection: %j %j', async (argv, env) => {
    const state = await emptyState();
    const { code, stdout, stderr } = await run(['whoami', ...argv], {
      env: { ...state.env, ...env },
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/does not go with the sandbox/);
  });
});

describe('sandbox serve', () => {
  it('prints what a client needs, and answers until the interrupt', async () => {
    const controller = new AbortController();
    const context = testContext({ ...(await emptyState()), signal: controller.signal });
    const outcome = runIn(context, ['sandbox', 'serve', '--port', '0']);
    await expect.poll(context.stderr).toMatch(/until Ctrl-C\n$/);
    const env = Object.fromEntries(
      context
        .stdout()
        .trimEnd()
        .split('\n')
        .map((line) => /^export (\w+)=(\S+)$/.exec(line)?.slice(1) ?? []),
    ) as Record<string, string>;
    expect(Object.keys(env)).toEqual([
      'NSCALE_IDENTITY_SERVICE_API_ENDPOINT',
      'NSCALE_SERVICE_TOKEN',
      'NSCALE_ORGANIZATION_ID',
      'RUNAI_BASE_URL',
      'RUNAI_CLIENT_ID',
      'RUNAI_CLIENT_SECRET',
    ]);
    for (const [provider, name] of [
      ['nscale', 'scratch'],
      ['runai', 'ci-vision'],
    ] as const) {
      const argv = ['sa', 'get', '--provider', provider, '--id', name, '-q', '.name'];
      const client = await run(argv, { env, fetch: (input, init) => fetch(input, init) });
      expect(client).toEqual({ code: 0, stdout: `${name}\n`, stderr: '' });
    }
    controller.abort();
    expect((await outcome).code).toBe(0);
    await expect(fetch(env['NSCALE_IDENTITY_SERVICE_API_ENDPOINT'] ?? '')).rejects.toThrow(
      'fetch failed',
    );
  });

  it('goes on when nobody reads what it prints', async () => {
    const options = { ...(await emptyState()), signal: AbortSignal.abort() };
    const argv = ['sandbox', 'serve', '--port', '0', '--quiet'];
    const outcome = await run(argv, { ...options, stdout: brokenStdout('EPIPE') });
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it.each(['-1', '65536', 'http', ''])('refuses port "%s"', async (port) => {
    expect(await run(['sandbox', 'serve', `--port=${port}`])).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: --port "${port}" is a whole number from 0 to 65535\n`,
    });
  });

  it('refuses flags that it cannot honour', async () => {
    const { code, stderr } = await run(['sandbox', 'serve', '--json', '--dry-run']);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        message:
          '--json does nothing with "sactl sandbox serve"; --dry-run does nothing with "sactl sandbox serve"',
      },
    });
  });
});
