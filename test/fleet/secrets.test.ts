// @module-tag slow
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { issuingProviders as providers } from '../harness/providers.ts';
import { impatient } from '../outcomes/world.ts';
import { faultsByChance, seeded } from './seeded.ts';
import type { Server } from './servers.ts';
import { createWorld, toFiles, type World } from './world.ts';

interface Watched {
  readonly world: World;
  /** Everything that lets somebody in: what was issued, what the callers sign in with, access tokens. */
  readonly secrets: () => readonly string[];
}

function watched(seed: number): Watched {
  const random = seeded(seed);
  const tokens = new Set<string>();
  const world = createWorld({
    providers,
    accounts: 25,
    faults: providers.flatMap((provider) => faultsByChance(random, { provider, from: 4, requests: 150, share: 0.3 })),
    network: (fetch) => async (input, init) => {
      const response = await fetch(input, init);
      const text = await response
        .clone()
        .text()
        .catch(() => '');
      const token = /"(?:accessToken|access_token)":"([^"]+)"/.exec(text)?.[1];
      if (token !== undefined) tokens.add(token);
      return response;
    },
  });
  return { world, secrets: () => [...tokens, ...Object.values(world.servers).flatMap(secretsOf)] };
}

function secretsOf(server: Server): readonly string[] {
  const own = Object.entries(server.env).filter(([name]) => /TOKEN|SECRET/.test(name));
  const issued = server.accounts().flatMap(({ id }) => server.issuedTo(id));
  return own.map(([, value]) => value).concat(issued);
}

/** Whatever a run says, and where. */
function saidIn({ folder, stateDirectory }: World): readonly (readonly [string, string])[] {
  const paths = [
    ...['report.md', 'report.json', 'summary'].map((name) => join(folder, name)),
    join(stateDirectory, 'audit.jsonl'),
  ];
  return paths.flatMap((path) => (existsSync(path) ? [[path, readFileSync(path, 'utf8')] as const] : []));
}

describe('no secret is said, whatever goes wrong,', () => {
  it.each([
    ['as a table', ['--report', 'report.md']],
    ['as JSON', ['--json', '--report', 'report.json']],
    ['as csv', ['--format', 'csv']],
    ['as yaml', ['--format', 'yaml']],
    ['by a filter', ['-q', '.. | strings']],
  ])('%s', async (_, flags) => {
    const { world, secrets } = watched(flags.length);
    const argv = ['sa', 'rotate', '--provider', 'all', '--all', ...toFiles, '--yes', '--debug'];
    const env = { GITHUB_STEP_SUMMARY: join(world.folder, 'summary') };
    const run = await world.run([...argv, ...flags], { env, timeout: impatient(30_000) });
    const said = [['stdout', run.stdout] as const, ['stderr', run.stderr] as const, ...saidIn(world)];
    const all = secrets();
    expect(all.length).toBeGreaterThan(50);
    expect(run.stderr).toContain('POST https://');
    const told = said.filter(([, text]) => all.some((secret) => text.includes(secret)));
    expect(told.map(([where]) => where)).toEqual([]);
  });

  it('but to the log of a job that masks it, before anything else', async () => {
    const world = createWorld({ accounts: 3 });
    const argv = ['sa', 'rotate', '--all', ...toFiles, '--yes', '--json'];
    const { stdout, stderr } = await world.run(argv, { env: { GITHUB_ACTIONS: 'true', CI: 'true' } });
    const issued = world.servers.nscale?.accounts().flatMap(({ id }) => world.servers.nscale?.issuedTo(id) ?? []) ?? [];
    const lines = stderr.split('\n');
    const telling = lines.filter((line) => issued.some((secret) => line.includes(secret)));
    expect(telling.toSorted()).toEqual(issued.map((secret) => `::add-mask::${secret}`).toSorted());
    expect(issued.some((secret) => stdout.includes(secret))).toBe(false);
  });
});
