import { chmod, chown, mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { isRoot } from '../../delivery/targets/user.ts';
import { workFolder } from '../support.ts';
import { augmentMachine, secondFingerprint, secondToken, sessionOf, type Machine } from './augment.ts';

const restore = ['tokens', 'restore', '--id', 'ci', '--token', 'two'];

interface Replaced extends Machine {
  /** The session file, which holds another session now. */
  readonly path: string;
}

/** A machine on which a rotation has replaced the token `two`, and kept a copy of it. */
async function replaced(): Promise<Replaced> {
  const machine = await augmentMachine();
  const path = join(await workFolder({ 'session.json': 'the new one' }), 'session.json');
  const backups = join(machine.stateDirectory, 'backups');
  await mkdir(backups, { mode: 0o700 });
  await writeFile(
    join(backups, `${secondFingerprint.replace(':', '-')}.json`),
    JSON.stringify({ path, target: `session:${path}`, session: sessionOf(secondToken) }),
    { mode: 0o600 },
  );
  return { ...machine, path };
}

/** Augment's answer to whoever tries a token. */
function answering(status: number): { fetch: typeof fetch } {
  return { fetch: () => Promise.resolve(Response.json({}, { status })) };
}

describe('tokens restore', () => {
  it('puts a token that still works back, and prints the account as get does', async () => {
    const { run, path } = await replaced();
    const outcome = await run([...restore, '--json'], answering(200));
    const got = await run(['sa', 'get', '--id', 'ci', '--json']);
    expect(outcome).toEqual({ code: 0, stdout: got.stdout, stderr: '' });
    expect(await readFile(path, 'utf8')).toBe(sessionOf(secondToken));
  });

  it.each([true, false])('asks on a terminal, and the answer %j counts', async (answer) => {
    const { run, path } = await replaced();
    const questions: string[] = [];
    const { code } = await run(restore, {
      ...answering(200),
      terminal: 100,
      prompt: {
        confirm: ({ message }) => {
          questions.push(message);
          return Promise.resolve(answer);
        },
      },
    });
    expect(questions).toEqual([expect.stringMatching(/^Restore the token "two" of ci \(/)]);
    expect({ code, text: await readFile(path, 'utf8') }).toEqual(
      answer ? { code: 0, text: sessionOf(secondToken) } : { code: 2, text: 'the new one' },
    );
  });

  it('leaves everything as it is when the token works no more', async () => {
    const { run, path } = await replaced();
    const { code, stdout, stderr } = await run(restore, answering(401));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('could not be checked');
    expect(await readFile(path, 'utf8')).toBe('the new one');
  });

  it('does not follow a link that took the place of a folder since', async () => {
    const { run, path } = await replaced();
    const elsewhere = await workFolder();
    await rm(dirname(path), { recursive: true });
    await symlink(elsewhere, dirname(path));
    const { code, stderr } = await run(restore, answering(200));
    expect({ code, stderr }).toEqual({ code: 1, stderr: `sactl: ${dirname(path)} leads to ${elsewhere} now\n` });
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it.runIf(isRoot)('gives no session to a user who put a file in its place, in a folder for everybody', async () => {
    const { run, path } = await replaced();
    await chmod(dirname(path), 0o1777);
    await chown(path, 1234, 1234);
    const { code, stderr } = await run(restore, answering(200));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `sactl: ${path} belongs to user 1234, and everyone may write in ${dirname(path)}; use a folder that only you can write in\n`,
    });
    expect(await readFile(path, 'utf8')).toBe('the new one');
  });

  it('does not write through a link', async () => {
    const { run, path } = await replaced();
    const other = `${path}.other`;
    await rename(path, other);
    await symlink(other, path);
    const { code, stderr } = await run(restore, answering(200));
    expect({ code, stderr }).toEqual({ code: 1, stderr: `sactl: ${path} is not a regular file\n` });
    expect(await readFile(other, 'utf8')).toBe('the new one');
  });

  it('says where the token is when that could not be recorded', async () => {
    const { run, path, stateDirectory } = await replaced();
    const inventory = join(stateDirectory, 'augment', 'inventory.json');
    const { code, stderr } = await run(restore, {
      fetch: async () => {
        await writeFile(inventory, 'damaged');
        return Response.json({});
      },
    });
    expect(code).toBe(6);
    expect(stderr).toContain(`the token "two" is back in ${path}, and that could not be recorded`);
    expect(await readFile(path, 'utf8')).toBe(sessionOf(secondToken));
  });

  it('previews without a request', async () => {
    const { run, path } = await replaced();
    const { code, stdout } = await run([...restore, '--dry-run', '-q', '.effects[]']);
    expect({ code, stdout: stdout.includes(path) }).toEqual({ code: 0, stdout: true });
    expect(await readFile(path, 'utf8')).toBe('the new one');
  });

  it('needs a copy of the token', async () => {
    const { run } = await augmentMachine();
    const { code, stderr } = await run(restore);
    expect(code).toBe(3);
    expect(stderr).toContain('no copy of the token "two" is left on this machine');
  });
});
