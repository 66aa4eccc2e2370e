import { describe, expect, test } from 'vitest';
import { FailedError } from '../../src/errors.ts';
import { emit } from '../../src/output/emit.ts';
import { prepareRenderer } from '../../src/output/renderer.ts';
import { testContext, type TestContextOptions } from '../harness/context.ts';
import { rejection } from './support.ts';

const document = { value: [1], human: () => 'one\n' };

async function emitTo(options: TestContextOptions): Promise<boolean> {
  const { ctx } = testContext(options);
  return emit(ctx, await prepareRenderer(ctx, { json: true }), document);
}

function failing(code: string, message = `${code}: some text, write`): TestContextOptions {
  return { stdout: { write: () => Promise.reject(Object.assign(new Error(message), { code })) } };
}

describe('emit', () => {
  test('writes what was rendered to stdout and nothing to stderr', async () => {
    const { ctx, stdout, stderr } = testContext();
    expect(await emit(ctx, await prepareRenderer(ctx, {}), document)).toBe(true);
    expect([stdout(), stderr()]).toEqual(['one\n', '']);
  });

  test('writes nothing when there is nothing to write', async () => {
    const { ctx } = testContext({ stdout: { write: () => Promise.reject(new Error('written')) } });
    const renderer = await prepareRenderer(ctx, { query: ['empty'] });
    expect(await emit(ctx, renderer, document)).toBe(true);
  });

  test('says that the reader has gone', async () => {
    expect(await emitTo(failing('EPIPE'))).toBe(false);
  });

  test.each([
    ['ENOSPC', 'cannot write to stdout: no space left on device (ENOSPC)'],
    ['EIO', 'cannot write to stdout: i/o error (EIO)'],
    ['EBADF', 'cannot write to stdout: bad file descriptor (EBADF)'],
    ['ESTRANGE', 'cannot write to stdout: ESTRANGE: some text, write'],
  ])('%s fails the command', async (code, message) => {
    const error = await rejection(emitTo(failing(code)));
    expect(error).toBeInstanceOf(FailedError);
    expect(error).toMatchObject({ code: 'output', exitCode: 1, message, retryable: false });
  });

  test('passes on what the renderer throws, and writes nothing', async () => {
    const { ctx, stdout } = testContext();
    const renderer = await prepareRenderer(ctx, { query: ['.[]', 'error("no")'] });
    expect(await rejection(emit(ctx, renderer, document))).toHaveProperty('code', 'filter');
    expect(stdout()).toBe('');
  });
});
