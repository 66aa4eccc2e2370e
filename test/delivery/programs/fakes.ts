import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach } from 'vitest';

import { memory } from '../../harness/memory.ts';
import { Secret } from '../../../src/model/credential.ts';
import { isCredentialField, splitField } from '../../../src/delivery/targets/field.ts';
import { isTargetKind, targetKinds } from '../../../src/delivery/targets/kinds.ts';
import type { Scheme, TargetSpec } from '../../../src/delivery/targets/scheme.ts';
import {
  TargetError,
  type Subject,
  type Target,
  type TargetEnvironment,
  type TargetMeta,
  type TargetPayload,
} from '../../../src/delivery/targets/target.ts';
import { UsageError } from '../../../src/errors.ts';
import { shareFiles } from '../../../src/delivery/targets/shared-files.ts';
import { testContext, type TestContextOptions } from '../../harness/context.ts';

/** What a fake program does when its arguments start with `when`. */
export interface Answer {
  readonly when: string;
  readonly code?: number;
  /** `{input}` stands for what it read, `{base64}` for that in base64. */
  readonly stderr?: string;
  /** `{input}` stands for what it read. Default: nothing. */
  readonly stdout?: string;
  /** Stdout is what the latest run read whose arguments start with this, where there was one. */
  readonly echoes?: string;
  /** How often it is given, before a later answer that fits. Default: always. */
  readonly times?: number;
  /** Whether it never ends by itself. */
  readonly hangs?: true;
}

/** One call of a fake program, as it saw it. */
export interface Call {
  /** Its name, e.g. `gh`. */
  readonly program: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
  /** Whether its stdin is a pipe of the system's, and no socket. */
  readonly isPipe: boolean;
  /** What it ends with; null where it hangs. */
  readonly code: number | null;
}

export interface Workshop {
  /** Where the fake programs are, the only folder of PATH. */
  readonly bin: string;
  readonly work: string;
  readonly fake: (name: string, answers?: readonly Answer[]) => Promise<void>;
  readonly script: (path: string, lines: readonly string[]) => Promise<void>;
  /** Every call of every fake program so far. */
  readonly calls: () => Promise<readonly Call[]>;
  readonly environment: (options?: TestContextOptions) => TargetEnvironment;
  readonly remove: () => Promise<void>;
}

/** A folder of fake programs, and a working directory beside it. */
export async function workshop(): Promise<Workshop> {
  const root = await realpath(await mkdtemp(join(memory, 'sactl-')));
  const bin = join(root, 'bin');
  const work = join(root, 'work');
  const log = join(root, 'calls');
  await Promise.all([mkdir(bin), mkdir(work), writeFile(log, '')]);
  return {
    bin,
    work,
    script,
    fake: (name, answers = []) => script(join(bin, name), fakeLines(log, answers)),
    calls: async () => {
      const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
      return lines.map((line): Call => JSON.parse(line));
    },
    environment: (options = {}) => ({
      ctx: testContext({ cwd: work, ...options, env: { PATH: bin, ...options.env } }).ctx,
      isSandbox: false,
      profileFile: null,
      backupDirectory: join(work, 'backups'),
      credentialVariables: ['NSCALE_SERVICE_TOKEN'],
      files: shareFiles(process),
    }),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** A workshop of its own for each test of a file, as it is in the test that runs. */
export function useWorkshop(): Workshop {
  let current: Workshop | null = null;
  function now(): Workshop {
    if (current === null) throw new Error('no test runs');
    return current;
  }
  beforeEach(async () => {
    current = await workshop();
  });
  afterEach(() => now().remove());
  return {
    get bin() {
      return now().bin;
    },
    get work() {
      return now().work;
    },
    fake: (...given) => now().fake(...given),
    script: (...given) => now().script(...given),
    calls: () => now().calls(),
    environment: (...given) => now().environment(...given),
    remove: () => now().remove(),
  };
}

async function script(path: string, lines: readonly string[]): Promise<void> {
  await writeFile(path, `${lines.join('\n')}\n`);
  await chmod(path, 0o755);
}

function fakeLines(log: string, answers: readonly Answer[]): readonly string[] {
  return [
    `#!${process.execPath}`,
    "const { appendFileSync, fstatSync, readFileSync } = require('node:fs');",
    `const log = ${JSON.stringify(log)};`,
    "const earlier = readFileSync(log, 'utf8').split('\\n').filter((line) => line !== '').map((line) => JSON.parse(line));",
    'const isPipe = fstatSync(0).isFIFO();',
    "const input = readFileSync(0, 'utf8');",
    'const argv = process.argv.slice(2);',
    `const answers = ${JSON.stringify(answers)};`,
    "const begins = (words, when) => words.join(' ').startsWith(when);",
    'const before = (when) => earlier.filter((call) => begins(call.argv, when));',
    'const isGiven = ({ when, times = Infinity }) => begins(argv, when) && before(when).length < times;',
    'const { code = 0, hangs = false, ...answer } = answers.find(isGiven) ?? {};',
    "const program = require('node:path').basename(process.argv[1]);",
    'const call = { program, argv, env: process.env, input, isPipe, code: hangs ? null : code };',
    "appendFileSync(log, JSON.stringify(call) + '\\n');",
    'if (hangs) setInterval(() => {}, 60_000);',
    'else answerNow();',
    'function answerNow() {',
    "  const base64 = Buffer.from(input).toString('base64');",
    "  const said = (answer.stderr ?? '').replaceAll('{input}', input).replaceAll('{base64}', base64);",
    '  const echoed = answer.echoes === undefined ? undefined : before(answer.echoes).at(-1)?.input;',
    "  process.stdout.write(echoed ?? (answer.stdout ?? '').replaceAll('{input}', input));",
    '  process.stderr.write(said, () => process.exit(code));',
    '}',
  ];
}

export const subject: Subject = {
  provider: 'nscale',
  profile: 'prod',
  organization: 'acme',
  id: 'sa-1',
  name: 'ci-deploy',
};

const meta: TargetMeta = {
  provider: 'nscale',
  profile: 'prod',
  organization: 'acme',
  id: 'sa-1',
  name: 'ci-deploy',
  kind: 'access-token',
  clientId: null,
  fingerprint: 'sha256:0123456789ab',
  expiresAt: null,
};

export const secret = 'tok-5ecret-7f3a91c2';

export const payload: TargetPayload = {
  text: new Secret(secret),
  json: new Secret(JSON.stringify({ kind: 'access-token', value: secret })),
  meta,
};

/** A value of `--to` without mistakes, taken apart as the program does, whatever is wrong with its parts. */
export function specOf(given: string): TargetSpec {
  const { rest: address, field } = splitField(given);
  const [word = '', ...rest] = address.split(':');
  const scheme = word.replace('+json', '');
  if (!isTargetKind(scheme)) throw new Error(`${given} is no target`);
  const tail = rest.join(':').replace(/\?region=.*$/, '');
  const region = /\?region=(.*)$/.exec(address)?.[1];
  const hash = targetKinds[scheme].slot === undefined ? -1 : tail.lastIndexOf('#');
  return {
    given,
    scheme,
    isJson: word.endsWith('+json'),
    body: hash < 0 ? tail : tail.slice(0, hash),
    slot: hash < 0 ? null : tail.slice(hash + 1),
    options: region === undefined ? {} : { region },
    field: field !== null && isCredentialField(field) ? field : 'value',
  };
}

export function targetOf(
  scheme: Scheme,
  given: string,
  options: { environment: TargetEnvironment; subject?: Subject },
): Target {
  return scheme.create(specOf(given), options.subject ?? subject, options.environment);
}

/** What each call was given: its arguments and its stdin. */
export async function runsIn(shop: Workshop): Promise<readonly Pick<Call, 'argv' | 'input'>[]> {
  return (await shop.calls()).map(({ argv, input }) => ({ argv, input }));
}

/** Delivers what no signal interrupts. */
export function deliver(target: Target, what: TargetPayload = payload): Promise<void> {
  return target.deliver(what, new AbortController().signal);
}

/** A target's way to a scheme's tests. */
export interface Tried {
  readonly scheme: Scheme;
  readonly given: string;
  readonly environment: TargetEnvironment;
}

/** What a target says before anything is sent. */
export async function preflightOf({ scheme, given, environment }: Tried): Promise<unknown> {
  try {
    return { warnings: await targetOf(scheme, given, { environment }).preflight() };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { problem: error.message, hint: error.hint };
  }
}

/** What became of a delivery. */
export async function deliveryOf({ scheme, given, environment }: Tried): Promise<unknown> {
  try {
    await deliver(targetOf(scheme, given, { environment }));
    return 'delivered';
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { problem: error.message, isRetryable: error.isRetryable };
  }
}
