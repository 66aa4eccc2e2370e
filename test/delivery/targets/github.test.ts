import { chmod, rm, symlink } from 'node:fs/promises';

import { describe, expect, test } from 'vitest';

import { githubEnvScheme, githubOutputScheme } from '../../../src/delivery/targets/github.ts';
import { InterruptedError } from '../../../src/errors.ts';
import { createFolder, never, payload, specOf, subject, targetOf } from './folder.ts';
import { asOrdinaryUser } from './user.ts';

const kinds = [
  { kind: 'github-env', variable: 'GITHUB_ENV', scheme: githubEnvScheme },
  { kind: 'github-output', variable: 'GITHUB_OUTPUT', scheme: githubOutputScheme },
] as const;

const delimiter = 'sactl_00000000-0000-4000-8000-000000000001';

describe.each(kinds)('$kind', ({ kind, variable, scheme }) => {
  const spec = { scheme: kind, body: 'TOKEN' };

  test.each([
    ['', ''],
    ['A=1\n', 'A=1\n'],
    ['A=1', 'A=1\n'],
  ])('appends to a file that holds %j', async (before, kept) => {
    await using folder = await createFolder();
    const path = await folder.write('commands', before, 0o644);
    const environment = folder.environment({ ctx: { env: { [variable]: path } } });
    const target = targetOf(scheme, spec, environment);
    expect(await target.preflight()).toStrictEqual([]);
    expect(await folder.text('commands')).toBe(before);
    await target.deliver(payload('tok-1'), never);
    expect(target.name).toBe(`${kind}:TOKEN`);
    expect(await target.place()).toStrictEqual({ place: path, slot: 'TOKEN' });
    expect(await folder.text('commands')).toBe(`${kept}TOKEN<<${delimiter}\ntok-1\n${delimiter}\n`);
    expect(await folder.mode('commands')).toBe('644');
  });

  test('keeps what others append at the same time', async () => {
    await using folder = await createFolder();
    const path = await folder.write('commands', '');
    const environment = folder.environment({ ctx: { env: { [variable]: path } } });
    const names = Array.from({ length: 8 }, (_, index) => `T${index}`);
    const targets = names.map((body) => targetOf(scheme, { body }, environment));
    await Promise.all(targets.map((target) => target.deliver(payload('x'.repeat(5000)), never)));
    const blocks = (await folder.text('commands')).matchAll(/(\w+)<<(.+)\nx{5000}\n\2\n/g);
    expect(new Set(Array.from(blocks, ([, name]) => name))).toStrictEqual(new Set(names));
  });

  test.each([
    ['is not set', {}, `${variable} is not set; only steps of GitHub Actions have it`],
    ['names nothing', { [variable]: 'missing' }, `~/missing does not exist, though ${variable} names it`],
    ['names a link', { [variable]: 'link' }, '~/link is a symbolic link to ~/commands; name that instead'],
    ['names a folder', { [variable]: '.' }, "~ is a folder; a file's name must follow"],
  ])('is refused when the variable %s', async (_, env, problem) => {
    await using folder = await createFolder();
    await folder.write('commands', 'A=1\n');
    await symlink('commands', folder.at('link'));
    const target = targetOf(scheme, spec, folder.environment({ ctx: { env } }));
    expect(await folder.failure(() => target.preflight())).toBe(`UsageError: --to "given": ${problem}`);
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(`TargetError: ${problem}`);
    expect(await folder.text('commands')).toBe('A=1\n');
  });

  test.each([
    ['goes to a file', { isFile: true, discards: false }],
    ['is closed or the null device', { isFile: false, discards: true }],
  ])('is refused in a job whose stderr %s, where no runner reads the mask', async (how, place) => {
    await using folder = await createFolder();
    const path = await folder.write('commands', 'A=1\n');
    const job = { GITHUB_ACTIONS: 'true', [variable]: path };
    const { ctx, ...rest } = folder.environment({ ctx: { env: job } });
    const target = targetOf(scheme, spec, { ...rest, ctx: { ...ctx, stderr: { ...ctx.stderr, ...place } } });
    expect(await folder.failure(() => target.preflight())).toBe(
      `UsageError: --to "given": stderr ${how}, where the runner reads no mask for later steps; let it go to the job's log`,
    );
    expect(await folder.text('commands')).toBe('A=1\n');
    // Outside of a job there is no log.
    const elsewhere = { ...ctx, env: { [variable]: path }, stderr: { ...ctx.stderr, ...place } };
    expect(await targetOf(scheme, spec, { ...rest, ctx: elsewhere }).preflight()).toStrictEqual([]);
    expect(await targetOf(scheme, spec, { ...rest, ctx }).preflight()).toStrictEqual([]);
  });

  test('is refused when the file cannot be written', async () => {
    await using folder = await createFolder();
    const path = await folder.write('commands', 'A=1\n');
    await chmod(path, 0o400);
    const environment = folder.environment({ ctx: { env: { [variable]: path } } });
    const target = targetOf(scheme, spec, environment);
    await asOrdinaryUser(folder, async () => {
      expect(await folder.failure(() => target.preflight())).toBe(
        `UsageError: --to "given": ~/commands cannot be written: permission denied (EACCES)`,
      );
    });
  });

  test('fails when the file went away, and does not make it', async () => {
    await using folder = await createFolder();
    const path = await folder.write('commands', '');
    const environment = folder.environment({ ctx: { env: { [variable]: path } } });
    const target = targetOf(scheme, spec, environment);
    await target.preflight();
    await rm(path);
    expect(await folder.failure(() => target.deliver(payload('tok-1'), never))).toBe(
      `TargetError: ~/commands does not exist, though ${variable} names it`,
    );
    expect(await folder.names()).toStrictEqual([]);
  });

  test('writes nothing when the run was interrupted', async () => {
    await using folder = await createFolder();
    const path = await folder.write('commands', '');
    const environment = folder.environment({ ctx: { env: { [variable]: path } } });
    const reason = new InterruptedError();
    const work = targetOf(scheme, spec, environment).deliver(payload('tok-1'), AbortSignal.abort(reason));
    await expect(work).rejects.toBe(reason);
    expect(await folder.text('commands')).toBe('');
  });
});

/** Why a target of that name is refused; null when it is not. */
async function problemWith(scheme: typeof githubEnvScheme, body: string, name = subject.name): Promise<string | null> {
  await using folder = await createFolder();
  const [problem] = scheme.problems(specOf({ body }), folder.environment());
  if (problem !== undefined) return problem;
  try {
    scheme.create(specOf({ body }), { ...subject, name }, folder.environment());
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : null;
  }
}

/** One of each kind. */
const steering = (
  'PATH Path HOME SHELL IFS ENV BASH_ENV SHELLOPTS PS4 EDITOR PSModulePath ' +
  'LD_PRELOAD LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES NODE_PATH PYTHONPATH PYTHONHOME PERL5OPT ' +
  'RUBYOPT CLASSPATH JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS SSH_ASKPASS GIT_SSH GIT_SSH_COMMAND GIT_ASKPASS GIT_EXEC_PATH GIT_CONFIG_COUNT GIT_CONFIG'
).split(' ');

test('the name of an account makes no variable that decides what later steps run', async () => {
  expect(await problemWith(githubEnvScheme, '{NAME}', 'path')).toBe(
    '"PATH" decides what later steps run; choose another name',
  );
});

test.each(steering)('of a variable that decides what later steps run is refused: %s', async (name) => {
  const problem = `"${name}" decides what later steps run; choose another name`;
  expect(await problemWith(githubEnvScheme, name)).toBe(problem);
  expect(await problemWith(githubOutputScheme, name)).toBeNull();
});

test.each(['LD_ACCESS_TOKEN', 'GIT_TOKEN', 'PYTHON_TOKEN', 'MY_PATH', 'ENV_TOKEN', 'CONFIG'])(
  'of another variable that only begins or ends so is taken: %s',
  async (name) => {
    expect(await problemWith(githubEnvScheme, name)).toBeNull();
  },
);

describe('the name', () => {
  const variableRule = 'is not a name for a variable: use letters, digits and _, no digit first';
  const outputRule = 'is not a name for an output: use letters, digits, _ and -, a letter or _ first';
  const kept = 'for itself; choose another name';

  test.each([
    ['TOKEN_1', null],
    ['_', null],
    ['GITHUBX', null],
    ['CI_TOKEN', null],
    ['T_{id}', '"T_sa-1" is not a name for a variable: use letters, digits and _, no digit first'],
    ['1T', `"1T" ${variableRule}`],
    ['A-B', `"A-B" ${variableRule}`],
    ['A=B', `"A=B" ${variableRule}`],
    ['A\nB', `"A B" ${variableRule}`],
    ['GITHUB_TOKEN', `GitHub Actions keeps "GITHUB_TOKEN" ${kept}`],
    ['github_env', `GitHub Actions keeps "github_env" ${kept}`],
    ['RUNNER_TEMP', `GitHub Actions keeps "RUNNER_TEMP" ${kept}`],
    ['NODE_OPTIONS', `GitHub Actions keeps "NODE_OPTIONS" ${kept}`],
    ['CI', `GitHub Actions keeps "CI" ${kept}`],
    ['{x}', '{x} is not a placeholder; the placeholders are {provider} {profile} {org} {id} {name} {NAME}'],
  ])('of a variable may be %j: %j', async (body, problem) => {
    expect(await problemWith(githubEnvScheme, body)).toBe(problem);
  });

  test.each([
    ['token', null],
    ['_a-b', null],
    ['GITHUB_TOKEN', null],
    ['t-{name}', null],
    ['-a', `"-a" ${outputRule}`],
    ['a.b', `"a.b" ${outputRule}`],
    ['a<<b', `"a<<b" ${outputRule}`],
    ['{x}', '{x} is not a placeholder; the placeholders are {provider} {profile} {org} {id} {name} {NAME}'],
  ])('of an output may be %j: %j', async (body, problem) => {
    expect(await problemWith(githubOutputScheme, body)).toBe(problem);
  });
});
