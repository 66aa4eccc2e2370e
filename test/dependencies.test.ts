import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
}

interface Manifest {
  readonly license: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

function manifestOf(path: string): Manifest {
  return JSON.parse(read(path)) as Manifest;
}

/** The rows of docs/dependencies.md whose first cell is a package: its name, version, licence, and what it is for. */
function rows(): readonly (readonly string[])[] {
  return read('docs/dependencies.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:package|peer) \|/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const { dependencies = {}, devDependencies, peerDependencies } = manifestOf('package.json');
const packages = { ...dependencies, ...devDependencies, ...peerDependencies };

test('every package has one row in docs/dependencies.md, and every row a package', () => {
  const names = rows().map(([name]) => name);
  expect(new Set(names)).toEqual(new Set(Object.keys(packages)));
  expect(names).toHaveLength(Object.keys(packages).length);
});

test('the rows have the versions that are pinned', () => {
  expect(Object.fromEntries(rows().map(([name, version]) => [name, version]))).toEqual(packages);
});

test('the rows have the licences that the packages say', () => {
  const installed = rows().filter(([name = '']) => !(name in peerDependencies));
  const said = installed.map(([name, , licence]) => [name, licence]);
  const real = installed.map(([name]) => [name, manifestOf(`node_modules/${name}/package.json`).license]);
  expect(said).toEqual(real);
});

test('every row says what the package is for', () => {
  for (const row of rows()) expect(row.slice(3).join('')).not.toBe('');
});
