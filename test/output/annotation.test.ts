import { describe, expect, it } from 'vitest';

import { ciJobs } from '../harness/ci-jobs.ts';
import type { Output } from '../../src/context.ts';
import { organizationId, useNscale } from '../harness/nscale.ts';
import { run, runIn } from '../harness/run.ts';

const nscale = useNscale();

const missing = ['sa', 'get', '--id', 'nobody'];
const message = `no service account "nobody" in nscale organization ${organizationId}`;
const hint = 'sactl serviceaccounts list';
const text = `sactl: ${message}\nhint: ${hint}\n`;

/** How the systems that have annotations have this error. */
const annotations: Readonly<Record<string, string>> = {
  'github-actions': `::error title=sactl ended with exit code 3::${message}; hint: ${hint}\n`,
  'azure-pipelines': `##vso[task.logissue type=error]sactl ended with exit code 3: ${message}%3B hint: ${hint}\n`,
};

describe.each(Object.entries(ciJobs))('in a job of %s', (name, { env }) => {
  it('an error is annotated after its text, where the system has annotations', async () => {
    const stderr = text + (annotations[name] ?? '');
    expect(await nscale().run(missing, { env })).toEqual({ code: 3, stdout: '', stderr });
  });

  it.each([['--json'], ['-q', '.id'], ['--format', 'json']])('an error in JSON stays alone: %s', async (...flags) => {
    const { code, stdout, stderr } = await nscale().run([...missing, ...flags], { env });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ error: { message, exitCode: 3 } });
  });

  it.each([{ isFile: true }, { discards: true }])('no runner is told where none reads: %j', async (place: object) => {
    const context = nscale().context({ env });
    const output: Output = { ...context.ctx.stderr, ...place };
    const observed = { ...context, ctx: { ...context.ctx, stderr: output } };
    expect(await runIn(observed, missing)).toEqual({ code: 3, stdout: '', stderr: text });
  });

  it('what ends well says nothing', async () => {
    const outcome = await nscale().run(['sa', 'get', '--id', 'ci-deploy', '-q', '.name'], { env });
    expect(outcome).toEqual({ code: 0, stdout: 'ci-deploy\n', stderr: '' });
  });
});

it.each([{}, { CI: 'true' }, { GITHUB_ACTIONS: 'false' }])('elsewhere an error is its text: %j', async (env) => {
  expect(await nscale().run(missing, { env })).toEqual({ code: 3, stdout: '', stderr: text });
});

describe('under GitHub Actions', () => {
  const env = { GITHUB_ACTIONS: 'true' };

  it('all problems of a command line are one annotation', async () => {
    const { code, stderr } = await run(['sa', 'list', '--limit', 'x', '--sort', 'y', '--raw'], { env });
    expect(code).toBe(2);
    const all = stderr.split('\n').filter((line) => line !== '');
    const said = all.filter((line) => line.startsWith('sactl: ')).map((line) => line.slice('sactl: '.length));
    expect(said.length).toBeGreaterThan(1);
    const help = all.find((line) => line.startsWith('hint: '));
    const rest = help === undefined ? '' : `; ${help}`;
    expect(all.at(-1)).toBe(`::error title=sactl ended with exit code 2::${said.join('; ')}${rest}`);
    expect(all.filter((line) => line.startsWith('::'))).toHaveLength(1);
  });

  it('in the sandbox it stays a command, and says sandbox', async () => {
    const argv = ['sa', 'get', '--sandbox', '--provider', 'nscale', '--id', '50%\n::warning::x'];
    const said = `no service account "50% ::warning::x" in nscale organization ${organizationId}`;
    const list = `${hint} --sandbox --provider nscale`;
    expect(await run(argv, { env })).toEqual({
      code: 3,
      stdout: '',
      stderr: [
        `[sandbox] sactl: ${said}`,
        `[sandbox] hint: ${list}`,
        `::error title=sandbox%3A sactl ended with exit code 3::${said.replace('%', '%25')}; hint: ${list}`,
        '',
      ].join('\n'),
    });
  });
});
