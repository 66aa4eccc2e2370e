import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Pager } from '../../src/context.ts';
import { emit } from '../../src/output/emit.ts';
import { prepareRenderer, type OutputFlags } from '../../src/output/renderer.ts';
import { run, type Outcome } from '../harness/run.ts';
import { testContext, type TestContextOptions } from '../harness/context.ts';
import { rejection, temporaryDirectory } from './support.ts';

interface Shown {
  readonly pager: Pager;
  readonly text: string;
}

/** A folder with these programs, which only have to be there. */
async function folderOf(...names: readonly string[]): Promise<string> {
  const folder = await temporaryDirectory();
  for (const name of names) {
    await writeFile(join(folder, name), '');
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}

function unstarted(): Promise<never> {
  return Promise.reject(Object.assign(new Error('spawn'), { code: 'EACCES' }));
}

const three = 'one\ntwo\nthree\n';

interface Case extends TestContextOptions {
  readonly flags?: OutputFlags;
  readonly text?: string;
  readonly isPaged?: false;
}

/** What becomes of a document of three lines at a terminal of three rows, where `less` and `most` are. */
async function printed({ flags = {}, text = three, isPaged, ...options }: Case): Promise<Outcome & { shown: Shown[] }> {
  const shown: Shown[] = [];
  const PATH = await folderOf('less', 'most', 'cat');
  const { ctx, stdout, stderr } = testContext({
    terminal: 80,
    rows: 3,
    page: async (pager, given) => void shown.push({ pager, text: given }),
    ...options,
    env: { PATH, TERM: 'xterm', ...options.env },
  });
  const document = { value: text, human: () => text, ...(isPaged ?? { isPaged: true as const }) };
  const code = (await emit(ctx, await prepareRenderer(ctx, flags), document)) ? 0 : 1;
  return { code, stdout: stdout(), stderr: stderr(), shown };
}

describe('the pager', () => {
  it('is less, as git starts it, where nothing is chosen', async () => {
    const { shown, ...rest } = await printed({});
    expect(rest).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(shown).toMatchObject([{ text: three, pager: { args: [], env: { LESS: 'FRX', TERM: 'xterm' } } }]);
    expect(shown[0]?.pager.path).toMatch(/^\/.*\/less$/);
  });

  it.each([
    [{ PAGER: 'most -w' }, '/most', ['-w'], 'FRX'],
    [{ PAGER: 'nope', SACTL_PAGER: "most -p 'a b'" }, '/most', ['-p', 'a b'], 'FRX'],
    [{ LESS: 'S' }, '/less', [], 'S'],
  ])('is what %j says', async (env, path, args, LESS) => {
    const { shown, stdout } = await printed({ env });
    expect(stdout).toBe('');
    expect(shown).toMatchObject([
      { text: three, pager: { path: expect.stringMatching(`${path}$`), args, env: { LESS } } },
    ]);
  });

  it.each<[string, Case]>([
    ['text that leaves a row for the prompt', { text: 'one\ntwo\n' }],
    ['a document that may hold a credential', { isPaged: false }],
    ['JSON', { flags: { json: true }, text: three }],
    ['a filter', { flags: { query: ['., ., ., .'] } }],
    ['csv', { flags: { format: 'csv' } }],
    ['--no-input', { flags: { input: false } }],
    ['a pipe', { stdout: { isTTY: false } }],
    ['CI', { env: { CI: 'true' } }],
    ['a terminal that tells no height', { rows: 0 }],
    ['a dumb terminal', { env: { TERM: 'dumb' } }],
    ['an empty SACTL_PAGER', { env: { SACTL_PAGER: '', PAGER: 'most' } }],
    ['an empty PAGER', { env: { PAGER: ' ' } }],
    ['cat', { env: { PAGER: 'cat' } }],
    ['cat by its path', { env: { PAGER: '/bin/cat' } }],
    ['no less', { env: { PATH: '/nonexistent' } }],
  ])('is not used for %s', async (_, options) => {
    const { shown, stdout, stderr, code } = await printed(options);
    expect({ shown, stderr, code }).toEqual({ shown: [], stderr: '', code: 0 });
    expect(stdout).not.toBe('');
  });

  it('counts lines that wrap, and no colours', async () => {
    const wrapping = `${'x'.repeat(81)}\n`;
    expect((await printed({ text: wrapping })).shown).toEqual([]);
    expect((await printed({ text: `${wrapping}y\n` })).shown).toHaveLength(1);
    expect((await printed({ text: `\u001B[1m${'x'.repeat(80)}\u001B[22m\ny\n` })).shown).toEqual([]);
  });

  it.each([
    [
      { SACTL_PAGER: 'moar' },
      'sactl: SACTL_PAGER: there is no program "moar" in PATH (/nonexistent); this is printed without a pager\n',
    ],
    [{ PAGER: "less 'x" }, 'sactl: PAGER: a quote is not closed; this is printed without a pager\n'],
  ])('that is not there is said, and the text is printed: %j', async (env, stderr) => {
    const outcome = await printed({ env: { PATH: '/nonexistent', ...env } });
    expect(outcome).toEqual({ code: 0, stdout: three, stderr, shown: [] });
    expect(await printed({ env: { PATH: '/nonexistent', ...env }, flags: { quiet: true } })).toMatchObject({
      stdout: three,
      stderr: '',
    });
  });

  it('that cannot be started is said, and the text is printed', async () => {
    const stderr = 'sactl: PAGER: it cannot be started: permission denied (EACCES); this is printed without a pager\n';
    expect(await printed({ page: unstarted, env: { PAGER: 'most' } })).toMatchObject({
      code: 0,
      stdout: three,
      stderr,
    });
  });

  it('ends with the run where a signal ends it', async () => {
    const controller = new AbortController();
    function page(): Promise<never> {
      controller.abort(new Error('terminated'));
      return Promise.reject(new Error('killed'));
    }
    expect(await rejection(printed({ page, signal: controller.signal }))).toEqual(new Error('terminated'));
  });
});

/** A command on the sandbox, at a terminal of eight rows. */
async function paged(line: string): Promise<{ outcome: Outcome; shown: readonly string[] }> {
  const shown: string[] = [];
  const env = { PATH: await folderOf('less'), TERM: 'xterm', NO_COLOR: '1' };
  const outcome = await run(`${line} --sandbox`.split(' '), {
    terminal: 80,
    rows: 8,
    page: async (_, text) => void shown.push(text),
    env,
  });
  return { outcome, shown };
}

describe('a command at a terminal of eight rows', () => {
  it.each([
    ['sa list', /^NAME +STATUS/],
    ['sa get --id ci-deploy', /^Name: +ci-deploy/],
    ['config explain', /^SETTING/],
  ])('%s shows what it read in the pager', async (line, text) => {
    const { outcome, shown } = await paged(line);
    expect(outcome).toMatchObject({ code: 0, stdout: '' });
    expect(shown).toEqual([expect.stringMatching(text)]);
  });

  it.each(['sa list --json', 'sa list --limit 2', 'sa rotate --id ci-deploy --yes', 'sa create --name x --yes'])(
    '%s does not',
    async (line) => {
      const { outcome, shown } = await paged(line);
      expect(outcome.code).toBe(0);
      expect(outcome.stdout).not.toBe('');
      expect(shown).toEqual([]);
    },
  );
});
