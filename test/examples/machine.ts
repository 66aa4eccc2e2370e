import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { wholeTree } from '../../src/program.ts';
import { program, startProgram } from '../commands/built-program.ts';
import { workFolder } from '../commands/support.ts';

export type Values = Readonly<Record<string, string>>;

/** For tests that run programs: sactl ends one that hangs after a minute, and says so, which they have to outlast. */
export const outlasting = { timeout: 120_000 } as const;

export interface MachineOptions {
  /** A script for sh; default: the built program. */
  readonly sactl?: string;
  /** A folder with other programs. */
  readonly programs?: string;
}

/** What became of a job. */
export interface JobRun {
  readonly code: number;
  /** stdout and stderr of all its steps. */
  readonly output: string;
  /** The words of every call of npm and sactl. */
  readonly calls: readonly (readonly string[])[];
}

/** A machine with npm on its path, which installs nothing but sactl; both write down how they are called. */
export interface Machine {
  /** The working directory and home of all that runs on it. */
  readonly path: string;
  /** Runs a program to its end, with these folders before the others in its path, and nothing else in its environment. */
  readonly run: (argv: readonly [string, ...string[]], env: Values, first?: readonly string[]) => Promise<Ended>;
  /** The words of every call so far. @throws CommanderError, UsageError for one that the command tree does not take */
  readonly calls: () => Promise<readonly (readonly string[])[]>;
  /** Puts sactl on the path, as an image has it there. */
  readonly install: () => Promise<void>;
  /** What npm had in its environment when it was called last. */
  readonly npmEnvironment: () => Promise<string>;
  /** From now on npm installs nothing. */
  readonly breakNpm: () => Promise<void>;
}

export interface Ended {
  readonly code: number;
  readonly output: string;
}

export async function openMachine({ sactl, programs = '' }: MachineOptions = {}): Promise<Machine> {
  const path = await workFolder();
  const [bin, log] = [join(path, 'bin'), join(path, 'calls')];
  await mkdir(bin);
  await writeFile(log, '');
  await addPrograms(path, sactl ?? `exec '${process.execPath}' '${program}' "$@"`);
  return {
    path,
    run: async ([command, ...argv], env, first = []) => {
      const folders = [...first, bin, programs, dirname(process.execPath), process.env['PATH'] ?? ''];
      const all = { PATH: folders.filter(Boolean).join(':'), ...env };
      const { code, stdout, stderr } = await startProgram(command, argv, { home: path, env: all }).ended;
      return { code: code ?? 1, output: stdout + stderr };
    },
    calls: async () => {
      const calls = (await readFile(log, 'utf8'))
        .split(callEnd)
        .slice(0, -1)
        .map((call) => call.split(wordEnd).slice(0, -1));
      for (const [name, ...argv] of calls) if (name === 'sactl') await understand(argv);
      return calls;
    },
    install: async () => addProgram(join(bin, 'sactl'), await readFile(join(path, 'to-install'), 'utf8')),
    npmEnvironment: () => readFile(join(path, 'npm-environment'), 'utf8'),
    breakNpm: () => addProgram(join(bin, 'npm'), '#!/bin/sh\nexit 1\n'),
  };
}

/** What the log has after each word of a call, and after each call. */
const [wordEnd, callEnd] = ['\u001F', '\u001E'];

async function addPrograms(path: string, sactl: string): Promise<void> {
  // Not by the environment, of which npm gets little.
  const log = join(path, 'calls');
  function noting(name: string): string {
    return `#!/bin/sh\n{ printf '%s\\037' ${name} "$@"; printf '\\036'; } >>'${log}'`;
  }
  await addProgram(join(path, 'to-install'), `${noting('sactl')}\n${sactl}\n`);
  const npm = `env > '${join(path, 'npm-environment')}'
prefix='${path}'
while [ $# -gt 0 ]; do [ "$1" != --prefix ] || prefix=$2; shift; done
mkdir -p "$prefix/bin" && cp '${join(path, 'to-install')}' "$prefix/bin/sactl"
`;
  await addProgram(join(path, 'bin/npm'), `${noting('npm')}\n${npm}`);
}

async function addProgram(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await chmod(file, 0o755);
}

/** Whatever became of a call: it is one that the command tree takes. @throws CommanderError, UsageError */
export async function understand(argv: readonly string[]): Promise<void> {
  await (await wholeTree()).parseAsync([...argv], { from: 'user' });
}
