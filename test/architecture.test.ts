import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../src', import.meta.url));

/** Rooms from the bottom up; a room may import from its own and from lower levels only. */
const levels = [
  ['model', 'files', 'errors.ts', 'context.ts', 'version.ts', 'built-file.ts'],
  ['http', 'config', 'output', 'journal', 'audit', 'sandbox', 'prompter.ts', 'descriptor.ts'],
  ['providers'],
  ['delivery'],
  ['commands'],
  ['program.ts'],
  ['main.ts', 'at-once.ts'],
  ['bin.ts'],
] as const;

/** Where a package may be imported, statically or not. */
const homes: Readonly<Record<string, RegExp>> = {
  'jq-wasm': /^output\/jq\.ts$/,
  undici: /^http\/transport\.ts$/,
  lilconfig: /^config\/read-file\.ts$/,
  hono: /^sandbox\//,
  'zod/mini': /^providers\//,
  '@inquirer/prompts': /^prompter\.ts$/,
  '@commander-js/extra-typings': /^(?:commands\/|program\.ts$)/,
};

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly isLazy: boolean;
}

const imports = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => path.replaceAll('\\', '/'))
  .flatMap(importsOf);

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), 'utf8');
  const pattern = /(?:^|\n)(?:import|export)\s[^;]*?from\s+'([^']+)'|(?<lazy>import\()'([^']+)'/g;
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    specifier: match[1] ?? match[3] ?? '',
    isLazy: match.groups?.['lazy'] !== undefined,
  }));
}

function roomOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function levelOf(path: string): number {
  return levels.findIndex((rooms) => (rooms as readonly string[]).includes(roomOf(path)));
}

function targetOf({ file, specifier }: Import): string {
  return relative(source, resolve(source, dirname(file), specifier)).replaceAll('\\', '/');
}

describe('imports', () => {
  const local = imports.filter(({ specifier }) => /^\.\.?\//.test(specifier));

  it('come from every room', () => {
    const rooms = new Set(imports.map(({ file }) => roomOf(file)));
    expect(rooms).toEqual(new Set(levels.flat().filter((room) => room !== 'errors.ts')));
  });

  it('point down, and never sideways into another room', () => {
    const wrong = local.filter((edge) => {
      const target = targetOf(edge);
      if (target === '../package.json' || roomOf(target) === roomOf(edge.file)) return false;
      return levelOf(target) >= levelOf(edge.file) && levelOf(edge.file) > 0;
    });
    expect(wrong).toEqual([]);
  });

  it('never go from one adapter to another', () => {
    const adapters = local.filter(({ file }) => /^providers\/[^/]+\//.test(file));
    const wrong = adapters.filter((edge) => {
      const target = /^providers\/([^/]+)\//.exec(targetOf(edge))?.[1];
      return target !== undefined && target !== edge.file.split('/')[1];
    });
    expect(wrong).toEqual([]);
  });

  it.each(Object.entries(homes))('of %s stay in one place', (name, home) => {
    const users = imports.filter(({ specifier }) => specifier === name || specifier.startsWith(`${name}/`));
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter(({ file }) => !home.test(file))).toEqual([]);
  });

  it('of what is heavy are lazy', () => {
    const heavy = new Set(['jq-wasm', 'undici', 'lilconfig']);
    expect(imports.filter(({ specifier, isLazy }) => heavy.has(specifier) && !isLazy)).toEqual([]);
  });
});
