import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { measure, sourcesOf, testsOf, type Coverage, type Source } from './coverage.ts';
import { draw, folderOf, type Draw } from './draw.ts';
import { digest, mutantsOf, mutated, type Mutant } from './mutants.ts';
import { createRunner, type Runner } from './process.ts';
import { killedShare, reportOf, wanted, type Result } from './report.ts';
import { instrumented, siteAt } from './sites.ts';
import { tryMutant, type Verdict } from './trial.ts';
import { openCompiler } from './types.ts';

// What `npm run mutate` runs, once scripts/mutate.js has bundled it.

const { values } = parseArgs({
  options: {
    mutants: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
    // Seconds of tests for each mutant.
    budget: { type: 'string', default: '60' },
    jobs: { type: 'string', default: '2' },
    resume: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

const root = process.cwd();
const folder = dirname(fileURLToPath(import.meta.url));
const cache = `${dirname(folder)}/sactl-mutate`;
const resultsFile = `${cache}/results-${values.seed}.jsonl`;

/** Tests that start programs or servers, or look at files: they run nothing of these folders in their own process. */
const apart = /^test\/(?:(?:examples|kill|manual|mutate|package|release)\/|gigabyte|start-anew|process)/;

const startedAt = performance.now();

function seconds(): number {
  return Math.round((performance.now() - startedAt) / 1000);
}

function say(line: string): void {
  process.stderr.write(`${String(seconds())} s: ${line}\n`);
}

function filesBelow(name: string): readonly string[] {
  return readdirSync(`${root}/${name}`, { recursive: true, encoding: 'utf8' }).map(
    (path) => `${name}/${path.replaceAll('\\', '/')}`,
  );
}

/** Draws from the files; `--only` names files or ids. */
function drawn(sources: readonly Source[]): Draw {
  const compiler = openCompiler(root);
  const only = values.only ?? [];
  const all = sources
    .flatMap(({ file, text }) => mutantsOf(file, text))
    .filter(({ id, file }) => only.length === 0 || only.includes(id) || only.includes(file));
  const texts = new Map(sources.map(({ file, text }) => [file, text]));
  const result = draw(all, {
    seed: values.seed,
    count: Number(values.mutants),
    compiles: (mutant) =>
      compiler.problem(`${root}/${mutant.file}`, mutated(texts.get(mutant.file) ?? '', mutant)) === null,
  });
  compiler.close();
  say(`${String(all.length)} mutants are possible, ${String(result.mutants.length)} drawn`);
  return result;
}

function runners(setup: Parameters<typeof createRunner>[1]): readonly Runner[] {
  return Array.from({ length: Number(values.jobs) }, () => createRunner(`${folder}/runner.js`, setup));
}

function coverageOf(sources: readonly Source[]): Promise<Coverage> {
  const tests = filesBelow('test').filter((file) => file.endsWith('.test.ts') && !apart.test(file));
  const texts = sources.map(({ path, text, sites, first }) => [path, instrumented(text, sites, first)]);
  const setup = { texts: Object.fromEntries(texts), hits: `${root}/test/mutate/hits.ts` };
  function start(): readonly Runner[] {
    return runners({ root, measure: setup });
  }
  return measure(tests, { root, sources, start, cache: `${cache}/coverage.json`, say });
}

/** A line of the file of results. */
interface Line {
  readonly id: string;
  /** Of the file's text, and of the tests that run the place. */
  readonly hash: string;
  readonly tests: string;
  readonly verdict: Verdict;
}

/** What earlier runs found out, the latest first. */
function earlier(): readonly Line[] {
  if (!values.resume || !existsSync(resultsFile)) {
    rmSync(resultsFile, { force: true });
    return [];
  }
  const lines = readFileSync(resultsFile, 'utf8').split('\n').filter(Boolean).toReversed();
  return lines.map((line): Line => JSON.parse(line));
}

async function tryAll(mutants: readonly Mutant[], sources: readonly Source[]): Promise<readonly Result[]> {
  const coverage = await coverageOf(sources);
  const known = earlier();
  const trying = runners({ root, measure: null });
  const budgetMs = Number(values.budget) * 1000;
  const open = [...mutants];
  const results: Result[] = [];
  await Promise.all(
    trying.map(async (runner) => {
      for (let mutant = open.shift(); mutant !== undefined; mutant = open.shift()) {
        const { id, file, start, line, operator, change } = mutant;
        const source = sources.find((each) => each.file === file);
        if (source === undefined) continue;
        const { hash, path } = source;
        const chosen = testsOf(coverage, source, siteAt(source.sites, start));
        const tests = digest(chosen.map((each) => `${each.test} ${coverage.get(each.test)?.hash ?? ''}`).join('\n'));
        // What was killed stays so; what survived is tried again where there are other tests.
        const old = known.find((each) => each.id === id && each.hash === hash);
        const isSettled = old !== undefined && (old.tests === tests || old.verdict.kind === 'killed');
        const verdict = isSettled
          ? old.verdict
          : await tryMutant(runner, { path, text: mutated(source.text, mutant) }, { root, tests: chosen, budgetMs });
        appendFileSync(resultsFile, `${JSON.stringify({ id, hash, tests, verdict })}\n`);
        results.push({ mutant, verdict });
        const place = `${id} ${file}:${String(line)} (${operator}) ${change}`;
        say(`${String(results.length)} ${verdict.kind} ${place}: ${verdict.by}`);
      }
    }),
  );
  for (const runner of trying) runner.end();
  return results;
}

setPriority(19);
mkdirSync(cache, { recursive: true });
const sources = sourcesOf(
  root,
  filesBelow('src').filter((file) => folderOf(file) !== null),
);
const { mutants, rejected } = drawn(sources);
if (values.list) {
  for (const { id, file, line, operator, change } of mutants) {
    process.stdout.write(`${id} ${file}:${String(line)} (${operator}) ${change}\n`);
  }
} else {
  const results = await tryAll(mutants, sources);
  process.stdout.write(reportOf(results, { rejected, seconds: seconds() }));
  process.exitCode = killedShare(results) < wanted ? 1 : 0;
}
