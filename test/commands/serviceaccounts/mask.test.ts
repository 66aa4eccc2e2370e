import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Output } from '../../../src/context.ts';
import type { TestContext } from '../../harness/context.ts';
import { useNscale } from '../../harness/nscale.ts';
import { runIn } from '../../harness/run.ts';
import { issuedToken, predictable, workFolder } from '../support.ts';

const nscale = useNscale();

const rotate = ['sa', 'rotate', '--id', 'ci-deploy', '--yes'];
const create = ['sa', 'create', '--name', 'ci'];
const actions = { GITHUB_ACTIONS: 'true', CI: 'true' };
const mask = `::add-mask::${issuedToken}\n`;

/** The context with another stderr. */
function withStderr(context: TestContext, stderr: Partial<Output>): TestContext {
  return { ...context, ctx: { ...context.ctx, stderr: { ...context.ctx.stderr, ...stderr } } };
}

describe('under GitHub Actions', () => {
  it.each([rotate, create])('the token is masked before it is printed: %s %s', async (...argv) => {
    const context = nscale(predictable).context({ env: actions });
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
    const context = nscale(predictable).context({ env: actions, cwd });
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
    const { stderr } = await nscale(predictable).run(argv, { env: actions });
    expect(stderr).toBe(mask);
  });

  it('what the runner would read as an escape is escaped', async () => {
    const deployment = nscale({ newSecret: () => 'a%0Ab%25' });
    const argv = [...rotate, '-q', '.credential.value'];
    expect(await deployment.run(argv, { env: actions })).toEqual({
      code: 0,
      stdout: 'a%0Ab%25\n',
      stderr: '::add-mask::a%250Ab%2525\n',
    });
  });

  it('nothing is written to a file, which no runner reads', async () => {
    const context = withStderr(nscale(predictable).context({ env: actions }), { isFile: true });
    const { code, stderr } = await runIn(context, [...rotate, '-q', '.credential.value']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('a stderr that takes nothing does not cost the credential', async () => {
    const context = withStderr(nscale(predictable).context({ env: actions }), {
      write: () => Promise.reject(Object.assign(new Error('write'), { code: 'EPIPE' })),
    });
    const { code, stdout } = await runIn(context, [...rotate, '-q', '.credential.value']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${issuedToken}\n` });
  });

  it('a preview has nothing to mask', async () => {
    const argv = [...rotate, '--dry-run', '--json'];
    expect((await nscale(predictable).run(argv, { env: actions })).stderr).toBe('');
  });
});

it.each([{}, { CI: 'true' }, { GITHUB_ACTIONS: 'false' }, { GITHUB_ACTIONS: '' }])(
  'elsewhere nothing is masked: %j',
  async (env) => {
    const argv = [...rotate, '-q', '.credential.value'];
    const { code, stderr } = await nscale(predictable).run(argv, { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  },
);
