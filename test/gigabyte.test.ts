// @module-tag slow
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { describe, expect, it, onTestFinished } from 'vitest';

import { createNscaleEmulator } from '../src/sandbox/nscale/app.ts';
import { seedNscale } from '../src/sandbox/nscale/seed.ts';
import { sandboxTokens } from '../src/sandbox/nscale/seed-ids.ts';
import { serve } from '../src/sandbox/server.ts';
import { program, useProgram, type Environment } from './commands/built-program.ts';

// What the built program takes of memory when somebody sends it a gigabyte, and how it ends.
const { home, node } = useProgram();

/** The heap that Node is given, in MiB: a program that kept what it is sent would end for the lack of it. */
const heap = 128;

/** All that the process may ever have taken, in MiB; it takes 60 to do nothing. */
const most = 300;

interface Measured {
  readonly code: number | null;
  readonly stderr: string;
  readonly peak: number;
}

/** Runs the program in a small heap, and tells how much memory it took at most, in MiB. */
async function measure(argv: readonly string[], env: Environment, stdin = ''): Promise<Measured> {
  const probe = join(home(), 'probe.cjs');
  const path = join(home(), 'peak');
  await writeFile(
    probe,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(path)}, String(process.resourceUsage().maxRSS)));`,
  );
  const flags = [`--max-old-space-size=${heap}`, '--require', probe];
  const { child, ended } = node([...flags, program, ...argv], env);
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const { code, stderr } = await ended;
  return { code, stderr, peak: Number(await readFile(path, 'utf8')) / 1024 };
}

const mebibyte = new Uint8Array(1024 * 1024).fill(0x20);

function blanks(count: number): ReadableStream<Uint8Array> {
  let left = count;
  return new ReadableStream({
    pull: (stream) => {
      left -= 1;
      if (left < 0) stream.close();
      else stream.enqueue(mebibyte.slice());
    },
  });
}

const zeros = Buffer.alloc(16 * 1024 * 1024);
const gzipped = gzipSync(zeros);
const brotli = brotliCompressSync(Buffer.concat(Array.from({ length: 8 }, () => zeros)), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
});

/** The one that is small enough to be kept. */
const deepest = 'a hundred thousand levels of JSON';

const answers: readonly [name: string, answer: () => Response][] = [
  ['a body that never ends', () => new Response(blanks(Infinity))],
  ['a gibibyte, with its length', () => new Response(blanks(1024), { headers: { 'content-length': String(2 ** 30) } })],
  ['a gibibyte, without its length', () => new Response(blanks(1024))],
  [
    'a gibibyte, packed',
    () =>
      new Response(Buffer.concat(Array.from({ length: 64 }, () => gzipped)), {
        headers: { 'content-encoding': 'gzip' },
      }),
  ],
  ['128 MiB, packed more tightly', () => new Response(brotli, { headers: { 'content-encoding': 'br' } })],
  [deepest, () => new Response('['.repeat(100_000) + ']'.repeat(100_000))],
  ['16 million empty objects', () => new Response(`[${'{},'.repeat(16_000_000)}{}]`)],
];

/** nscale, which gives this answer to reads of the list or to changes, once it has done what was asked. */
async function spoiledNscale(spoils: 'list' | 'change', answer: () => Response): Promise<Environment> {
  const emulator = createNscaleEmulator({ state: seedNscale(Date.now()), now: Date.now });
  const server = await serve(
    {
      fetch: async (request) => {
        const isChange = request.method !== 'GET';
        const isList = !isChange && request.url.endsWith('/serviceaccounts');
        const response = await emulator.fetch(request);
        return (spoils === 'list' ? isList : isChange) ? answer() : response;
      },
    },
    { port: 0 },
  );
  onTestFinished(server.close);
  return { NSCALE_IDENTITY_SERVICE_API_ENDPOINT: server.url, NSCALE_SERVICE_TOKEN: sandboxTokens.administrator };
}

describe.each(answers)('a provider that sends %s', (name, answer) => {
  it('instead of a list is cut off: exit 1', async () => {
    const env = await spoiledNscale('list', answer);
    const { code, stderr, peak } = await measure(['sa', 'list', '--json'], env);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/"code":"(?:too_large|bad_answer)"/) });
    expect(peak).toBeLessThan(most);
  }, 60_000);

  it('instead of a new token is a lost answer, or one that is kept and cannot be read', async () => {
    const env = await spoiledNscale('change', answer);
    const argv = 'sa rotate --id ci-deploy --yes --json --to file:token'.split(' ');
    const { code, stderr, peak } = await measure(argv, env);
    const isKept = name === deepest;
    expect({ code, stderr }).toEqual({
      code: isKept ? 8 : 7,
      stderr: expect.stringContaining(isKept ? '"undelivered"' : '"unknown_outcome"'),
    });
    expect(await readdir(join(home(), 'state', 'journal'))).toHaveLength(1);
    expect(peak).toBeLessThan(most);
  }, 60_000);
});

describe('a gigabyte from elsewhere', () => {
  const sandbox = { SACTL_SANDBOX: '1' };
  const create = 'sa create --json'.split(' ');

  it('on standard input: exit 2', async () => {
    const stdin = 'x'.repeat(64 * 1024 * 1024);
    const { code, stderr, peak } = await measure([...create, '--stdin'], sandbox, stdin);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('larger than 1 MiB') });
    expect(peak).toBeLessThan(most);
  });

  it.runIf(process.platform !== 'win32')('from the command of a profile: exit 4', async () => {
    const profile = { provider: 'nscale', credential: { command: ['cat', '/dev/zero'] } };
    const config = join(home(), 'config.json');
    await writeFile(config, JSON.stringify({ profile: 'p', profiles: { p: profile } }));
    const { code, stderr, peak } = await measure(['whoami', '--json'], { SACTL_CONFIG: config });
    expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining('wrote more than 64 KiB') });
    expect(peak).toBeLessThan(most);
  });

  const large: readonly [file: string, argv: readonly string[], env: Environment, said: string][] = [
    ['an input document', [...create, '-f', 'large'], sandbox, 'larger than 1 MiB'],
    ['a filter', ['whoami', '--query-file', 'large'], sandbox, 'larger than 1 MiB'],
    ['a configuration', ['whoami', '--json'], { SACTL_CONFIG: '~/large.json' }, 'larger than 1 MiB'],
    ['a CA file', ['whoami', '--json', '--ca-cert', 'large'], { NSCALE_SERVICE_TOKEN: 'x' }, 'EFBIG'],
  ];

  it.each(large)('in %s: exit 2', async (_file, argv, env, said) => {
    for (const name of ['large', 'large.json']) {
      await writeFile(join(home(), name), ' '.repeat(64 * 1024 * 1024));
    }
    const { code, stderr, peak } = await measure(argv, env);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(said) });
    expect(peak).toBeLessThan(most);
  });

  const kept: readonly [file: string, size: number, argv: string, code: number, said: string][] = [
    ['journal/00000000.jsonl', 2 ** 30, 'recover list -q .[].state', 0, ''],
    ['audit.jsonl', 2 ** 27, 'audit list --json', 0, '1 line'],
    ['augment/inventory.json', 2 ** 30, 'sa list --provider augment --json', 1, 'larger than 16 MiB'],
  ];

  it.each(kept)(
    'in what is kept, %s of %i bytes: %s',
    async (file, size, argv, code, said) => {
      const path = join(home(), 'state', file);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, '', { mode: 0o600 });
      await truncate(path, size);
      const env = { AUGMENT_SESSION_AUTH: '{"accessToken":"x","tenantURL":"https://x.example"}' };
      const ran = await measure(argv.split(' '), env);
      expect(ran).toMatchObject({ code, stderr: expect.stringContaining(said) });
      expect(ran.peak).toBeLessThan(most);
    },
    30_000,
  );
});
