import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { InterruptedError } from '../../src/errors.ts';
import type { Fetch } from '../harness/fetch.ts';
import { asOrdinaryUser, ordinaryUser } from '../delivery/targets/user.ts';
import { refusedByAny } from '../harness/refusal.ts';
import { runIn, type Case, type Ran } from './observe.ts';
import { impatient, isMutation, type World } from './world.ts';

const toStdout = ['--format', 'yaml'];
const failing = 'if .credential.value | startswith("issued") then error("no") else .credential.value end';

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function brokenStdout(code: string): NonNullable<Case['options']> {
  return () => ({ stdout: { write: () => Promise.reject(systemError(code)) } });
}

/** Does something while the first request that changes something is on its way. */
function during(work: (world: World) => void): NonNullable<Case['network']> {
  return (fetch, world) => onMutation(fetch, () => work(world()));
}

function onMutation(fetch: Fetch, work: () => void): Fetch {
  let isFirst = true;
  return (input, init) => {
    if (isFirst && isMutation(new Request(input, init))) {
      isFirst = false;
      work();
    }
    return fetch(input, init);
  };
}

function targetOf({ folder }: World): string {
  return join(folder, 'token');
}

/** Puts a link to a folder elsewhere in the place of `folder`. */
function linkOut({ folder }: World): void {
  rmSync(join(folder, 'folder'), { recursive: true, force: true });
  mkdirSync(join(dirname(folder), 'elsewhere'));
  symlinkSync('../elsewhere', join(folder, 'folder'));
}

/** A program in a folder of its own beside the work folder. */
function install({ folder }: World, name: string, script: string): string {
  const bin = join(dirname(folder), 'bin');
  mkdirSync(bin, { recursive: true });
  const path = join(bin, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

function inPath({ folder }: World): { env: Record<string, string> } {
  return { env: { PATH: `${join(dirname(folder), 'bin')}:/usr/bin:/bin` } };
}

const good: readonly Case[] = [
  { name: 'all goes well, to a file' },
  { name: 'all goes well, to stdout', flags: toStdout },
  {
    name: 'all goes well, to a program',
    flags: ['--to', 'exec:take'],
    arrange: (world) => void install(world, 'take', 'cat > taken'),
    options: inPath,
  },
];

const stdout: readonly Case[] = [
  { name: 'stdout is closed, or the null device', flags: toStdout, options: () => ({ stdout: { discards: true } }) },
  { name: "stdout's reader has gone", flags: toStdout, options: brokenStdout('EPIPE') },
  { name: 'stdout is a full disk', flags: toStdout, options: brokenStdout('ENOSPC') },
  { name: "stdout's reader has gone, with --to", options: brokenStdout('EPIPE') },
  { name: 'stdout is a full disk, with --to', options: brokenStdout('ENOSPC') },
  { name: 'the filter drops the credential', flags: ['-q', '.id'] },
  { name: 'the filter prints a part of the credential', flags: ['-q', '.credential.value[-20:]'] },
  { name: 'the filter fails on the real answer only', flags: ['-q', failing] },
];

const files: readonly Case[] = [
  { name: 'the folder of the target is missing', flags: ['--to', 'file:none/token'] },
  {
    name: 'the folder of the target is a file',
    flags: ['--to', 'file:plain/token'],
    arrange: ({ folder }) => writeFileSync(join(folder, 'plain'), ''),
  },
  {
    name: 'the folder of the target is read-only',
    run: async ({ folder }, runOnce) => {
      let ran: Ran | null = null;
      await asOrdinaryUser({ path: dirname(folder) }, async () => {
        chmodSync(folder, 0o555);
        ran = await runOnce();
        chmodSync(folder, 0o755);
      });
      return ran ?? runOnce();
    },
    options: () => ({ overrides: { userId: ordinaryUser } }),
  },
  { name: 'the target is a link', arrange: (world) => symlinkSync('elsewhere', targetOf(world)) },
  { name: 'the target is a folder', arrange: (world) => mkdirSync(targetOf(world)) },
  {
    name: 'the target becomes a link while the answer is awaited',
    network: during((world) => symlinkSync('elsewhere', targetOf(world))),
  },
  {
    name: 'a link leads the folder of the target out of the working directory',
    flags: ['--to', 'file:folder/token'],
    arrange: linkOut,
  },
  {
    name: 'such a link comes while the answer is awaited',
    flags: ['--to', 'file:folder/token'],
    arrange: ({ folder }) => mkdirSync(join(folder, 'folder')),
    network: during(linkOut),
  },
  {
    name: 'the folder of the target is removed while the answer is awaited',
    flags: ['--to', 'file:folder/token'],
    arrange: (world) => mkdirSync(join(world.folder, 'folder')),
    network: during((world) => rmSync(join(world.folder, 'folder'), { recursive: true })),
  },
  {
    name: 'one of two targets fails',
    flags: ['--to', 'file:folder/token', '--to', 'file:token'],
    arrange: (world) => mkdirSync(join(world.folder, 'folder')),
    network: during((world) => renameSync(join(world.folder, 'folder'), join(world.folder, 'gone'))),
  },
];

const programs: readonly Case[] = [
  { name: 'a program is missing', flags: ['--to', 'exec:no-such-program'], options: inPath },
  {
    name: 'gh is signed out',
    flags: ['--to', 'gh-secret:acme/app#TOKEN'],
    arrange: (world) => void install(world, 'gh', 'echo "not logged in" >&2; exit 1'),
    options: inPath,
  },
  {
    name: 'a program refuses the credential',
    flags: ['--to', 'exec:refuse'],
    arrange: (world) => void install(world, 'refuse', 'echo "no room" >&2; exit 3'),
    options: inPath,
  },
  {
    name: 'a program ends well, and has not read the credential',
    flags: ['--to', 'exec:ignore'],
    arrange: (world) => void install(world, 'ignore', 'exit 0'),
    options: inPath,
  },
  {
    name: 'a program hangs',
    flags: ['--to', 'exec:hang'],
    arrange: (world) => void install(world, 'hang', 'exec sleep 600'),
    options: (world) => ({ ...inPath(world), timeout: impatient(60_000) }),
  },
];

const network: readonly Case[] = [
  {
    name: 'the connection is refused',
    network: (fetch) => (input, init) =>
      isMutation(new Request(input, init))
        ? Promise.reject(new TypeError('fetch failed', { cause: systemError('ECONNREFUSED') }))
        : fetch(input, init),
  },
  { name: 'the connection is reset, nothing was done', faults: ['*=drop-before-commit@1'] },
  { name: 'the connection is reset after it was done', faults: ['*=drop-after-commit@1'] },
  { name: 'status 500 after it was done', faults: ['*=500-after-commit@1'] },
  { name: 'status 503, nothing was done', faults: ['*=503@1'] },
  { name: 'the answer breaks off', faults: ['*=truncated@1'] },
  { name: 'the answer is half a JSON', faults: ['*=cut-json@1'] },
  { name: 'a page of HTML, after it was done', faults: ['*=html-502@1'] },
  {
    name: 'the connection is reset after it was done, with --no-reissue',
    flags: ['--to', 'file:token', '--no-reissue'],
    faults: ['*=drop-after-commit@1'],
  },
  { name: 'no answer in time', faults: ['*=slow@1'], options: () => ({ timeout: impatient(30_000) }) },
  { name: 'a gateway stops waiting (504), and it is done', network: (fetch) => gateway(fetch, 504) },
  { name: 'a firewall keeps the answer back (a page of 403), and it is done', network: (fetch) => gateway(fetch, 403) },
  { name: 'a firewall lets reading through, and nothing else (a page of 403)', network: readOnly },
  { name: 'too many requests, then an answer', faults: ['*=429@1'] },
  { name: "the caller's credential is refused", faults: ['*=expired'] },
  {
    name: "the answer is lost, and the caller's credential has expired meanwhile",
    faults: ['*=drop-after-commit@1'],
    network: (fetch) => expiring(fetch),
  },
];

/** The first request that changes something is done, and a gateway says that it did not hear of it. */
function gateway(fetch: Fetch, status: number): Fetch {
  let isFirst = true;
  return async (input, init) => {
    const isLost = isFirst && isMutation(new Request(input, init));
    const response = await fetch(input, init);
    if (!isLost) return response;
    isFirst = false;
    return new Response('<html></html>', { status, headers: { 'content-type': 'text/html' } });
  };
}

/** A firewall that refuses whatever would change something. */
function readOnly(fetch: Fetch): Fetch {
  return (input, init) =>
    isMutation(new Request(input, init))
      ? Promise.resolve(new Response('<html></html>', { status: 403, headers: { 'content-type': 'text/html' } }))
      : fetch(input, init);
}

/** From the first request that changes something on, everything else is refused. */
function expiring(fetch: Fetch): Fetch {
  let isExpired = false;
  return (input, init) => {
    if (isExpired) return Promise.resolve(refusedByAny());
    isExpired = isMutation(new Request(input, init));
    return fetch(input, init);
  };
}

const runs: readonly Case[] = [
  {
    name: 'another run has the account',
    network: (fetch, world) => {
      let isFirst = true;
      return async (input, init) => {
        if (isFirst && isMutation(new Request(input, init))) {
          isFirst = false;
          await meanwhile.get(world())?.();
        }
        return fetch(input, init);
      };
    },
    run: async (world, runOnce) => {
      const ran: Ran[] = [];
      meanwhile.set(world, async () => void ran.push(await runOnce()));
      await runIn(world, {}, { self: anotherProcess });
      return ran[0] ?? runOnce();
    },
    options: () => ({ self: thisProcess }),
  },
  {
    name: 'Ctrl-C while the answer is awaited, which comes',
    network: (fetch, world) => onMutation(fetch, () => interrupts.get(world())?.abort(interruption)),
    options: (world) => ({ signal: interruptOf(world), overrides: { sleep: inGrace } }),
  },
  { name: 'the journal cannot be written', arrange: ({ stateDirectory }) => writeFileSync(stateDirectory, 'a file') },
  { name: 'the new credential does not work', network: (fetch) => refusing(fetch) },
];

/** What is done while the first request that changes something is on its way. */
const meanwhile = new WeakMap<World, () => Promise<void>>();
const thisProcess = { pid: 1, host: 'h', isRunning: () => true };
const anotherProcess = { pid: 2, host: 'h', isRunning: () => true };
const interruption = new InterruptedError('SIGINT');
const interrupts = new WeakMap<World, AbortController>();

/** The five seconds after an interrupt are long enough for the answer. */
function inGrace(milliseconds: number): Promise<void> {
  return milliseconds === 5000 ? new Promise(() => undefined) : Promise.resolve();
}

function interruptOf(world: World): AbortSignal {
  const controller = new AbortController();
  interrupts.set(world, controller);
  return controller.signal;
}

/** Whoever comes with a credential that was just issued is refused. */
function refusing(fetch: Fetch): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const text = `${request.headers.get('authorization')} ${await request.text()}`;
    return text.includes('issued.') ? refusedByAny() : fetch(input, init);
  };
}

/** Everything that may go wrong, in the order of the table. */
export const cases: readonly Case[] = [...good, ...stdout, ...files, ...programs, ...network, ...runs];
