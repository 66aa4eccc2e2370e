import { spawn } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { JqEngine, JqResult } from './jq.ts';
import { quoted } from '../model/text.ts';
import { systemReason } from '../files/system-error.ts';

/**
 * The user's own jq (`SACTL_JQ=native`): `JQ_PATH`, else the binary of the node-jq package, else `jq` on `PATH`. It is started
 * with an empty environment, so that a filter cannot read credentials from it, and ended when the run is interrupted.
 * @throws UsageError when there is none
 */
export async function nativeJq(
  ctx: Context,
  moduleDirectories: readonly string[] = ownModuleDirectories(),
): Promise<JqEngine> {
  const binary = await findBinary(ctx, moduleDirectories);
  return { run: (filter, input) => runBinary({ binary, filter, input, signal: ctx.signal }) };
}

async function findBinary(ctx: Context, moduleDirectories: readonly string[]): Promise<string> {
  const configured = ctx.env['JQ_PATH'] ?? '';
  if (configured !== '') {
    const path = resolve(ctx.cwd, configured);
    if (await isExecutable(path)) return path;
    throw new UsageError(`JQ_PATH: ${quoted(path, 200)} is not an executable file`);
  }
  const name = ctx.platform === 'win32' ? 'jq.exe' : 'jq';
  const fromPath = (ctx.env['PATH'] ?? '').split(delimiter).filter((entry) => isAbsolute(entry));
  const candidates = [
    ...moduleDirectories.map((directory) => join(directory, 'node-jq', 'bin', name)),
    ...fromPath.map((directory) => join(directory, name)),
  ];
  for (const candidate of candidates) {
    if (await isExecutable(candidate)) return candidate;
  }
  throw new UsageError('SACTL_JQ=native, but there is no jq on PATH', {
    hint: 'set JQ_PATH to a jq binary, or unset SACTL_JQ to use the built-in jq',
  });
}

/** Where Node looks for packages from here: node-jq is an optional peer, and its `exports` do not name the binary. */
function ownModuleDirectories(): readonly string[] {
  return createRequire(import.meta.url).resolve.paths('node-jq') ?? [];
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function runBinary(options: {
  readonly binary: string;
  readonly filter: string;
  readonly input: string;
  readonly signal: AbortSignal;
}): Promise<JqResult> {
  options.signal.throwIfAborted();
  const child = spawn(options.binary, ['-c', asArgument(options.filter)], {
    env: {},
    windowsHide: true,
    signal: options.signal,
  });
  const ended = new Promise<number>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done(code ?? 1));
  });
  // A filter such as `halt` ends before it has read everything: its exit code says what happened, not our EPIPE.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input);
  try {
    const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { stdout, stderr, exitCode };
  } catch (error) {
    options.signal.throwIfAborted();
    throw new UsageError(`cannot run ${quoted(options.binary, 200)}: ${systemReason(error)}`, {
      hint: 'set JQ_PATH to a jq binary, or unset SACTL_JQ to use the built-in jq',
      cause: error,
    });
  }
}

/** A filter such as `-1` is no option behind a space; jq 1.6 does not take one behind `--`. */
function asArgument(filter: string): string {
  return filter.startsWith('-') ? ` ${filter}` : filter;
}
