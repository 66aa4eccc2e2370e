// @module-tag slow
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InterruptedError, UsageError } from '../../src/errors.ts';
import { nativeJq } from '../../src/output/jq-native.ts';
import { prepareQuery } from '../../src/output/query.ts';
import { testContext, type TestContextOptions } from '../harness/context.ts';
import { rejection, temporaryDirectory } from './support.ts';

/** A program in place of jq that says what it was given. */
const spy = `
let input = '';
process.stdin.on('data', (chunk) => (input += chunk)).on('end', () => {
  const filter = process.argv.at(-1);
  if (filter === 'BROKEN') {
    process.stderr.write('jq: error: syntax error, unexpected INVALID_CHARACTER (Unix shell quoting issues?) at <top-level>, line 1:\\nBROKEN\\njq: 1 compile error\\n');
    process.exitCode = 3;
  } else if (filter === 'FAIL' && input !== '') {
    process.stderr.write('jq: error (at <stdin>:1): Cannot iterate over null (null)\\n');
    process.exitCode = 5;
  } else if (input !== '') {
    const args = process.argv.slice(2);
    console.log(JSON.stringify({ args, input, variables: Object.keys(process.env), name: __filename }));
    console.log(JSON.stringify('a "string"'));
  }
});
`;

async function writeProgram(path: string, script = spy): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!${process.execPath}\n${script}`);
  await chmod(path, 0o755);
  return path;
}

async function query(options: TestContextOptions, filter: string, value: unknown): Promise<string> {
  const env = { SACTL_JQ: 'native', ...options.env };
  const run = await prepareQuery(testContext({ ...options, env }).ctx, { query: [filter] });
  return (await run(value, { isSecret: false })).join('');
}

// The programs in these tests are scripts with a shebang, which Windows does not start.
const isPosix = process.platform !== 'win32';

describe.runIf(isPosix)('SACTL_JQ=native', () => {
  test('gives the filter as one argument, the document on stdin, and no environment', async () => {
    const cwd = await temporaryDirectory();
    const path = await writeProgram(join(cwd, 'my jq'));
    const env = { JQ_PATH: path, NSCALE_SERVICE_TOKEN: 'secret' };
    const [told, text] = (await query({ cwd, env }, '-n; $(x)', { a: 1 })).split('\n');
    expect(JSON.parse(told ?? '')).toEqual({ args: ['-c', ' -n; $(x)'], input: '{"a":1}', variables: [], name: path });
    expect(text).toBe('a "string"');
  });

  test('runs paths with the same program', async () => {
    const path = await writeProgram(join(await temporaryDirectory(), 'jq'));
    expect(await query({ env: { JQ_PATH: path } }, '.a', { a: 1 })).toContain('"args"');
  });

  test('reports filters that do not compile or fail in one line', async () => {
    const path = await writeProgram(join(await temporaryDirectory(), 'jq'));
    const options = { env: { JQ_PATH: path } };
    expect(await rejection(query(options, 'BROKEN', 1))).toMatchObject({
      exitCode: 2,
      message: '-q "BROKEN" does not compile: syntax error, unexpected INVALID_CHARACTER at line 1',
    });
    expect(await rejection(query(options, 'FAIL', 1))).toMatchObject({
      exitCode: 1,
      message: '-q "FAIL" failed: Cannot iterate over null (null)',
    });
  });

  test('takes documents larger than a pipe holds, also from a program that does not read them', async () => {
    const large = 'x'.repeat(3_000_000);
    const directory = await temporaryDirectory();
    const reader = await writeProgram(join(directory, 'reader'));
    expect((await query({ env: { JQ_PATH: reader } }, '.', large)).length).toBeGreaterThan(3_000_000);
    const other = await writeProgram(join(directory, 'other'), 'console.log(1);');
    expect(await query({ env: { JQ_PATH: other } }, '.', large)).toBe('1\n');
  });
});

async function locate(options: TestContextOptions, modules: readonly string[]): Promise<unknown> {
  const jq = await nativeJq(testContext(options).ctx, modules);
  const { stdout } = await jq.run({ filter: '.', named: [] }, '1');
  const told: unknown = JSON.parse(stdout.split('\n', 1)[0] ?? '');
  return told;
}

describe.runIf(isPosix)('the native jq', () => {
  test('is JQ_PATH, else node-jq’s, else the first on PATH', async () => {
    const cwd = await temporaryDirectory();
    const configured = await writeProgram(join(cwd, 'configured'));
    const packaged = await writeProgram(join(cwd, 'modules', 'node-jq', 'bin', 'jq'));
    const onPath = await writeProgram(join(cwd, 'bin', 'jq'));
    const PATH = ['', '.', 'relative', join(cwd, 'none'), join(cwd, 'bin')].join(delimiter);
    const modules = [join(cwd, 'elsewhere'), join(cwd, 'modules')];
    const env = { PATH, JQ_PATH: 'configured' };
    expect(await locate({ cwd, env }, modules)).toHaveProperty('name', configured);
    expect(await locate({ cwd, env: { PATH } }, modules)).toHaveProperty('name', packaged);
    expect(await locate({ cwd, env: { PATH } }, [])).toHaveProperty('name', onPath);
  });

  test('is never taken from the working directory through PATH', async () => {
    const cwd = await temporaryDirectory();
    await writeProgram(join(cwd, 'jq'));
    const env = { PATH: ['', '.'].join(delimiter) };
    expect(await rejection(nativeJq(testContext({ cwd, env }).ctx, []))).toBeInstanceOf(UsageError);
  });

  test('that is missing is a usage error naming JQ_PATH', async () => {
    expect(await rejection(nativeJq(testContext().ctx, []))).toMatchObject({
      exitCode: 2,
      message: 'SACTL_JQ=native, but there is no jq on PATH',
      hint: 'set JQ_PATH to a jq binary, or unset SACTL_JQ to use the built-in jq',
    });
  });

  test.each(['none', '.', 'plain'])('in JQ_PATH=%s must be an executable file', async (JQ_PATH) => {
    const cwd = await temporaryDirectory();
    await writeFile(join(cwd, 'plain'), 'x');
    expect(await rejection(nativeJq(testContext({ cwd, env: { JQ_PATH } }).ctx, []))).toMatchObject({
      exitCode: 2,
      message: `JQ_PATH: "${JQ_PATH === '.' ? cwd : join(cwd, JQ_PATH)}" is not an executable file`,
    });
  });

  test('that cannot be started is a usage error', async () => {
    const path = await writeProgram(join(await temporaryDirectory(), 'jq'));
    await writeFile(path, '#!/nonexistent/interpreter\n');
    expect(await rejection(query({ env: { JQ_PATH: path } }, '.', 1))).toMatchObject({
      exitCode: 2,
      message: `cannot run "${path}": no such file or directory (ENOENT)`,
    });
  });

  test('is ended when the run is interrupted', async () => {
    const path = await writeProgram(
      join(await temporaryDirectory(), 'jq'),
      'setInterval(() => undefined, 1000); console.log(1);',
    );
    const controller = new AbortController();
    const jq = await nativeJq(testContext({ env: { JQ_PATH: path }, signal: controller.signal }).ctx);
    const running = rejection(jq.run({ filter: 'last(repeat(1))', named: [] }, '1'));
    const interruption = new InterruptedError();
    controller.abort(interruption);
    expect(await running).toBe(interruption);
    expect(await rejection(jq.run({ filter: '.', named: [] }, '1'))).toBe(interruption);
  });

  test.each(['wasm', 'NATIVE', '1'])('SACTL_JQ=%s is a usage error', async (SACTL_JQ) => {
    expect(await rejection(query({ env: { SACTL_JQ } }, '.', 1))).toEqual(
      new UsageError(`SACTL_JQ must be "native" or unset, not "${SACTL_JQ}"`),
    );
  });
});
