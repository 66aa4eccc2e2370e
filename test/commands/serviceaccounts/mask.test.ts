// @module-tag slow
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Output } from '../../../src/context.ts';
import { ciJobs } from '../../harness/ci-jobs.ts';
import type { TestContext } from '../../harness/context.ts';
import { useNscale } from '../../harness/nscale.ts';
import { run, runIn } from '../../harness/run.ts';
import { issuedToken, predictable, workFolder } from '../support.ts';

const nscale = useNscale();

const rotate = ['sa', 'rotate', '--id', 'ci-deploy', '--yes'];
const create = ['sa', 'create', '--name', 'ci'];
const masking = [
  ['GitHub Actions', { GITHUB_ACTIONS: 'true', CI: 'true' }, '::add-mask::'],
  ['Azure Pipelines', { TF_BUILD: 'True' }, '##vso[task.setsecret]'],
] as const;

/** The context with another stderr. */
function withStderr(context: TestContext, stderr: Partial<Output>): TestContext {
  return { ...context, ctx: { ...context.ctx, stderr: { ...context.ctx.stderr, ...stderr } } };
}

describe.each(masking)('under %s', (_, env, command) => {
  const mask = `${command}${issuedToken}\n`;

  it.each([rotate, create])('the token is masked before it is printed: %s %s', async (...argv) => {
    const context = nscale(predictable).context({ env });
    const printedBefore: string[] = [];
    const observed = withStderr(context, {
      write: (text) => {
        if (text !== '') printedBefore.push(context.stdout());
        return context.ctx.stderr.write(text);
      },
    });
    expect(await runIn(observed, [...argv, '-q', '.credential.value'])).toEqual({
      code: 0,
      stdout: `${issuedToken}\n`,
      stderr: mask,
    });
    expect(printedBefore).toEqual(['']);
  });

  it.each([rotate, create])('the token is masked before a target has it: %s %s', async (...argv) => {
    const cwd = await workFolder();
    const context = nscale(predictable).context({ env, cwd });
    const wasThere: boolean[] = [];
    const observed = withStderr(context, {
      write: (text) => {
        if (text !== '') wasThere.push(existsSync(join(cwd, 'token')));
        return context.ctx.stderr.write(text);
      },
    });
    expect(await runIn(observed, [...argv, '--to', 'file:token', '-q', '.verified'])).toEqual({
      code: 0,
      stdout: 'true\n',
      stderr: mask,
    });
    expect([...wasThere, existsSync(join(cwd, 'token'))]).toEqual([false, true]);
  });

  it('--quiet does not keep it from being masked', async () => {
    const argv = [...rotate, '--quiet', '-q', '.credential.value'];
    const { stderr } = await nscale(predictable).run(argv, { env });
    expect(stderr).toBe(mask);
  });

  it('nothing is written to a file, which no runner reads', async () => {
    const context = withStderr(nscale(predictable).context({ env }), { isFile: true });
    const { code, stderr } = await runIn(context, [...rotate, '-q', '.credential.value']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('a stderr that takes nothing does not cost the credential', async () => {
    const context = withStderr(nscale(predictable).context({ env }), {
      write: () => Promise.reject(Object.assign(new Error('write'), { code: 'EPIPE' })),
    });
    const { code, stdout } = await runIn(context, [...rotate, '-q', '.credential.value']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${issuedToken}\n` });
  });

  it('a preview has nothing to mask', async () => {
    const argv = [...rotate, '--dry-run', '--json'];
    expect((await nscale(predictable).run(argv, { env })).stderr).toBe('');
  });
});

it.each([
  ['a%0Ab%25', { GITHUB_ACTIONS: 'true' }, '::add-mask::a%250Ab%2525\n'],
  ['a%0Ab%AZP25;]', { TF_BUILD: 'True' }, '##vso[task.setsecret]a%AZP250Ab%AZP25AZP25%3B%5D\n'],
])('what the runner would read as an escape in %s is escaped: %j', async (token, env, stderr) => {
  const deployment = nscale({ newSecret: () => token });
  const argv = [...rotate, '-q', '.credential.value'];
  expect(await deployment.run(argv, { env })).toEqual({ code: 0, stdout: `${token}\n`, stderr });
});

it.each([
  [{ GITHUB_ACTIONS: 'true' }, '::add-mask::'],
  [{ TF_BUILD: 'True' }, '##vso[task.setsecret]'],
])('in the sandbox a mask stands alone on its line, too: %j', async (env, command) => {
  const argv = ['sa', 'rotate', '--sandbox', '--provider', 'nscale', '--id', 'ci-deploy', '--yes', '--json'];
  const { code, stdout, stderr } = await run(argv, { env });
  const { credential } = JSON.parse(stdout) as { credential: { value: string } };
  expect({ code, stderr }).toEqual({ code: 0, stderr: `${command}${credential.value}\n` });
});

describe('under Buildkite', () => {
  const env = { BUILDKITE: 'true' };

  it('the agent hides the token before it is printed', async () => {
    const folder = await workFolder();
    const path = join(folder, 'bin', 'buildkite-agent');
    await mkdir(join(folder, 'bin'));
    await mkdir(join(folder, 'work'));
    await writeFile(
      path,
      `#!/bin/sh\n[ "$1" = redactor ] || exec /bin/cat > /dev/null\necho "$*" > '${folder}/args'\n/bin/cat > '${folder}/input'\n`,
    );
    await chmod(path, 0o755);
    const context = nscale(predictable).context({
      env: { ...env, PATH: join(folder, 'bin') },
      cwd: join(folder, 'work'),
    });
    const wasHidden: boolean[] = [];
    const write = context.ctx.stdout.write;
    const stdout = {
      ...context.ctx.stdout,
      write: (text: string) => {
        wasHidden.push(existsSync(join(folder, 'input')));
        return write(text);
      },
    };
    const observed = { ...context, ctx: { ...context.ctx, stdout } };
    expect(await runIn(observed, [...rotate, '-q', '.credential.value'])).toEqual({
      code: 0,
      stdout: `${issuedToken}\n`,
      stderr: '',
    });
    expect(wasHidden).toEqual([true]);
    expect(await readFile(join(folder, 'args'), 'utf8')).toBe('redactor add --format json\n');
    expect(await readFile(join(folder, 'input'), 'utf8')).toBe(JSON.stringify({ 0: issuedToken }));
  });

  it('without the agent nothing fails, and one line says so', async () => {
    const argv = [...rotate, '-q', '.credential.value'];
    expect(await nscale(predictable).run(argv, { env: { ...env, PATH: '/nonexistent' } })).toEqual({
      code: 0,
      stdout: `${issuedToken}\n`,
      stderr:
        'sactl: new credentials are not masked in this job\'s log: there is no program "buildkite-agent" in PATH (/nonexistent)\n',
    });
  });

  it('one line says so for several accounts', async () => {
    const cwd = await workFolder();
    const ids = ['ci-deploy', 'terraform'].flatMap((id) => ['--id', id]);
    const argv = ['sa', 'rotate', ...ids, '--yes', '--to', 'file:{name}', '-q', '.rotated | length'];
    const { code, stdout, stderr } = await nscale().run(argv, { cwd, env: { ...env, PATH: '/nonexistent' } });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '2\n' });
    expect(stderr.match(/not masked in this job's log/g)).toHaveLength(1);
  });
});

const unmasked = Object.entries(ciJobs).filter(
  ([name]) => !['github-actions', 'azure-pipelines', 'buildkite'].includes(name),
);

it.each([
  ...unmasked.map(([, { env }]) => env),
  {},
  { CI: 'true' },
  { GITHUB_ACTIONS: 'false' },
  { GITHUB_ACTIONS: '' },
  { TF_BUILD: 'False' },
])('elsewhere nothing is masked: %j', async (env) => {
  const argv = [...rotate, '-q', '.credential.value'];
  const { code, stderr } = await nscale(predictable).run(argv, { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

it.each(['github-env:TOKEN', 'github-output:token'])('%s is refused where no runner reads the mask', async (to) => {
  const cwd = await workFolder({ commands: '' });
  const path = join(cwd, 'commands');
  const deployment = nscale(predictable);
  const env = { GITHUB_ACTIONS: 'true', GITHUB_ENV: path, GITHUB_OUTPUT: path };
  const context = withStderr(deployment.context({ env, cwd }), { isFile: true });
  expect(await runIn(context, [...rotate, '--to', to])).toEqual({
    code: 2,
    stdout: '',
    stderr: `sactl: --to "${to}": stderr goes to a file, where the runner reads no mask for later steps; let it go to the job's log\n`,
  });
  expect(deployment.mutations()).toEqual([]);
  expect(await readFile(path, 'utf8')).toBe('');
  expect(await runIn(deployment.context({ env, cwd }), [...rotate, '--to', to, '-q', '.verified'])).toEqual({
    code: 0,
    stdout: 'true\n',
    stderr: `::add-mask::${issuedToken}\n`,
  });
});
