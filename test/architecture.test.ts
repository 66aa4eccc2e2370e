import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, test } from 'vitest';

const source = fileURLToPath(new URL('../src', import.meta.url));

/** Rooms from the bottom up; a room imports from itself and from lower levels only (docs/architecture.md). */
const levels: readonly (readonly string[])[] = [
  ['model', 'files', 'programs', 'errors.ts', 'context.ts', 'version.ts'],
  ['http', 'config', 'output', 'state', 'sandbox', 'prompts', 'descriptor.ts', 'process-identity.ts'],
  ['providers'],
  ['delivery'],
  ['session'],
  ['fleet'],
  ['commands'],
  ['program.ts', 'built-file.ts'],
  ['main.ts', 'at-once.ts', 'start-anew.ts', 'code-cache.ts'],
  ['bin.ts'],
];

/** Where a package may be imported, statically or not. */
const homes: Readonly<Record<string, RegExp>> = {
  'jq-wasm': /^output\/jq-module\.ts$/,
  'node:child_process': /^programs\/program\.ts$/,
  undici: /^http\/(?:exchange|connect|connections|undici\.d)\.ts$/,
  'age-encryption': /^state\/(?:seal|x25519-recipient)\.ts$/,
  postgres: /^state\/store\/postgres-connection\.ts$/,
  hono: /^sandbox\//,
  'zod/mini': /^(?:providers|commands\/schema)\//,
  '@inquirer/prompts': /^prompts\/prompter\.ts$/,
  '@commander-js/extra-typings': /^(?:commands\/|session\/|program\.ts$)/,
};

/** Packages that are loaded only where they are used. */
const heavy = new Set(['age-encryption', 'jq-wasm', 'undici']);

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly isLazy: boolean;
  /** Of types alone, which are gone when the program runs. */
  readonly isType: boolean;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'));

/** Imports of every kind: of values, of types, and lazy ones. */
const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), 'utf8');
  const pattern = /(?:^|\n)(?:import|export)\s[^;]*?from\s+'([^']+)'|(?<lazy>import\()\s*'([^']+)'/g;
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    specifier: match[1] ?? match[3] ?? '',
    isLazy: match.groups?.['lazy'] !== undefined,
    isType: /^\s*(?:import|export) type\b/.test(match[0]) || file.endsWith('.d.ts'),
  }));
}

function roomOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function levelOf(path: string): number {
  return levels.findIndex((rooms) => rooms.includes(roomOf(path)));
}

function targetOf({ file, specifier }: Import): string {
  return relative(source, resolve(source, dirname(file), specifier)).replaceAll('\\', '/');
}

/** Every edge between two files of `src`. */
const edges = imports
  .filter(({ specifier }) => /^\.\.?\//.test(specifier))
  .map((edge) => ({ file: edge.file, target: targetOf(edge) }))
  .filter(({ target }) => files.includes(target));

/** Groups of nodes that can all reach each other (Tarjan); none where there is no cycle. */
function cyclesOf(pairs: readonly (readonly [string, string])[]): string[][] {
  const next = new Map<string, string[]>();
  for (const [from, to] of pairs) next.set(from, [...(next.get(from) ?? []), to]);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const cycles: string[][] = [];
  function visit(node: string): void {
    order.set(node, order.size);
    low.set(node, order.get(node) ?? 0);
    open.push(node);
    for (const to of next.get(node) ?? []) {
      if (!order.has(to)) visit(to);
      if (open.includes(to)) low.set(node, Math.min(low.get(node) ?? 0, low.get(to) ?? 0));
    }
    if (low.get(node) !== order.get(node)) return;
    const group = open.splice(open.indexOf(node));
    if (group.length > 1) cycles.push(group.toSorted());
  }
  for (const node of next.keys()) if (!order.has(node)) visit(node);
  return cycles;
}

/** Nouns and adapters are parallel: a verb or an idea has the same name in each. */
const parallel = /^(?:commands|providers|sandbox)\/[^/]+\//;

test('no file name stands more than three times outside the parallel folders', () => {
  const names = files.filter((file) => !parallel.test(file)).map((file) => file.split('/').at(-1) ?? '');
  const often = [...new Set(names)].filter((name) => names.filter((other) => other === name).length > 3);
  expect(often).toEqual([]);
});

describe('imports', () => {
  it('come from every room', () => {
    const rooms = new Set(files.filter((file) => !file.endsWith('.d.ts')).map(roomOf));
    expect(rooms).toEqual(new Set(levels.flat()));
  });

  it('are drawn in docs/architecture.md, a line for each level', () => {
    const text = readFileSync(fileURLToPath(new URL('../docs/architecture.md', import.meta.url)), 'utf8');
    const lines = text.split('\n').filter((line) => /^ {2}\w+\["/.test(line));
    const drawn = lines.map((line) => levels.find((rooms) => rooms.every((room) => line.includes(room))));
    expect(drawn.toReversed()).toEqual(levels);
  });

  it('point down, and never sideways into another room', () => {
    const wrong = edges.filter(({ file, target }) => {
      if (roomOf(target) === roomOf(file)) return false;
      return levelOf(target) > levelOf(file) || (levelOf(target) === levelOf(file) && levelOf(file) > 0);
    });
    expect(wrong).toEqual([]);
  });

  it('form no cycle, neither among files nor among rooms', () => {
    expect(cyclesOf(edges.map(({ file, target }) => [file, target]))).toEqual([]);
    const between = edges.filter(({ file, target }) => roomOf(file) !== roomOf(target));
    expect(cyclesOf(between.map(({ file, target }) => [roomOf(file), roomOf(target)]))).toEqual([]);
  });

  it('never go from one adapter to another, and an adapter does not know the registry', () => {
    const adapters = edges.filter(({ file }) => /^providers\/[^/]+\//.test(file));
    const wrong = adapters.filter(({ file, target }) => {
      const adapter = /^providers\/([^/]+)\//.exec(target)?.[1];
      return target === 'providers/registry.ts' || (adapter !== undefined && adapter !== file.split('/')[1]);
    });
    expect(wrong).toEqual([]);
  });

  it('of an emulator lead to no part of the client that it answers', () => {
    const allowed = new Set(['sandbox', ...(levels[0] ?? [])]);
    expect(edges.filter(({ file, target }) => roomOf(file) === 'sandbox' && !allowed.has(roomOf(target)))).toEqual([]);
  });

  it.each(Object.entries(homes))('of %s stay in one place', (name, home) => {
    const users = imports.filter(({ specifier }) => specifier === name || specifier.startsWith(`${name}/`));
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter(({ file }) => !home.test(file))).toEqual([]);
  });

  it('of what is heavy are lazy, and of what loads it, too', () => {
    const eager = imports.filter(({ isLazy, isType }) => !isLazy && !isType);
    const loads = new Set(
      eager.filter(({ specifier }) => heavy.has(specifier.split('/')[0] ?? '')).map(({ file }) => file),
    );
    for (const file of loads) {
      for (const edge of eager) if (targetOf(edge) === file) loads.add(edge.file);
    }
    // Everything that sends a request needs the two, and asks for them with the first one.
    expect([...loads].toSorted()).toEqual(['http/connect.ts', 'http/fetch.ts']);
  });

  it("of Node's own HTTP are the sandbox's server's", () => {
    const users = imports.filter(({ specifier }) => /^(?:node:)?https?2?$/.test(specifier));
    expect(users.map(({ file, specifier }) => `${file} ${specifier}`)).toEqual(['sandbox/server.ts node:http']);
  });

  it('of commander go through its typings', () => {
    expect(imports.filter(({ specifier }) => specifier === 'commander')).toEqual([]);
  });

  it('are told as cycles where there are some', () => {
    expect(
      cyclesOf([
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
        ['c', 'd'],
      ]),
    ).toEqual([['a', 'b', 'c']]);
  });
});
