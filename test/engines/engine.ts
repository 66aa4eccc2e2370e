import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where engines lie that are not installed: built, or fetched, by hand (CONTRIBUTING.md). */
export const engineFolder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sactl-engines');

/** Whether every engine has to be there. */
export const demandsAll = process.env['SACTL_TEST_ENGINES'] === 'all';

/** The path of a program in these folders, in the folder of engines or on PATH; null where there is none. */
export function findEngine(name: string, folders: readonly string[] = []): string | null {
  const path = (process.env['PATH'] ?? '').split(delimiter);
  const all = [...folders, engineFolder, ...path].map((folder) => join(folder, name));
  return all.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The folders in a folder, the highest name first; none where it is not there. */
export function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** A user for programs that refuse to run as root; null where this process is none. */
export function otherUser(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const found = ['postgres', 'nobody'].map((name) => lines.find((line) => line.startsWith(`${name}:`)));
  const [, , uid, gid] = (found.find((line) => line !== undefined) ?? '').split(':');
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
}

/** Programs and files of one engine, which end with it. */
export class EngineRoom {
  readonly folder: string;
  readonly #children: ChildProcess[] = [];
  readonly #user: ReturnType<typeof otherUser>;

  constructor({ user = null }: { readonly user?: ReturnType<typeof otherUser> } = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'sactl-engine-'));
    this.#user = user;
    // A run that is cut off leaves nothing behind.
    process.once('exit', () => this.#children.forEach((child) => child.kill('SIGKILL')));
    if (user !== null) chownSync(this.folder, user.uid, user.gid);
  }

  /** Runs a program to its end. @throws Error with what it wrote to stderr */
  async run(path: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
    const child = this.#start(path, args, env);
    const said = textOf(child);
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`${path} ended with ${String(code)}: ${said()}`);
  }

  /** Runs it until it ends well: a server whose port is open may still be starting. */
  async retry(path: string, args: readonly string[], env: Record<string, string>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const failure = await this.run(path, args, env).then(
        () => null,
        (error: unknown) => error,
      );
      if (failure === null) return;
      if (tries === 60) throw failure;
      await sleep(250);
    }
  }

  /** Starts a server and waits until its port is open. */
  async serve(path: string, args: readonly string[], port: number, env: Record<string, string> = {}): Promise<void> {
    const child = this.#start(path, args, env);
    const said = textOf(child);
    this.#children.push(child);
    for (let tries = 0; tries < 300; tries += 1) {
      if (child.exitCode !== null) break;
      if (await isOpen(port)) return;
      await sleep(50);
    }
    throw new Error(`${path} does not serve: ${said().slice(-2000)}`);
  }

  #start(path: string, args: readonly string[], env: Record<string, string>): ChildProcess {
    const { PATH = '' } = process.env;
    const options = {
      cwd: this.folder,
      env: { PATH, HOME: this.folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'] as const,
    };
    const user = this.#user === null ? {} : this.#user;
    return spawn(path, args, { ...options, ...user, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Ends what was started, the last first, and removes the files. */
  async close(): Promise<void> {
    for (const child of this.#children.toReversed()) {
      if (child.exitCode !== null) continue;
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      const slow = setTimeout(() => child.kill('SIGKILL'), 3000);
      await ended;
      clearTimeout(slow);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function textOf(child: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.once('error', (error) => chunks.push(Buffer.from(error.message)));
  return () => Buffer.concat(chunks).toString();
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
