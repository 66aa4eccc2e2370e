import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import type { Context } from '../src/context.ts';
import { createFetch } from '../src/http/fetch.ts';
import { createNscaleEmulator } from '../src/sandbox/nscale/app.ts';
import { organizationId, sandboxTokens } from '../src/sandbox/nscale/seed-ids.ts';
import { seedNscale } from '../src/sandbox/nscale/seed.ts';
import { serve } from '../src/sandbox/server.ts';
import { testNow } from './harness/context.ts';
import { run, type Outcome } from './harness/run.ts';
import { freshStateDirectory } from './harness/state.ts';

const source = fileURLToPath(new URL('../src/', import.meta.url));

/** So many files a reader meets on the way of one rotation, and no more. */
const mostFiles = 115;

/** The files that docs/architecture.md names as the steps of this way, but for `bin.ts`, which starts the process. */
async function documentedFiles(): Promise<readonly string[]> {
  const text = await readFile(new URL('../docs/architecture.md', import.meta.url), 'utf8');
  const steps = [...text.matchAll(/^\d+\. `src\/([\w./-]+)`/gm)].map(([, file = '']) => file);
  return steps.filter((file) => file !== 'bin.ts');
}

/** Files of `src` in which a function ran during the work, by V8's own count, e.g. `delivery/deliver.ts`. */
async function filesThatRan(work: () => Promise<unknown>): Promise<readonly string[]> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await work();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  session.disconnect();
  const ran = result.filter(({ functions }) =>
    functions.some(({ functionName, ranges }) => functionName !== '' && ranges.some(({ count }) => count > 0)),
  );
  return ran.flatMap(({ url }) => pathInSource(url) ?? []).toSorted();
}

function pathInSource(url: string): string | null {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  return path.startsWith(source) ? path.slice(source.length).replaceAll('\\', '/') : null;
}

function neverTimesOut(): ReturnType<Context['timeout']> {
  return { signal: new AbortController().signal, clear: () => undefined };
}

/** Rotates over real HTTP, as a user would. */
async function rotate(url: string, folder: string): Promise<Outcome> {
  return run(['sa', 'rotate', '--id', 'ci-deploy', '--to', 'file:t', '--yes'], {
    cwd: folder,
    homeDirectory: folder,
    fetch: createFetch({ timeout: neverTimesOut, nodeVersion: process.versions.node }),
    env: {
      SACTL_STATE_DIR: freshStateDirectory(),
      NSCALE_IDENTITY_SERVICE_API_ENDPOINT: url,
      NSCALE_ORGANIZATION_ID: organizationId,
      NSCALE_SERVICE_TOKEN: sandboxTokens.administrator,
    },
  });
}

test(`the way of one rotation runs through the files that the architecture names, and at most ${mostFiles}`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sactl-'));
  const emulator = createNscaleEmulator({ now: () => testNow, state: seedNscale(testNow) });
  const server = await serve(emulator, { port: 0 });
  try {
    // The first run loads what is lazy; what is at the top of a module is not counted.
    expect(await rotate(server.url, folder)).toMatchObject({ code: 0, stderr: '' });
    const first = await readFile(join(folder, 't'), 'utf8');
    const outcomes: Outcome[] = [];
    const files = (await filesThatRan(async () => outcomes.push(await rotate(server.url, folder)))).filter(
      (file) => !file.startsWith('sandbox/'),
    );
    expect(outcomes).toMatchObject([{ code: 0, stderr: '' }]);
    expect(await readFile(join(folder, 't'), 'utf8')).not.toBe(first);
    expect(files).toContain('delivery/targets/file.ts');
    expect((await documentedFiles()).filter((file) => !files.includes(file))).toEqual([]);
    expect(files.slice(mostFiles)).toEqual([]);
    // Without a store, nothing of one runs.
    expect(files.filter((file) => /^state\/(?:shared|store)\/|seal|shared-state/.test(file))).toEqual([]);
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
});
