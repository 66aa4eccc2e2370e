// @module-tag slow
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { Secret } from '../../../src/model/credential.ts';
import { fingerprintOf } from '../../../src/model/fingerprint.ts';
import { ciJobs } from '../../harness/ci-jobs.ts';
import { organizationId, useNscale } from '../../harness/nscale.ts';
import { run, runIn } from '../../harness/run.ts';
import { issuedToken, predictable, workFolder } from '../support.ts';

const nscale = useNscale();

const rotate = ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--to', 'file:token', '-q', '.verified'];
const create = ['sa', 'create', '--name', 'ci', '--to', 'file:token', '-q', '.verified'];
const fingerprint = fingerprintOf(new Secret(issuedToken));
const header = '| account | provider | expires | fingerprint | delivered to |\n| --- | --- | --- | --- | --- |\n';

function done(heading: string, account: string): string {
  const row = `| ${account} | nscale | 2027-02-20T12:00:00Z | ${fingerprint} | file:token |`;
  return `## ${heading}\n\n### Done\n\n${header}${row}\n`;
}

const summaries = [
  [
    rotate,
    done(
      `Rotate the credential of ci-deploy (${accountIds.ciDeploy}) in organization acme-research (${organizationId})`,
      'ci-deploy',
    ),
  ],
  [create, done(`Create service account ci in organization acme-research (${organizationId})`, 'ci')],
] as const;

interface Job {
  readonly folder: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What the run's page got; null where that is nothing. */
  readonly shown: () => string | null;
}

/** A job of this system, with every place for a summary that any system has. */
async function jobOf(env: Readonly<Record<string, string>>): Promise<Job> {
  const folder = await workFolder();
  const places = ['bin', 'work', 'temp'].map((name) => join(folder, name));
  for (const path of places) await mkdir(path);
  const [bin = '', cwd = '', temp = ''] = places;
  const program = join(bin, 'buildkite-agent');
  await writeFile(program, `#!/bin/sh\n/bin/cat > '${folder}/'"$1"\necho "$*" > '${folder}/'"$1-args"\n`);
  await chmod(program, 0o755);
  return {
    folder,
    cwd,
    env: { ...env, GITHUB_STEP_SUMMARY: join(folder, 'summary'), AGENT_TEMPDIRECTORY: temp, PATH: bin },
    shown: () => {
      const paths = [
        join(folder, 'summary'),
        join(folder, 'annotate'),
        ...readdirSync(temp).map((name) => join(temp, name)),
      ];
      const texts = paths.filter((path) => existsSync(path)).map((path) => readFileSync(path, 'utf8'));
      expect(texts.length).toBeLessThan(2);
      return texts[0] ?? null;
    },
  };
}

/** What the runners of a job are told on stderr. */
const masks: Readonly<Record<string, string>> = {
  'github-actions': `::add-mask::${issuedToken}\n`,
  'azure-pipelines': `##vso[task.setsecret]${issuedToken}\n`,
};

describe.each(Object.entries(ciJobs))('in a job of %s', (name, { env }) => {
  const hasPage = ['github-actions', 'azure-pipelines', 'buildkite'].includes(name);

  it.each(summaries)('one account is told on the page of the run, where there is one: %j', async (argv, markdown) => {
    const job = await jobOf(env);
    const { code, stdout, stderr } = await nscale(predictable).run(argv, job);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'true\n' });
    const upload = /##vso\[task\.uploadsummary\](.*)\n/.exec(stderr);
    expect(stderr).toBe((masks[name] ?? '') + (upload?.[0] ?? ''));
    expect(upload !== null).toBe(name === 'azure-pipelines');
    expect(upload === null || readFileSync(upload[1] ?? '', 'utf8') === markdown).toBe(true);
    expect(job.shown()).toBe(hasPage ? markdown + (upload === null ? '\n' : '') : null);
    expect(readdirSync(job.cwd)).toEqual(['token']);
  });

  it('an end that is not a good one is told as such, without the credential', async () => {
    const job = await jobOf(env);
    await writeFile(join(job.cwd, 'refuse'), '#!/bin/sh\n/bin/cat >&2\nexit 127\n');
    await chmod(join(job.cwd, 'refuse'), 0o755);
    const argv = [...rotate.slice(0, 5), '--to', `exec:${job.cwd}/refuse`, '-q', '.verified'];
    const { code } = await nscale(predictable).run(argv, job);
    expect(code).toBe(8);
    const text = job.shown();
    const failed =
      /^## Rotate the credential of ci-deploy [^]*\n### Failed\n\n\| account \| provider \| exit code \| what happened \| what helps \|\n.*\n\| ci-deploy \| nscale \| 8 \| the new credential of nscale service account ci-deploy .* failed with exit code 127: \\\[secret\\\].* \| fix what it reports, then: sactl recover deliver --id .* \|\n+$/;
    expect(text === null ? null : failed.test(text)).toBe(hasPage ? true : null);
    expect(text ?? '').not.toContain(issuedToken);
  });

  it.each([
    ['a preview', [...rotate, '--dry-run'], 0],
    ['what was refused', [...rotate.slice(0, 4), '--to', 'file:none/token'], 2],
  ])('%s is none', async (_, argv, code) => {
    const job = await jobOf(env);
    expect((await nscale(predictable).run(argv, job)).code).toBe(code);
    expect(job.shown()).toBeNull();
  });
});

describe('under Buildkite', () => {
  it('the agent adds it to the annotation of sactl', async () => {
    const job = await jobOf(ciJobs['buildkite']?.env ?? {});
    await nscale(predictable).run(rotate, job);
    expect(readFileSync(join(job.folder, 'annotate-args'), 'utf8')).toBe(
      'annotate --style info --context sactl --append\n',
    );
  });

  it('an agent that refuses is noted, and no failure', async () => {
    const job = await jobOf(ciJobs['buildkite']?.env ?? {});
    await writeFile(
      join(job.folder, 'bin', 'buildkite-agent'),
      '#!/bin/sh\n/bin/cat > /dev/null\n[ "$1" = redactor ] || exit 4\n',
    );
    expect(await nscale(predictable).run(rotate, job)).toEqual({
      code: 0,
      stdout: 'true\n',
      stderr: 'sactl: the report is not on the page of the run: buildkite-agent failed with exit code 4\n',
    });
  });
});

describe('under Azure Pipelines', () => {
  const env = { TF_BUILD: 'True' };

  it.each([
    ['there is no folder for it', {}, {}, /^$/],
    ['stderr goes to a file', { AGENT_TEMPDIRECTORY: '.' }, { isFile: true }, /^$/],
    [
      'the folder is not there',
      { AGENT_TEMPDIRECTORY: '/nonexistent' },
      {},
      /^sactl: the report is not on the page of the run: the report could not be written to "\/nonexistent\/sactl-\S+\.md": no such file or directory \(ENOENT\)\n$/,
    ],
  ])('where %s, nothing fails', async (_, more, place: object, note) => {
    const context = nscale(predictable).context({ env: { ...env, ...more }, cwd: await workFolder() });
    const stderr = { ...context.ctx.stderr, ...place };
    const { code, stdout, stderr: said } = await runIn({ ...context, ctx: { ...context.ctx, stderr } }, rotate);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'true\n' });
    expect(said.replace(masks['azure-pipelines'] ?? '', '')).toMatch(note);
  });
});

describe('under GitHub Actions', () => {
  it('a file that cannot be written is noted, and no failure', async () => {
    const job = await jobOf({ GITHUB_ACTIONS: 'true' });
    const path = join(job.folder, 'none', 'summary');
    const env = { ...job.env, GITHUB_STEP_SUMMARY: path };
    expect(await nscale(predictable).run(rotate, { ...job, env })).toEqual({
      code: 0,
      stdout: 'true\n',
      stderr: `${masks['github-actions']}sactl: the report could not be written to "${path}": no such file or directory (ENOENT)\n`,
    });
  });

  it('a name that somebody chose cannot break out of its cell or heading', async () => {
    const job = await jobOf({ GITHUB_ACTIONS: 'true' });
    const deployment = nscale(predictable);
    const account = deployment.state.accounts.find(({ id }) => id === accountIds.ciDeploy);
    if (account !== undefined) account.name = 'a|b @octocat <script>\n# x';
    const argv = ['sa', 'rotate', '--id', accountIds.ciDeploy, '--yes', '--to', 'file:token', '--json'];
    expect((await deployment.run(argv, job)).code).toBe(0);
    const name = 'a\\|b @\u200Doctocat \\<script\\> \\# x';
    const lines = (job.shown() ?? '').split('\n');
    expect(lines[0]).toBe(
      `## Rotate the credential of ${name} (${accountIds.ciDeploy}) in organization acme-research (${organizationId})`,
    );
    expect(lines[6]).toBe(`| ${name} | nscale | 2027-02-20T12:00:00Z | ${fingerprint} | file:token |`);
  });

  it('the sandbox says so', async () => {
    const job = await jobOf({ GITHUB_ACTIONS: 'true' });
    const argv = ['sa', 'create', '--sandbox', '--provider', 'nscale', '--name', 'ci', '--to', 'file:token', '--json'];
    expect((await run(argv, job)).code).toBe(0);
    expect(job.shown()).toMatch(/^## Create service account ci in organization acme-research \(\S+\) \(sandbox\)\n/);
  });
});

it('outside of a job nothing is told anywhere else', async () => {
  const job = await jobOf({});
  const { GITHUB_STEP_SUMMARY: _, ...env } = job.env;
  expect(await nscale(predictable).run(rotate, { ...job, env })).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
  expect(job.shown()).toBeNull();
});
