// @module-tag slow
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { dist, program, useProgram, type Ended } from './commands/built-program.ts';
import { gatedNscale } from './kill/gate.ts';

// What only the built program in a process of its own can show.
const { home, node, sactl, inShell } = useProgram();

const token = /^\S{100,}\n$/;
const rotate = 'sa rotate --id ci-deploy --sandbox --yes';

describe('the built program', () => {
  it('prints version and help', async () => {
    expect(await sactl(['--version']).ended).toMatchObject({ code: 0, stdout: '0.1.0\n', stderr: '' });
    const help = await sactl(['--help']).ended;
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: sactl /);
  });

  it.each([
    ['sa list', 4],
    ['sa list --nope', 2],
    ['sa get --sandbox --id nobody', 3],
    ['sa get --sandbox --id inference-gateway', 5],
    ['sa get --sandbox --id scratch', 0],
  ])('exits after "%s" with %i', async (line, code) => {
    expect((await sactl(line.split(' ')).ended).code).toBe(code);
  });

  it('keeps the state of the sandbox from process to process', async () => {
    const create = 'sa create --sandbox --name kept -q .credential.value'.split(' ');
    const first = await sactl(create).ended;
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(token);
    const second = await sactl(create).ended;
    expect(second).toMatchObject({ code: 5, stdout: '' });
    expect(JSON.parse(second.stderr)).toMatchObject({ error: { code: 'exists' }, sandbox: true });
  });

  it.each(['', 'home', '.'])('takes HOME=%j for no home', async (HOME) => {
    const ended = sactl(['sa', 'list'], { HOME, NSCALE_SERVICE_TOKEN: 'x', SACTL_STATE_DIR: '' });
    expect(await ended.ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('HOME') });
  });

  it('reads a document from a pipe', async () => {
    const { child, ended } = sactl(['sa', 'create', '--sandbox', '--stdin', '-q', '.name, .credential.value']);
    child.stdin.end('{"name": "piped"}');
    expect(await ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^piped\n\S+\n$/) });
  });
});

describe('where stdout goes', () => {
  it('is no matter when its reader leaves a list', async () => {
    const outcome = await inShell("sa list --sandbox -q 'range(200000)'", '| head -1');
    expect(outcome).toMatchObject({ code: 0, stdout: '0\n', stderr: '' });
  });

  it('is a matter when its reader leaves before it has taken a credential and the rest', async () => {
    const line = `${rotate} -q '.credential.value, range(200000)'`;
    const outcome = await inShell(line, '| head -1');
    expect(outcome.code).toBe(8);
    expect(JSON.parse(outcome.stderr)).toMatchObject({
      error: {
        code: 'undelivered',
        message: expect.stringMatching(/could not be written to stdout: .*; it is kept$/),
        hint: expect.stringMatching(/^sactl recover deliver --id [0-9a-f-]{36} --sandbox$/),
      },
    });
  });

  it('may be a pipe that takes one line, when the credential is that line', async () => {
    const outcome = await inShell(`${rotate} -q .credential.value`, '| head -1');
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringMatching(token), stderr: '' });
  });

  it('may be nowhere for a list', async () => {
    expect(await inShell('sa list --sandbox', '>&-')).toMatchObject({ code: 0, stderr: '' });
  });

  it.each(['>&-', '>/dev/null'])('must be somewhere for a credential: %s', async (redirection) => {
    const outcome = await inShell(`${rotate} --debug --format yaml`, redirection);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain('stdout is closed or the null device');
    expect(outcome.stderr).not.toContain('POST');
  });

  it.runIf(existsSync('/dev/full'))('may be a full disk', async () => {
    const reason = 'no space left on device (ENOSPC)';
    const list = await inShell('sa list --sandbox', '>/dev/full');
    expect(list).toMatchObject({ code: 1, stderr: `[sandbox] sactl: cannot write to stdout: ${reason}\n` });
    const kept = await inShell(`${rotate} --format yaml`, '>/dev/full');
    expect(kept.code).toBe(8);
    expect(kept.stderr).toContain(`could not be written to stdout: ${reason}; it is kept`);
    for (const line of ['--version', '--help', 'help targets']) {
      const stderr = `sactl: cannot write to stdout: ${reason}\n`;
      expect(await inShell(line, '>/dev/full')).toMatchObject({ code: 1, stdout: '', stderr });
    }
  });

  it.runIf(existsSync('/dev/full'))('is all that counts: stderr may be full', async () => {
    const line = `${rotate} -q .credential.value --debug 2>/dev/full`;
    expect(await inShell(line)).toMatchObject({ code: 0, stdout: expect.stringMatching(token) });
  });
});

describe('a credential that stdout did not take', () => {
  it('is spoken of by every command until it is recovered', async () => {
    const list = 'sa list --sandbox -q length';
    const message = 'a new credential has not been delivered: sactl recover list --sandbox';
    const reminder = `${JSON.stringify({ note: { message }, sandbox: true })}\n`;
    const { stderr } = await inShell(`${rotate} -q '.credential.value, range(200000)'`, '| head -1');
    const [, id = ''] = /recover deliver --id (\S+)/.exec(stderr) ?? [];
    expect(await inShell(list)).toMatchObject({ code: 0, stderr: reminder });
    expect(await inShell(`${list} --quiet`)).toMatchObject({ code: 0, stderr: '' });
    const deliver = `recover deliver --sandbox --id ${id} --yes -q .credential.value`;
    expect(await inShell(deliver)).toMatchObject({ code: 0, stdout: expect.stringMatching(token), stderr: '' });
    expect(await inShell(list)).toMatchObject({ code: 0, stdout: '13\n', stderr: '' });
  });
});

/** What becomes of a rotation to a file, which has the credential in any case. */
async function rotateToFile(redirection: string): Promise<Ended> {
  const { env, isLive } = await gatedNscale(() => false);
  const outcome = await inShell('sa rotate --id ci-deploy --yes --to file:token', redirection, env);
  const path = join(home(), 'token');
  expect(isLive(await readFile(path, 'utf8'))).toBe(true);
  expect((await stat(path)).mode & 0o7777).toBe(0o600);
  expect(await inShell('recover list --json', '', env)).toMatchObject({ stdout: '[]\n' });
  return outcome;
}

describe('a credential that goes to a file', () => {
  it.each(['| head -c0', '>&-', '>/dev/null'])('is there whatever becomes of stdout: %s', async (redirection) => {
    expect(await rotateToFile(redirection)).toMatchObject({ code: 0, stderr: '' });
  });

  it.runIf(existsSync('/dev/full'))('is there when nothing can be said of it', async () => {
    const { code, stderr } = await rotateToFile('>/dev/full');
    expect(code).toBe(6);
    expect(stderr).toMatch(
      /^sactl: nscale service account ci-deploy \(\S+\) was rotated, but the result was not printed: cannot write to stdout: no space left on device \(ENOSPC\)\n$/,
    );
  });
});

describe('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends a read that gets no answer with %i', async (signal, code) => {
    const { env, reached } = await gatedNscale((method) => method === 'GET');
    const { child, ended } = sactl(['sa', 'list'], env);
    await reached;
    child.kill(signal);
    expect(await ended).toMatchObject({ code, stdout: '', stderr: 'sactl: interrupted; nothing was changed\n' });
  });

  it('ends the wait for a document', async () => {
    const { child, ended } = sactl('sa create --sandbox --stdin --format yaml'.split(' '));
    child.stdin.on('error', () => undefined);
    // More than a pipe holds: once it is taken, the program is reading.
    await new Promise((taken) => child.stdin.write(' '.repeat(1024 * 1024), taken));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stdout: '' });
  });

  it('ends a filter that has no end', async () => {
    const { child, ended } = sactl(['sa', 'list', '--sandbox', '-q', 'def f: f; f']);
    const again = setInterval(() => child.kill('SIGINT'), 200);
    onTestFinished(() => clearInterval(again));
    const { code, signal, stdout } = await ended;
    expect(stdout).toBe('');
    expect(signal === 'SIGINT' || code === 130).toBe(true);
  });
});

/** Text that each library, and nothing else, brings into the chunk it is bundled in. */
const libraries = {
  undici: 'undici:request:create',
  zod: 'ZodMini',
  yaml: 'YAMLParseError',
  'jq-wasm': 'jq-wasm',
  '@inquirer/prompts': 'AbortPromptError',
  postgres: 'MAX_PARAMETERS_EXCEEDED',
};

/** What is there only where a state store is named: libraries, and texts of our own code for stores. */
const storeLibraries = new Set(['postgres']);
const storeTexts = [
  'AWS4-HMAC-SHA256',
  'simultaneous writers',
  'newest generation',
  'x-amz-content-sha256',
  'clock_timestamp',
  'labelSelector',
];

/** The libraries in these chunks. */
async function librariesIn(files: readonly string[]): Promise<readonly string[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return Object.entries(libraries)
    .filter(([, marker]) => texts.some((code) => code.includes(marker)))
    .map(([name]) => name);
}

/** The texts of state stores in these chunks. */
async function textsIn(files: readonly string[]): Promise<readonly string[]> {
  const code = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
  return storeTexts.filter((text) => code.includes(text));
}

async function loadedBy(argv: readonly string[]): Promise<{ files: string[]; title: string }> {
  const hook = join(home(), 'hook.cjs');
  const report = join(home(), 'loaded.json');
  await writeFile(
    hook,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(report)},
      JSON.stringify({ files: Object.keys(require.cache), title: process.title })))`,
  );
  const { code } = await node(['--require', hook, program, ...argv]).ended;
  expect(code).toBe(0);
  const loaded = JSON.parse(await readFile(report, 'utf8')) as { files: string[]; title: string };
  return { ...loaded, files: loaded.files.filter((file) => file !== hook) };
}

describe('starting', () => {
  it.each(['--version', 'completion bash', '--help', 'sa rotate --help', 'help exit-codes'])(
    'loads no large library for %s',
    async (line) => {
      const { files } = await loadedBy(line.split(' '));
      expect(files).toContain(program);
      expect(await librariesIn(files)).toEqual([]);
      expect(files.filter((file) => !file.startsWith(dist))).toEqual([]);
    },
  );

  it('loads one file for what is answered at once', async () => {
    for (const line of ['--version', 'completion zsh', 'sa rotate --help']) {
      const { files } = await loadedBy(line.split(' '));
      expect(files.filter((file) => !/rolldown-runtime/.test(file))).toEqual([program]);
    }
  });

  it('keeps what was compiled where Node can, and only then', async () => {
    const isKept = 'enableCompileCache' in process.getBuiltinModule('node:module');
    await sactl(['sa', 'list', '--sandbox']).ended;
    expect(existsSync(join(home(), '.cache', 'sactl'))).toBe(isKept);
    await sactl(['--version']).ended;
    const again = await sactl(['sa', 'list', '--sandbox', '-q', 'length']).ended;
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\n$/) });
  });

  it('would see each of them', async () => {
    const names = (await readdir(dist)).filter((name) => name.endsWith('.cjs'));
    const chunks = names.map((name) => join(dist, name));
    expect(await librariesIn(chunks)).toEqual(Object.keys(libraries));
    expect(await textsIn(chunks)).toEqual(storeTexts);
  });

  it.each(['sa list --sandbox -q length', 'sa rotate --id ci-deploy --sandbox --yes --to file:token'])(
    'loads nothing of a state store where none is named: %s',
    async (line) => {
      const { files } = await loadedBy(line.split(' '));
      const loaded = await librariesIn(files);
      expect(loaded).toContain('zod');
      expect(loaded.filter((name) => storeLibraries.has(name))).toEqual([]);
      expect(await textsIn(files)).toEqual([]);
    },
  );

  it('loads a YAML parser only for a configuration that needs it', async () => {
    const folder = join(home(), '.config', 'sactl');
    await mkdir(folder, { recursive: true });
    const path = join(folder, 'config.json');
    await writeFile(path, '{}');
    const line = 'sa list --sandbox'.split(' ');
    expect(await librariesIn((await loadedBy(line)).files)).not.toContain('yaml');
    await rename(path, join(folder, 'config.yaml'));
    expect(await librariesIn((await loadedBy(line)).files)).toContain('yaml');
  });

  it('calls the process sactl', async () => {
    expect((await loadedBy(['help', 'targets'])).title).toBe('sactl');
  });
});
