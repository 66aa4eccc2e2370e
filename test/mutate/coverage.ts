import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import type { Answer, Selection } from './messages.ts';
import { digest } from './mutants.ts';
import type { Runner } from './process.ts';
import { sitesOf, type Site } from './sites.ts';

/** A file that mutants are drawn from. */
export interface Source {
  /** Relative to the project. */
  readonly file: string;
  readonly path: string;
  readonly text: string;
  readonly hash: string;
  readonly sites: readonly Site[];
  /** The number of its first site: they are counted through all files. */
  readonly first: number;
}

/** The files with their sites, numbered. */
export function sourcesOf(root: string, files: readonly string[]): readonly Source[] {
  let first = 0;
  return files.toSorted().map((file) => {
    const path = `${root}/${file}`;
    const text = readFileSync(path, 'utf8');
    const sites = sitesOf(file, text);
    const source = { file, path, text, hash: digest(text), sites, first };
    first += sites.length;
    return source;
  });
}

/** By file: the sites that ran, counted from its first one. */
type Ran = Readonly<Record<string, readonly number[]>>;

/** What the tests of a file run, as it was when that file had this hash. */
export interface Measured {
  readonly hash: string;
  /** The hashes of the sources then. */
  readonly sources: Readonly<Record<string, string>>;
  /** Whether all of them passed. */
  readonly isSound: boolean;
  readonly loadMs: number;
  /** What ran outside tests. */
  readonly atLoad: Ran;
  /** Those that passed. */
  readonly tests: readonly { readonly id: string; readonly ms: number; readonly ran: Ran }[];
}

/** By the test file, relative to the project. */
export type Coverage = ReadonlyMap<string, Measured>;

const patienceMs = 300_000;

export interface MeasureOptions {
  readonly root: string;
  readonly sources: readonly Source[];
  /** Makes processes that work with texts that are instrumented. */
  readonly start: () => readonly Runner[];
  /** The path of the file that keeps what was measured. */
  readonly cache: string;
  readonly say: (line: string) => void;
}

/** Runs every test file by itself that is not as it was when it was measured last, and notes what it runs. */
export async function measure(tests: readonly string[], options: MeasureOptions): Promise<Coverage> {
  const { root, sources, cache, say } = options;
  const known = readCache(cache);
  const hashes = new Map(tests.map((file) => [file, digest(readFileSync(`${root}/${file}`, 'utf8'))]));
  const result = new Map([...known].filter(([file, { hash }]) => hashes.get(file) === hash));
  const open = tests.filter((file) => !result.has(file));
  if (open.length === 0) return result;
  const versions = Object.fromEntries(sources.map(({ file, hash }) => [file, hash]));
  const runners = options.start();
  await Promise.all(
    runners.map(async (runner) => {
      for (let file = open.shift(); file !== undefined; file = open.shift()) {
        const question = { change: null, tests: [{ path: `${root}/${file}`, ids: null }] };
        const answer = await runner.ask(question, patienceMs);
        if (answer?.kind !== 'passed') say(`not used as far as it fails unchanged: ${file}: ${answer?.by ?? 'no end'}`);
        result.set(file, { hash: hashes.get(file) ?? '', sources: versions, ...measuredBy(answer, sources) });
        writeFileSync(cache, JSON.stringify([...result]));
        if (open.length % 20 === 0) say(`${String(open.length)} test files are still to be measured`);
      }
    }),
  );
  for (const runner of runners) runner.end();
  return result;
}

function measuredBy(answer: Answer | null, sources: readonly Source[]): Omit<Measured, 'hash' | 'sources'> {
  return {
    isSound: answer?.kind === 'passed',
    loadMs: answer?.loadMs ?? 0,
    atLoad: byFile(answer?.sites ?? [], sources),
    tests: (answer?.tests ?? []).map(({ id, ms, sites }) => ({ id, ms, ran: byFile(sites, sources) })),
  };
}

function byFile(numbers: readonly number[], sources: readonly Source[]): Ran {
  const inSources = sources.map(({ file, first, sites }) => {
    const own = numbers.filter((number) => number >= first && number < first + sites.length);
    return [file, own.map((number) => number - first)] as const;
  });
  return Object.fromEntries(inSources.filter(([, own]) => own.length > 0));
}

function readCache(cache: string): Coverage {
  // What `measure` wrote.
  return new Map(existsSync(cache) ? (JSON.parse(readFileSync(cache, 'utf8')) as [string, Measured][]) : []);
}

/** Tests of a file to run, and how many milliseconds they take about. */
export interface Chosen extends Pick<Selection, 'ids'> {
  readonly test: string;
  readonly ms: number;
}

/**
 * The tests that run a site of a source, those first that cost little, or stand where the tests of the file are. Where the
 * source has changed since they were measured, those that ran anything in it.
 */
export function testsOf(
  coverage: Coverage,
  { file, hash }: Pick<Source, 'file' | 'hash'>,
  site: number,
): readonly Chosen[] {
  const room = `test/${file.split('/')[1] ?? ''}/`;
  const chosen = [...coverage].flatMap(([test, { isSound, sources, loadMs, atLoad, tests }]) => {
    function runs(ran: Ran): boolean {
      return sources[file] === hash ? (ran[file] ?? []).includes(site) : ran[file] !== undefined;
    }
    const isAtLoad = sources[file] === hash || site === 0 ? runs(atLoad) : false;
    const running = isAtLoad ? tests : tests.filter(({ ran }) => runs(ran));
    if (running.length === 0) return [];
    const ms = running.reduce((total, each) => total + each.ms, loadMs + startMs);
    // A table that has changed gives its tests other ids.
    const ids = isAtLoad && isSound ? null : running.map(({ id }) => id);
    return [{ test, ids, ms }];
  });
  function weight({ test, ms }: Chosen): number {
    return test.startsWith(room) ? ms / 10 : ms;
  }
  return chosen.toSorted((one, other) => weight(one) - weight(other));
}

/** What a test file costs before it is loaded. */
const startMs = 100;
