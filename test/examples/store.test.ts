import { cp, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ops } from '../harness/age.ts';
import { gitlabJob } from './documents.ts';
import { openMachine, type JobRun } from './runner.ts';
import { openWorld, type World } from './world.ts';

// The examples with a state store: what one machine leaves, the next one finds. The services are emulators over HTTP.

/** All that is in a folder, as text. */
async function textIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
}

/** A night of a workflow, on a runner that was never there before. */
async function night({ programs, env, token, folder }: World, name: string, job: string, inputs = {}) {
  const { runJob } = await openMachine({ programs });
  const vars = { SACTL_STATE: `file:${folder}`, SACTL_STATE_RECIPIENTS: ops.recipient };
  const secrets = { SACTL_NSCALE_TOKEN: token, SACTL_NSCALE_READ_TOKEN: token };
  return runJob(name, job, { vars, secrets, env, inputs });
}

/** What somebody with the identity does at home. */
async function atHome({ programs, env, folder }: World, line: string): Promise<JobRun> {
  const { runLines } = await openMachine({ programs });
  const own = { SACTL_STATE: `file:${folder}`, SACTL_STATE_RECIPIENTS: ops.recipient };
  return runLines([line], { ...env, ...own, CI: '', SACTL_STATE_IDENTITY: ops.identity });
}

/** A scheduled pipeline, on runners that were never there before. */
async function pipeline(world: World): Promise<readonly JobRun[]> {
  const { bucket, gitlab, programs, env, token } = world;
  const runs: JobRun[] = [];
  for (const matrix of gitlabJob?.parallel.matrix ?? []) {
    const { path, runLines } = await openMachine({ programs });
    await cp(resolve(import.meta.dirname, '../../examples/gitlab'), join(path, '.gitlab/sactl'), { recursive: true });
    const variables = {
      SACTL_STATE: bucket.address,
      SACTL_STATE_RECIPIENTS: ops.recipient,
      SACTL_NSCALE_TOKEN: token,
      SACTL_GITLAB_TOKEN: gitlab.token,
      CI_API_V4_URL: gitlab.url,
      CI_PROJECT_ID: gitlab.project,
      GITHUB_ACTIONS: '',
    };
    const all = { ...gitlabJob?.variables, ...env, ...bucket.env, ...variables, ...matrix };
    runs.push(await runLines(gitlabJob?.script ?? [], all));
  }
  return runs;
}

describe.skipIf(process.platform === 'win32')('the examples for GitHub with a store', { timeout: 120_000 }, () => {
  it('rotate what is due, and leave in the store who did what, and no token', async () => {
    const world = await openWorld();
    const runs = await night(world, 'rotate-nightly.yml', 'rotate');
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(runs.map(({ output }) => output).join('')).not.toContain('::warning::');
    const { NSCALE_SERVICE_TOKEN: token = '', TRAINING_SERVICE_TOKEN: other = '' } = await world.secrets();
    expect(await Promise.all([token, other].map(world.isLive))).toEqual([true, true]);
    const kept = await textIn(world.folder);
    expect(kept).toContain('"ci-deploy"');
    for (const secret of [token, other]) expect(kept).not.toContain(secret);
    const again = await night(world, 'rotate-nightly.yml', 'rotate');
    expect(again.map(({ code }) => code)).toEqual([0, 0]);
    expect(world.rotations()).toBe(2);
    const [report] = await night(world, 'drift-report.yml', 'report');
    expect(report?.summary).toMatch(/## Changed[^#]*ci-deploy/);
  });

  it('say who can deliver what the runner cannot open, every night; once that is done, all is well', async () => {
    const world = await openWorld();
    await night(world, 'rotate-nightly.yml', 'rotate');
    const before = await world.secrets();
    await world.refuseSecrets(true);
    const inputs = { account: 'ci-deploy' };
    const [leak] = await night(world, 'leak-response.yml', 'rotate', inputs);
    expect(leak).toMatchObject({ code: 8, output: expect.stringContaining('"sactl recover deliver --all"') });
    expect(await world.isLive(before['NSCALE_SERVICE_TOKEN'])).toBe(false);
    expect(await textIn(world.folder)).toContain('BEGIN AGE ENCRYPTED FILE');
    await world.refuseSecrets(false);
    const [next] = await night(world, 'rotate-nightly.yml', 'rotate');
    expect(next).toMatchObject({
      code: 8,
      output: expect.stringContaining('::error::a credential is kept in the state store, sealed'),
    });
    expect(next?.calls.at(-1)?.slice(0, 3)).toEqual(['sactl', 'serviceaccounts', 'rotate']);
    const rotated = world.rotations();
    expect(await atHome(world, 'sactl recover deliver --all --yes')).toMatchObject({ code: 0 });
    expect(world.rotations()).toBe(rotated);
    // To the environment that the workflow for leaks names.
    expect(await world.isLive((await world.secrets())['NSCALE_SERVICE_TOKEN'])).toBe(true);
    expect((await night(world, 'rotate-nightly.yml', 'rotate')).map(({ code }) => code)).toEqual([0, 0]);
  });
});

describe.skipIf(process.platform === 'win32')('the example for GitLab', { timeout: 120_000 }, () => {
  it('rotates what is due into the variables of the project, and leaves no token in the store or the log', async () => {
    const world = await openWorld();
    const { variables } = world.gitlab;
    for (const { VARIABLE = '' } of gitlabJob?.parallel.matrix ?? []) variables.set(VARIABLE, 'none yet');
    const runs = await pipeline(world);
    expect(runs.map(({ code, output }) => ({ code, output }))).toEqual([
      { code: 0, output: expect.stringContaining('rotated') },
      { code: 0, output: expect.stringContaining('rotated') },
    ]);
    expect(variables.size).toBe(2);
    const kept = [...world.bucket.server.objects.values()].map(({ bytes }) => Buffer.from(bytes).toString()).join('\n');
    for (const token of variables.values()) {
      expect(await world.isLive(token)).toBe(true);
      expect(`${kept}${runs.map(({ output }) => output).join('')}`).not.toContain(token);
    }
    expect((await pipeline(world)).map(({ code }) => code)).toEqual([0, 0]);
    expect(world.rotations()).toBe(2);
  });

  it('asks for nothing where the variable is not there, or may not be changed', async () => {
    const world = await openWorld();
    const runs = await pipeline(world);
    expect(runs.map(({ code, output }) => ({ code, output }))).toEqual([
      { code: 1, output: 'GitLab answered HTTP 404 for the variable NSCALE_SERVICE_TOKEN\n' },
      { code: 1, output: 'GitLab answered HTTP 404 for the variable TRAINING_SERVICE_TOKEN\n' },
    ]);
    expect(world.rotations()).toBe(0);
  });

  it('is not cut off, and ends by itself', () => {
    expect(gitlabJob).toMatchObject({ interruptible: false, timeout: '20 minutes' });
  });
});
