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
    const source = { file, path, text, sites, first };
    first += sites.length;
    return source;
  });
}

/** What the tests of a file run, as it was when the file had this hash. */
export interface Measured extends Omit<Answer, 'by'> {
  readonly hash: string;
}

/** By the path of the test file. */
export type Coverage = ReadonlyMap<string, Measured>;

const patienceMs = 300_000;

/**
 * Runs every test file by itself, and notes what it runs. What was measured before is taken over from `cache`, for test files
 * that are as they were, unless a source has changed.
 */
export async function measure(
  tests: readonly string[],
  { sources, runners, cache, say }: MeasureOptions,
): Promise<Coverage> {
  const version = digest(sources.map(({ file, text }) => `${file}\n${text}`).join('\n'));
  const known = readCache(cache, version);
  const hashes = new Map(tests.map((path) => [path, digest(readFileSync(path, 'utf8'))]));
  const fresh = new Map([...known].filter(([path, { hash }]) => hashes.get(path) === hash));
  const open = tests.filter((path) => !fresh.has(path));
  const wanted = open.length;
  await Promise.all(
    runners.map(async (runner) => {
      for (let path = open.shift(); path !== undefined; path = open.shift()) {
        const answer = await runner.ask({ change: null, tests: [{ path, ids: null }] }, patienceMs);
        fresh.set(path, { ...(answer ?? nothing), hash: hashes.get(path) ?? '' });
        if (answer?.kind !== 'passed') say(`not used as far as it fails unchanged: ${path}: ${answer?.by ?? 'no end'}`);
        writeFileSync(cache, JSON.stringify({ version, tests: [...fresh] }));
        if (open.length % 50 === 0) say(`${String(wanted - open.length)} of ${String(wanted)} test files measured`);
      }
    }),
  );
  return fresh;
}

export interface MeasureOptions {
  readonly sources: readonly Source[];
  /** They work with texts that are instrumented. */
  readonly runners: readonly Runner[];
  /** The path of the file that keeps what was measured. */
  readonly cache: string;
  readonly say: (line: string) => void;
}

const nothing: Omit<Measured, 'hash'> = { kind: 'invalid', loadMs: 0, sites: [], tests: [] };

function readCache(cache: string, version: string): Coverage {
  if (!existsSync(cache)) return new Map();
  // What `measure` wrote.
  const stored = JSON.parse(readFileSync(cache, 'utf8')) as { version: string; tests: [string, Measured][] };
  return new Map(stored.version === version ? stored.tests : []);
}

/** Tests to run, and how many milliseconds they take about. */
export interface Chosen extends Selection {
  readonly ms: number;
}

/** The tests that run a site, those first that cost little, or stand where the tests of the file are. */
export function testsOf(coverage: Coverage, site: number, room: string): readonly Chosen[] {
  const chosen = [...coverage].flatMap(([path, measured]) => {
    const isAtLoad = measured.sites.includes(site);
    const tests = isAtLoad ? measured.tests : measured.tests.filter(({ sites }) => sites.includes(site));
    if (tests.length === 0) return [];
    const ms = tests.reduce((total, test) => total + test.ms, measured.loadMs + startMs);
    // A table that has changed gives its tests other ids.
    const ids = isAtLoad && measured.kind === 'passed' ? null : tests.map(({ id }) => id);
    return [{ path, ids, ms }];
  });
  function weight({ path, ms }: Chosen): number {
    return path.includes(`/test/${room}/`) ? ms / 10 : ms;
  }
  return chosen.toSorted((one, other) => weight(one) - weight(other));
}

/** What a test file costs before it is loaded. */
const startMs = 100;
