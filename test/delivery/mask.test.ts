import { describe, expect, it } from 'vitest';

import { mask } from '../../src/delivery/mask.ts';
import { runIssuance } from '../../src/delivery/run-issuance.ts';
import { Secret } from '../../src/model/credential.ts';
import { testContext } from '../harness/context.ts';
import { brokenStdout } from '../commands/support.ts';
import { issuedWith, secret } from './answers.ts';
import { issuance, worldOf } from './issuance.ts';

const github = { GITHUB_ACTIONS: 'true' };

/** What the runner reads of a credential with this value and this payload. */
async function masked(
  value: string,
  {
    payload = value,
    env = github,
    isFile = false,
  }: { payload?: string; env?: Record<string, string>; isFile?: boolean } = {},
): Promise<string> {
  const { ctx, stderr } = testContext({ env });
  const issued = { ...issuedWith(value), payload: new Secret(payload) };
  await mask({ env: ctx.env, stderr: { ...ctx.stderr, isFile } }, issued);
  return stderr();
}

describe('under GitHub Actions', () => {
  it('a terminal that is in the middle of a line begins a new one', async () => {
    const { ctx, stderr } = testContext({ env: github, terminal: 80 });
    await ctx.stderr.write('rotating [####');
    await mask(ctx, issuedWith('abc.def'));
    expect(stderr()).toBe('rotating [####\n::add-mask::abc.def\n');
  });

  it.each([
    ['a token', 'abc.def', '::add-mask::abc.def\n'],
    ['each line by itself', 'one\ntwo\r\nthree\n', '::add-mask::one\n::add-mask::two\n::add-mask::three\n'],
    ['a line that comes twice, once', 'one\n\none', '::add-mask::one\n'],
    ['what the runner would take for an escape', '50%25\rx', '::add-mask::50%2525%0Dx\n'],
    ['what looks like a command', '::stop-commands::x', '::add-mask::::stop-commands::x\n'],
  ])('the runner is told to hide %s', async (_, value, expected) => {
    expect(await masked(value)).toBe(expected);
  });

  it('the payload is hidden as well as the value', async () => {
    const payload = '{"accessToken":"abc"}';
    expect(await masked('abc', { payload })).toBe(`::add-mask::abc\n::add-mask::${payload}\n`);
  });

  it('no secret is written into a file that takes the place of stderr', async () => {
    expect(await masked('abc', { isFile: true })).toBe('');
  });
});

it.each<Record<string, string>>([{}, { GITHUB_ACTIONS: '' }, { GITHUB_ACTIONS: 'false' }, { CI: 'true' }])(
  'nothing is written anywhere else: %o',
  async (env) => {
    expect(await masked('abc', { env })).toBe('');
  },
);

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
    const stderr = { ...ctx.stderr, ...brokenStdout('EPIPE') };
    await runIssuance({ ...ctx, stderr }, planned);
    expect(test.stdout()).toBe(`${secret}\n`);
  });
});
