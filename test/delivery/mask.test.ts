import { describe, expect, it } from 'vitest';

import { openMasker } from '../../src/delivery/mask.ts';
import { runIssuance } from '../../src/delivery/run-issuance.ts';
import { Secret } from '../../src/model/credential.ts';
import { ciJobs } from '../harness/ci-jobs.ts';
import { testContext, type TestContext } from '../harness/context.ts';
import { brokenStdout } from '../commands/support.ts';
import { issuedWith, secret } from './answers.ts';
import { issuance, worldOf } from './issuance.ts';

const github = { GITHUB_ACTIONS: 'true' };
const azure = { TF_BUILD: 'True' };

interface Said {
  /** What the runner reads. */
  readonly stderr: string;
  readonly notes: readonly string[];
}

/** What is said of credentials with these values; each of them is its payload, too. */
async function masked(
  values: readonly string[],
  { ctx, stderr }: TestContext,
  place: Partial<TestContext['ctx']['stderr']> = {},
): Promise<Said> {
  const notes: string[] = [];
  const mask = openMasker({ ...ctx, stderr: { ...ctx.stderr, ...place } }, (text) => {
    notes.push(text);
    return Promise.resolve();
  });
  for (const value of values) await mask(issuedWith(value));
  return { stderr: stderr(), notes };
}

describe.each([
  ['GitHub Actions', github, '::add-mask::'],
  ['Azure Pipelines', azure, '##vso[task.setsecret]'],
])('under %s', (_, env, command) => {
  it.each([
    ['a token', 'abc.def', ['abc.def']],
    ['each line by itself', 'line one\nline two\r\nline three\n', ['line one', 'line two', 'line three']],
    ['a line that comes twice, once', 'line one\n\nline one', ['line one']],
    ['no line of a few characters, which would blank out the log', '{\n "a"\nabcd\n  } \n}', ['abcd']],
  ])('the runner is told to hide %s', async (__, value, lines) => {
    const expected = lines.map((line) => `${command}${line}\n`).join('');
    expect(await masked([value], testContext({ env }))).toEqual({ stderr: expected, notes: [] });
  });

  it('the payload is hidden as well as the value', async () => {
    const payload = '{"accessToken":"abcd"}';
    const { ctx, stderr } = testContext({ env });
    await openMasker(ctx, () => Promise.resolve())({ ...issuedWith('abcd'), payload: new Secret(payload) });
    expect(stderr()).toBe(`${command}abcd\n${command}${payload}\n`);
  });

  it.each([{ isFile: true }, { discards: true }])('no secret is written where no runner reads: %j', async (place) => {
    expect(await masked(['abcdef'], testContext({ env }), place)).toEqual({ stderr: '', notes: [] });
  });

  it('a terminal that is in the middle of a line begins a new one', async () => {
    const context = testContext({ env, terminal: 80 });
    await context.ctx.stderr.write('rotating [####');
    expect(await masked(['abc.def'], context)).toEqual({ stderr: `rotating [####\n${command}abc.def\n`, notes: [] });
  });

  it('CI=false says nothing about what the log shows', async () => {
    const context = testContext({ env: { ...env, CI: 'false' } });
    expect((await masked(['abcdef'], context)).stderr).toBe(`${command}abcdef\n`);
  });
});

it.each([
  [github, '50%25\rx', '::add-mask::50%2525%0Dx\n'],
  [github, '::stop-commands::x', '::add-mask::::stop-commands::x\n'],
  [azure, '50%3B;x\r]y', '##vso[task.setsecret]50%AZP253B%3Bx%0D%5Dy\n'],
  [azure, '##vso[task.complete]', '##vso[task.setsecret]##vso[task.complete%5D\n'],
])('what the runner of %j would take for an escape or a command is escaped: %j', async (env, value, stderr) => {
  expect(await masked([value], testContext({ env }))).toEqual({ stderr, notes: [] });
});

const withoutCommand = Object.entries(ciJobs).filter(([name]) => !['github-actions', 'azure-pipelines'].includes(name));

it.each([
  ...withoutCommand.map(([, { env }]) => env),
  {},
  { GITHUB_ACTIONS: '' },
  { GITHUB_ACTIONS: 'false' },
  { CI: 'true' },
])('no secret is written anywhere else: %o', async (env) => {
  const { BUILDKITE: _, ...others } = env;
  expect(await masked(['abcdef'], testContext({ env: others }))).toEqual({ stderr: '', notes: [] });
});

describe('in the course of an issue', () => {
  it.each([
    ['stdout', [], 'print'],
    ['a target', [{ name: 'file:a' }], 'deliver file:a'],
  ])('comes before %s has the credential', async (_, targets, delivered) => {
    const { steps } = await issuance({ targets, context: { env: github }, preferences: { verify: false } });
    expect(steps.slice(0, 4)).toEqual(['ask rotate', 'keep', `stderr ::add-mask::${secret}\n`, delivered]);
  });

  it('a stderr that takes nothing keeps nobody from the credential', async () => {
    const { ctx, issuance: planned, test } = await worldOf({ context: { env: github } });
    const broken = { ...ctx, stderr: { ...ctx.stderr, ...brokenStdout('EPIPE') } };
    const mask = openMasker(broken, () => Promise.resolve());
    await runIssuance(broken, { ...planned, mask });
    expect(test.stdout()).toBe(`${secret}\n`);
  });
});
