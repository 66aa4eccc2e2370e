import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { main } from '../../src/main.ts';
import type { TestContextOptions } from '../harness/context.ts';
import type { IssuingProvider } from '../harness/providers.ts';
import { createWorld, type Operation, type World, type WorldOptions } from './world.ts';

/** Something that goes wrong, or right. */
export interface Case extends WorldOptions {
  /** As it reads in the table. */
  readonly name: string;
  /** Added to the command line. Default `--to file:token`. */
  readonly flags?: readonly string[];
  readonly options?: (world: World) => TestContextOptions;
  /** Makes the world what the case needs before the command runs. */
  readonly arrange?: (world: World) => Promise<void> | void;
  /** Default: the command is run once. */
  readonly run?: (world: World, runOnce: () => Promise<Ran>) => Promise<Ran>;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What became of one command in one case. */
export interface Observed {
  readonly ran: Ran;
  /** What is on stdout. */
  readonly stdout: 'nothing' | 'the credential' | 'a report';
  /** The error's last words and its hint, without what differs from run to run. */
  readonly says: string;
  readonly server: string;
  readonly credential: string;
  readonly requests: number;
  readonly world: World;
}

export async function observe(testCase: Case, provider: IssuingProvider, operation: Operation): Promise<Observed> {
  const world = createWorld(provider, operation, testCase);
  await testCase.arrange?.(world);
  function runOnce(): Promise<Ran> {
    return runIn(world, testCase);
  }
  const ran = await (testCase.run === undefined ? runOnce() : testCase.run(world, runOnce));
  return {
    ran,
    world,
    stdout: stdoutOf(ran, world),
    says: lastWords(ran.stderr, world),
    server: serverOf(world),
    credential: whereabouts(ran, world),
    requests: world.mutations(),
  };
}

/** Runs the case's command once; `extra` are options that win. */
export async function runIn(
  world: World,
  { flags = ['--to', 'file:token'], options }: Pick<Case, 'flags' | 'options'>,
  extra: TestContextOptions = {},
): Promise<Ran> {
  const { ctx, stdout, stderr } = world.context({ ...options?.(world), ...extra });
  const code = await main([...world.argv, ...flags], ctx);
  return { code, stdout: stdout(), stderr: stderr() };
}

function stdoutOf({ stdout }: Ran, { issued }: World): Observed['stdout'] {
  if (stdout === '') return 'nothing';
  return issued.some((secret) => stdout.includes(secret)) ? 'the credential' : 'a report';
}

function serverOf({ issued }: World): string {
  const [first, ...others] = issued;
  if (first === undefined) return 'as before';
  return ['done', ...others.map(() => 'then rotated')].join(', ');
}

/** Where the credential that works now can be found: every file of the test is looked through. */
function whereabouts({ stdout }: Ran, world: World): string {
  const { issued, folder, stateDirectory } = world;
  if (issued.length === 0) return 'none was issued';
  const live = world.live();
  if (live === null) throw new Error('the server has lost what it issued');
  const places = [
    ...(stdout.includes(live) ? ['on stdout'] : []),
    ...filesWith(folder, live).map((name) => `in ${name}`),
    ...(journalText(stateDirectory).includes(live) ? ['kept in the journal'] : []),
  ];
  if (places.length > 0) return places.join(' and ');
  return journalText(stateDirectory) === '' ? 'nobody has it' : 'nobody has it; the answer is kept';
}

function filesWith(folder: string, secret: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() ?? false)
    .filter((name) => readFileSync(join(folder, name), 'utf8').includes(secret))
    .toSorted();
}

/** What the journal's answers say. */
function journalText(stateDirectory: string): string {
  return entriesIn(stateDirectory)
    .map(({ text }) => /"base64":"([^"]*)"/.exec(text.split('"type":"answer"').at(-1) ?? '')?.[1])
    .map((base64) => Buffer.from(base64 ?? '', 'base64').toString())
    .join('\n');
}

/** The entries of the journal, as their files have them. */
export function entriesIn(stateDirectory: string): readonly { name: string; text: string }[] {
  const journal = join(stateDirectory, 'journal');
  if (!existsSync(journal)) return [];
  return readdirSync(journal).flatMap((name) => {
    const text = textOf(join(journal, name));
    return text === null ? [] : [{ name, text }];
  });
}

/** Null where an entry was erased between two looks: others may be under way. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The last clause of the message, and the hint. */
function lastWords(stderr: string, world: World): string {
  const { message, hint } = errorOf(stderr);
  const last = message.split('; ').at(-1) ?? '';
  const said = hint === null ? last : `${last} (${hint})`;
  return said
    .replaceAll(world.folder, '…')
    .replaceAll(dirname(world.folder), '…')
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'ID')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'KEY')
    .replaceAll(/ci-deploy|batch-trainer|new-account/g, 'NAME')
    .replaceAll(/\b(?:nscale|runai)\b/g, 'PROVIDER');
}

const jsonError = /^\{"error":\{"code":"[^"]*","message":("(?:[^"\\]|\\.)*"),"hint":(null|"(?:[^"\\]|\\.)*")/m;

/** The error at the end of stderr, as lines or as JSON. */
function errorOf(stderr: string): { message: string; hint: string | null } {
  const json = jsonError.exec(stderr);
  if (json !== null) {
    return { message: JSON.parse(json[1] ?? '""'), hint: JSON.parse(json[2] ?? 'null') };
  }
  const lines = stderr.split('\n');
  return {
    message: lines.findLast((line) => line.startsWith('sactl: '))?.slice(7) ?? '',
    hint: lines.find((line) => line.startsWith('hint: '))?.slice(6) ?? null,
  };
}
