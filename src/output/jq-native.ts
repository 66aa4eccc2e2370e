import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { jqFlags, type JqEngine, type JqProgram, type JqResult } from './jq.ts';
import { quoted } from '../model/text.ts';
import { systemReason } from '../files/system-error.ts';
import { firstProgram, isProgram, pathFolders } from '../programs/find-program.ts';
import { runProgram } from '../programs/program.ts';
import { userPath } from '../files/home.ts';

/**
 * The user's own jq (`SACTL_JQ=native`): `JQ_PATH`, else the binary of the node-jq package, else `jq` on `PATH`. It is started
 * with an empty environment, so that a filter cannot read credentials from it, and ended when the run is interrupted.
 * @throws UsageError when there is none
 */
export async function nativeJq(
  ctx: Context,
  // Where Node looks for packages: node-jq is an optional peer, and its `exports` do not name the binary.
  moduleDirectories: readonly string[] = createRequire(import.meta.url).resolve.paths('node-jq') ?? [],
): Promise<JqEngine> {
  const binary = await findBinary(ctx, moduleDirectories);
  return { run: (program, input) => run(ctx, binary, program, input) };
}

async function findBinary(ctx: Context, moduleDirectories: readonly string[]): Promise<string> {
  const configured = ctx.env['JQ_PATH'] ?? '';
  if (configured !== '') {
    const path = userPath(configured, ctx);
    if (await isProgram(path)) return path;
    throw new UsageError(`JQ_PATH: ${quoted(path, 200)} is not an executable file`);
  }
  const name = ctx.platform === 'win32' ? 'jq.exe' : 'jq';
  const folders = [...moduleDirectories.map((directory) => join(directory, 'node-jq', 'bin')), ...pathFolders(ctx)];
  const found = await firstProgram(folders, name);
  if (found !== null) return found;
  throw new UsageError('SACTL_JQ=native, but there is no jq on PATH', {
    hint: 'set JQ_PATH to a jq binary, or unset SACTL_JQ to use the built-in jq',
  });
}

async function run(ctx: Context, binary: string, program: JqProgram, input: string): Promise<JqResult> {
  const { filter } = program;
  const end = await runProgram(ctx, {
    path: binary,
    // A filter such as `-1` is no option behind a space; jq 1.6 does not take one behind `--`.
    args: [...jqFlags(program), filter.startsWith('-') ? ` ${filter}` : filter],
    env: {},
    input,
    keeps: { stdout: Infinity, stderr: Infinity },
    signal: ctx.signal,
  });
  if (end.error === null) return { stdout: end.stdout, stderr: end.stderr, exitCode: end.exitCode ?? 1 };
  throw new UsageError(`cannot run ${quoted(binary, 200)}: ${systemReason(end.error)}`, {
    hint: 'set JQ_PATH to a jq binary, or unset SACTL_JQ to use the built-in jq',
    cause: end.error,
  });
}
