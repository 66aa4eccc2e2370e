import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import manifest from '../../package.json' with { type: 'json' };

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, '.github/workflows');

type Permissions = Readonly<Record<string, string>>;

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly permissions?: Permissions;
  readonly steps?: readonly Step[];
  readonly needs?: string | readonly string[];
  readonly environment?: string;
  readonly 'timeout-minutes'?: number;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Permissions;
  readonly jobs: Readonly<Record<string, Job>>;
}

const texts = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

function workflow(name: string): Workflow {
  return parse(texts.get(name) ?? '') as Workflow;
}

describe.each([...texts])('%s', (name, text) => {
  const { permissions, jobs } = workflow(name);
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);

  it('names what it uses by commit, and says which version that is', () => {
    const used = [...text.matchAll(/^.*\buses: *(.*)$/gm)].map(([, action]) => action ?? '');
    const ours = used.filter((action) => action.startsWith('./'));
    expect(ours.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const theirs = used.filter((action) => !ours.includes(action));
    expect(theirs.length).toBeGreaterThan(0);
    const pinned = /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
    expect(theirs.filter((action) => !pinned.test(action))).toEqual([]);
  });

  it('uses one version of each action, and the same as the others', () => {
    const used = new Set([...texts.values()].flatMap((other) => other.match(/[\w-]+\/[\w-]+@\w{40}/g)));
    const names = [...used].map((action) => action?.split('@')[0]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('may write nothing unless a job says so, and leaves no token in the clone', () => {
    for (const right of Object.values(permissions)) expect(right).toBe('read');
    const clones = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const clone of clones) expect(clone.with).toEqual({ 'persist-credentials': false });
  });

  it('ends, whatever hangs', () => {
    const own = Object.values(jobs).filter((job) => job.uses === undefined);
    for (const job of own) expect(job['timeout-minutes']).toBeLessThanOrEqual(20);
  });

  it('runs scripts that there are', () => {
    const scripts = steps
      .flatMap(({ run }) => [...(run ?? '').matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)])
      .map(([, script]) => script);
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts));
  });

  it('puts nothing from outside into a shell but by variables', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
  });
});

describe('the release', () => {
  const { on, permissions, jobs } = workflow('release.yml');

  it('starts with a tag, and has no rights of its own', () => {
    expect(on).toEqual({ push: { tags: ['v*.*.*'] } });
    expect(permissions).toEqual({});
  });

  it('gives each job what it needs and no more', () => {
    const read = { contents: 'read' };
    const rights = Object.entries(jobs).map(([name, job]) => [name, job.permissions]);
    expect(Object.fromEntries(rights)).toEqual({
      check: read,
      test: read,
      package: read,
      executable: read,
      publish: { ...read, 'id-token': 'write', attestations: 'write' },
      release: { contents: 'write' },
    });
  });

  it('publishes what was checked, tested and built, with provenance and without a token', () => {
    expect(jobs['test']).toMatchObject({ needs: 'check', uses: './.github/workflows/ci.yml' });
    expect(jobs['package']?.needs).toBe('test');
    expect(jobs['executable']?.needs).toBe('test');
    expect(jobs['publish']).toMatchObject({ needs: ['package', 'executable'], environment: 'npm' });
    expect(jobs['release']?.needs).toBe('publish');
    const publishing = jobs['publish']?.steps?.map(({ run }) => run ?? '').join('\n');
    expect(publishing).toMatch(/npm publish .* --provenance/);
    expect(texts.get('release.yml')).not.toContain('secrets.');
  });

  it('runs nobody else’s code where it may write', () => {
    for (const name of ['publish', 'release']) {
      const commands = jobs[name]?.steps?.map(({ run }) => run ?? '').join('\n');
      expect(commands).not.toMatch(/npm (?:ci|install|test|exec)|npx/);
    }
  });
});
