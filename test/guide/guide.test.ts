import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

import { describe, expect, it } from 'vitest';

import { argvsOf, stagesOf } from '../commands/help/lines.ts';
import { parse } from '../commands/help/parse.ts';
import { brokenStdout, workFolder } from '../commands/support.ts';
import { testContext, type TestContextOptions } from '../harness/context.ts';
import { runIn, type Outcome } from '../harness/run.ts';
import { freshStateDirectory } from '../harness/state.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = readdirSync(join(root, 'docs/guide')).map((name) => `docs/guide/${name}`);
const pages = ['README.md', ...guide, 'docs/faults.md'];

/** A command line as a page shows it. */
interface Shown {
  readonly line: string;
  /** What the page shows below it; `…` stands for any text. */
  readonly output: readonly string[];
  /** Whether the page shows `echo $?` with it: the last line of the output is the exit code then. */
  readonly withCode: boolean;
}

/** `console` blocks show lines and what they print, `sh` blocks lines alone. */
function shownIn(page: string): readonly Shown[] {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = text.matchAll(/^```(console|sh)\n([^]*?)^```/gm);
  return [...blocks].flatMap(([, kind, block = '']) => (kind === 'sh' ? linesOf(block) : sessionOf(block)));
}

function linesOf(block: string): Shown[] {
  const lines = block.replaceAll(/ \\\n\s*/g, ' ').split('\n');
  return lines.filter((line) => line !== '').map((line) => ({ line: bare(line), output: [], withCode: false }));
}

function sessionOf(block: string): Shown[] {
  return block.split(/^\$ /m).flatMap((part) => {
    const [line = '', ...output] = part.replaceAll(/ \\\n\s*/g, ' ').split('\n');
    if (line === '') return [];
    const printed = output.filter((text) => text !== '');
    return [{ line: bare(line), output: printed, withCode: line.includes('; echo $?') }];
  });
}

function bare(line: string): string {
  return line.replace(/ {2,}#.*$|; echo \$\?$/, '');
}

/** Lines that name something the sandbox does not have: a profile, a server, a real job, a run that is gone, a store. They are parsed and not run. */
const elsewhere = /--profile |profiles\.|config init|sandbox serve|state (?:unlock|migrate)|\$/;

/** One machine for a page, with the sandbox on its first day, and a person at the terminal who says yes. */
async function createMachine() {
  const cwd = await workFolder();
  const homeDirectory = join(cwd, 'home');
  await mkdir(homeDirectory);
  const env = { SACTL_SANDBOX: '1', SACTL_STATE_DIR: freshStateDirectory() };
  const machine: TestContextOptions = { cwd, homeDirectory, env };
  const person: TestContextOptions = { terminal: 120, prompt: { confirm: () => Promise.resolve(true) } };
  let runs = 0;
  /** What `sandbox serve` was told, for the lines after it. */
  let faults = '';

  async function sactl(argv: readonly string[], options: TestContextOptions): Promise<Outcome> {
    const armed = faults === '' ? {} : { SACTL_SANDBOX_FAULT: faults };
    const context = testContext({ ...machine, ...options, env: { ...env, ...armed } });
    runs += 1;
    let made = 0;
    /** So that the journal's entries have the ids that the pages show. */
    function uuid(): string {
      made += 1;
      return `${(0x70_66_d4_9b + runs).toString(16)}-0000-4000-8000-${String(made).padStart(12, '0')}`;
    }
    return runIn({ ...context, ctx: { ...context.ctx, uuid } }, argv);
  }

  async function stage(words: readonly string[], options: TestContextOptions): Promise<Outcome> {
    const [program, ...argv] = words;
    if (program === 'sactl') return sactl(argv, options);
    if (program === 'mkdir') await mkdir(join(cwd, argv.at(-1) ?? ''), { recursive: true });
    const stdout = program === 'cat' ? await readFile(join(cwd, argv[0] ?? ''), 'utf8') : (options.stdin ?? '');
    return { code: 0, stdout, stderr: '' };
  }

  async function run(line: string): Promise<Outcome> {
    const stages = stagesOf(line);
    const isAlone = stages.length === 1 && stages[0]?.output === null;
    let last: Outcome = { code: 0, stdout: '', stderr: '' };
    for (const { words, output } of stages) {
      const isFull = output === '/dev/full';
      const stdout = isFull ? { stdout: brokenStdout('ENOSPC') } : {};
      const { stderr } = last;
      last = await stage(words, { stdin: last.stdout, ...stdout, ...(isAlone ? person : {}) });
      last = { ...last, stderr: stderr + last.stderr };
      if (last.code !== 0) return last;
      if (output !== null && !isFull) {
        const path = resolve(cwd, output.replace(/^~/, homeDirectory));
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, last.stdout);
        last = { ...last, stdout: '' };
      }
    }
    return last;
  }
  function arm(line: string): void {
    faults = / sandbox serve .*--fault '(.+?)'/.exec(line)?.[1] ?? faults;
  }
  return { run, arm };
}

/** What each line that is shown matches. */
function patternsOf({ output, withCode }: Shown): readonly RegExp[] {
  const shown = withCode ? output.slice(0, -1) : output;
  return shown.map((text) => {
    const parts = text.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
    return new RegExp(`^${parts.join('.*')}$`);
  });
}

/** What a page shows and the program does not do. */
function differences(shown: Shown, outcome: Outcome): readonly unknown[] {
  const code = shown.withCode ? Number(shown.output.at(-1)) : 0;
  const printed = linesOfOutput(outcome);
  const missing = patternsOf(shown).filter((pattern) => !printed.some((line) => pattern.test(line)));
  return outcome.code === code && missing.length === 0 ? [] : [{ ...shown, missing, outcome }];
}

function linesOfOutput({ stdout, stderr }: Outcome): readonly string[] {
  const plain = stripVTControlCharacters(`${stdout}\n${stderr}`);
  return plain.split(/[\r\n]/).map((text) => text.trimEnd());
}

describe.each(pages)('%s', (page) => {
  const lines = shownIn(page).filter(({ line }) => /\bsactl /.test(line));

  it.runIf(lines.length > 0)('shows what the program does', async () => {
    const { run, arm } = await createMachine();
    const wrong: unknown[] = [];
    for (const shown of shownIn(page)) {
      arm(shown.line);
      for (const argv of argvsOf(shown.line)) await parse(argv);
      const isOurs = /^(?:sactl|mkdir|cat) /.test(shown.line);
      if (isOurs && !elsewhere.test(shown.line)) wrong.push(...differences(shown, await run(shown.line)));
    }
    expect(wrong).toEqual([]);
  });
});

const texts = pages.map((page) => [page, readFileSync(join(root, page), 'utf8')] as const);
const blocksOfYaml = texts.flatMap(([page, text]) =>
  [...text.matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, block = '']) => [page, block] as const),
);

it.each(blocksOfYaml.filter(([, block]) => block.startsWith('# ~/.config/sactl/')))(
  '%s has a configuration file that says nothing wrong',
  async (_, block) => {
    const homeDirectory = await workFolder();
    await mkdir(join(homeDirectory, '.config/sactl'), { recursive: true });
    await writeFile(join(homeDirectory, '.config/sactl/config.yaml'), block);
    const [, ...profiles] = [...block.matchAll(/^ {0,2}(\w+):$/gm)].map(([, name = '']) => name);
    expect(profiles.length).toBeGreaterThan(1);
    for (const profile of profiles) {
      const argv = ['config', 'explain', '--profile', profile, '-q', '[.problem, .connection.profile]'];
      const { code, stdout } = await runIn(testContext({ homeDirectory }), argv);
      expect({ code, stdout }).toEqual({ code: 0, stdout: `[null,"${profile}"]\n` });
    }
  },
);

const steps = blocksOfYaml.flatMap(([page, block]) =>
  [...block.matchAll(/run: (sactl .*)$/gm)].map(([, line = '']) => [page, line] as const),
);

it.each(steps)('%s has a step that is read: %s', async (_, line) => {
  await expect(Promise.all(argvsOf(line).map(parse))).resolves.toHaveLength(1);
});
