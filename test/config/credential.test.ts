// @module-tag slow
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { credentialWarning, describeCredential, readCredential } from '../../src/config/credential-source.ts';
import type { CredentialSource } from '../../src/config/credential-source.ts';
import { AuthError, InterruptedError } from '../../src/errors.ts';
import { endless, testContext } from '../harness/context.ts';
import { createWorkspace, failure, type Workspace } from './workspace.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(() => workspace[Symbol.asyncDispose]());

/** Reads a secret that has to be there. */
async function read(source: CredentialSource, env: Record<string, string> = {}): Promise<string> {
  return (await readCredential(workspace.context(env), source)).reveal();
}

/** The message of a secret that cannot be had, with the workspace's home as `~`. */
async function refusal(source: CredentialSource, env: Record<string, string> = {}): Promise<string> {
  const error = await failure(readCredential(workspace.context(env), source));
  expect(error).toBeInstanceOf(AuthError);
  return error.message.replaceAll(workspace.home, '~');
}

/** A command that runs a JavaScript program in Node. */
function node(program: string): CredentialSource & { kind: 'command' } {
  return { kind: 'command', program: process.execPath, args: ['-e', program] };
}

describe('from the environment', () => {
  const source: CredentialSource = { kind: 'env', name: 'TOKEN' };

  test('it is trimmed', async () => {
    expect(await read(source, { TOKEN: ' secret\r\n' })).toBe('secret');
  });

  test.each([{}, { TOKEN: '' }, { TOKEN: ' \n' }])('%j is not set', async (env) => {
    expect(await refusal(source, env)).toBe('no credential: environment variable TOKEN is not set');
  });

  test.each(['hunter2\nhunter3', 'hunter2\u0000'])('%j cannot be a header', async (text) => {
    expect(await refusal(source, { TOKEN: text })).toBe(
      'no credential: environment variable TOKEN holds more than one line, or control characters',
    );
  });
});

describe('from a file', () => {
  test('it is trimmed, and links are followed', async () => {
    const path = await workspace.write('token', 'secret\n');
    const link = join(workspace.home, 'link');
    await symlink(path, link);
    expect(await read({ kind: 'file', path })).toBe('secret');
    expect(await read({ kind: 'file', path: link })).toBe('secret');
  });

  test('it is read anew each time', async () => {
    const path = await workspace.write('token', 'old');
    expect(await read({ kind: 'file', path })).toBe('old');
    await writeFile(path, 'new');
    expect(await read({ kind: 'file', path })).toBe('new');
  });

  test('it has to exist, be a file, and hold something', async () => {
    const path = join(workspace.home, 'token');
    const source = { kind: 'file', path } as const;
    expect(await refusal(source)).toBe('no credential: file ~/token cannot be read (ENOENT)');
    await mkdir(path);
    expect(await refusal(source)).toBe('no credential: file ~/token: it is a directory');
    const large = await workspace.write('large', 'x'.repeat(64 * 1024 + 1));
    expect(await refusal({ kind: 'file', path: large })).toBe('no credential: file ~/large: it is larger than 64 KiB');
    const empty = await workspace.write('empty', '\n');
    expect(await refusal({ kind: 'file', path: empty })).toBe('no credential: file ~/empty is empty');
  });

  test.each([
    [0o600, false],
    [0o400, false],
    [0o640, true],
    [0o604, true],
    [0o644, true],
  ])('mode %o warns: %s', async (mode, warns) => {
    const path = await workspace.write('token', 'secret');
    await chmod(path, mode);
    const expected = 'the credential file ~/token can be read by other users of this machine: chmod 600 it';
    const source = { kind: 'file', path } as const;
    const linux = { ...workspace.context(), platform: 'linux' } as const;
    expect(await credentialWarning(linux, source)).toBe(warns ? expected : null);
    expect(await credentialWarning({ ...linux, platform: 'win32' }, source)).toBeNull();
  });

  test('a missing file and other sources have no warning', async () => {
    const missing = { kind: 'file', path: join(workspace.home, 'missing') } as const;
    expect(await credentialWarning(workspace.context(), missing)).toBeNull();
    expect(await credentialWarning(workspace.context(), { kind: 'env', name: 'A' })).toBeNull();
  });
});

describe('from a command', () => {
  test('it is what the command writes to stdout, trimmed', async () => {
    expect(await read(node('console.log(" secret ")'))).toBe('secret');
  });

  test('the command runs in the home directory, without a shell, with the environment', async () => {
    const source = node('console.log([process.cwd(), process.argv[1], process.env.VAULT].join())');
    const args = [...source.args, '$HOME;`id`'];
    expect(await read({ ...source, args }, { VAULT: 'v' })).toBe(`${workspace.home},$HOME;\`id\`,v`);
  });

  test('stdin is closed', async () => {
    expect(await read(node('process.stdin.on("end", () => console.log("ended")).resume()'))).toBe('ended');
  });

  test('no output is an error', async () => {
    const name = describeCredential(node(''), workspace.home);
    expect(await refusal(node(''))).toBe(`no credential: ${name} is empty`);
  });

  test('a failure quotes stderr in one safe line', async () => {
    const program = 'console.error("::error::not\\u001b[31m signed in\\nplease do"); process.exit(3)';
    expect(await refusal(node(program))).toBe(
      `no credential: the command ${process.execPath} failed with exit code 3: : :error::not signed in please do`,
    );
  });

  test('a failure never quotes the secret or the arguments', async () => {
    const program = 'console.log("hunter2\\nhunter3"); console.error("+ hunter2 hunter3"); process.exit(1)';
    expect(await refusal(node(program))).toBe(
      `no credential: the command ${process.execPath} failed with exit code 1: + [secret] [secret]`,
    );
  });

  test('a failure does not quote the secret in another form either', async () => {
    const said = 'String(s).toUpperCase(), Buffer.from(s).toString("base64"), encodeURIComponent(s).slice(0, -3)';
    const program = `const s = "hunter2/hunter3/hunter4"; console.log(s); console.error(${said}); process.exit(1)`;
    expect(await refusal(node(program))).toBe(
      `no credential: the command ${process.execPath} failed with exit code 1: [secret] [secret] [secret]`,
    );
  });

  test('what a command leaves behind with its output open is waited for a second at most', async () => {
    const waits: number[] = [];
    const ctx = {
      ...workspace.context(),
      timeout: (milliseconds: number) => {
        waits.push(milliseconds);
        return milliseconds === 1000 ? { signal: AbortSignal.timeout(1), clear: () => undefined } : endless();
      },
    };
    const script = 'echo hunter2; sleep 600 & echo $! > left';
    const secret = await readCredential(ctx, { kind: 'command', program: 'sh', args: ['-c', script] });
    process.kill(Number(await readFile(join(workspace.home, 'left'), 'utf8')), 'SIGKILL');
    expect(secret.reveal()).toBe('hunter2');
    expect(waits).toEqual([30_000, 1000]);
  });

  test('a program that is not there is named', async () => {
    const program = join(workspace.home, 'missing');
    expect(await refusal({ kind: 'command', program, args: ['hunter2'] })).toBe(
      'no credential: the command ~/missing cannot be run (ENOENT)',
    );
  });

  test('arguments the system refuses are not quoted', async () => {
    const message = await refusal({ kind: 'command', program: 'op', args: ['hunter2\u0000'] });
    expect(message).toBe('no credential: the command op cannot be run (ERR_INVALID_ARG_VALUE)');
  });

  test('more than 64 KiB are refused', async () => {
    expect(await refusal(node('console.log("x".repeat(70000))'))).toBe(
      `no credential: the command ${process.execPath} wrote more than 64 KiB`,
    );
  });

  test('a command that kills itself is named with its signal', async () => {
    expect(await refusal(node('process.kill(process.pid, "SIGTERM")'))).toBe(
      `no credential: the command ${process.execPath} was ended by SIGTERM`,
    );
  });

  test('a command that does not end is killed', async () => {
    const clock = { signal: AbortSignal.timeout(50), clear: () => undefined };
    const ctx = { ...workspace.context(), timeout: () => clock };
    await expect(readCredential(ctx, node('setInterval(() => {}, 1000)'))).rejects.toThrow('did not end within 30 s');
  });

  test('an interrupt ends the command and is the error', async () => {
    const controller = new AbortController();
    const { ctx } = testContext({ homeDirectory: workspace.home, signal: controller.signal });
    const reading = failure(readCredential(ctx, node('setInterval(() => {}, 1000)')));
    controller.abort(new InterruptedError());
    expect(await reading).toBeInstanceOf(InterruptedError);
    expect(await failure(readCredential(ctx, node('')))).toBeInstanceOf(InterruptedError);
  });
});
