import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { durableKinds, targetKinds } from '../src/delivery/targets/kinds.ts';
import { providerNames } from '../src/model/account.ts';
import { registry } from '../src/providers/registry.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const folders = ['docs', 'examples', '.github'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
);
const pages = [...readdirSync(root), ...folders].filter((path) => path.endsWith('.md'));

/** Where the links of a page lead, without those to other sites. */
function linksOf(page: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/```[^]*?```|(?<!`)`[^`\n]+`(?!`)/g, '`');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** What GitHub calls the headings of a page. */
function anchorsOf(path: string): readonly string[] {
  const headings = readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isDead(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(file)) return true;
  return anchor !== undefined && !anchorsOf(file).includes(anchor);
}

describe.each(pages)('%s', (page) => {
  it('has no link that leads nowhere', () => {
    expect(linksOf(page).filter((target) => isDead(page, target))).toEqual([]);
  });
});

describe('docs/architecture.md', () => {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const steps = [...text.matchAll(/^\d+\. `(src\/[\w./-]+)` `(\w+)`:/gm)].map(([, file = '', name = '']) => ({
    file,
    name,
  }));

  it('names files and folders that are there', () => {
    const paths = [...text.matchAll(/`((?:src|test|docs|scripts)\/[\w./-]+)`/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(60);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('follows a rotation through functions that are there, in at most 15 steps', () => {
    expect(steps.length).toBeGreaterThan(10);
    expect(steps.length).toBeLessThanOrEqual(15);
    const missing = steps.filter(({ file, name }) => {
      const declaration = new RegExp(`(?:function|const) ${name}\\b|^ +${name}: `, 'm');
      return !declaration.test(readFileSync(join(root, file), 'utf8'));
    });
    expect(missing).toEqual([]);
  });

  it('enters no folder more than twice on that way', () => {
    const visited = steps.map(({ file }) => dirname(file));
    const entered = visited.filter((folder, index) => folder !== visited[index - 1]);
    expect(entered.filter((folder) => entered.filter((other) => other === folder).length > 2)).toEqual([]);
  });
});

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** The part of a text that this finds first. */
function partOf(page: string, pattern: RegExp): string {
  return pattern.exec(read(page))?.[0] ?? '';
}

function designSection(number: number): string {
  return partOf('docs/design.md', new RegExp(String.raw`^## ${number}\. [^]*?(?=^## )`, 'm'));
}

describe('the texts that are not generated', () => {
  const fullNames = providerNames.map((name) => registry[name].fullName);

  it.each([
    ['the first line of README.md', partOf('README.md', /^`sactl` .*$/m)],
    ['the description in package.json', partOf('package.json', /"description": .*/)],
    ['the row "provider" of docs/glossary.md', partOf('docs/glossary.md', /^\| provider \|.*$/m)],
    ['the introduction of docs/design.md', partOf('docs/design.md', /^[^]*?(?=^## )/m)],
  ])('name every provider in full: %s', (_, text) => {
    expect(fullNames.filter((name) => !text.includes(name))).toEqual([]);
  });

  it.each<readonly [string, string]>([
    ...[2, 4, 5, 6, 7].map((number) => [`docs/design.md ${number}`, designSection(number)] as const),
    ...['scripts', 'sandbox', 'targets'].map(
      (name) => [`the guide to ${name}`, read(`docs/guide/${name}.md`)] as const,
    ),
    ['docs/faults.md', partOf('docs/faults.md', /^The .*$/m)],
    ['the introduction of docs/reference.md, from scripts/manual', partOf('docs/reference.md', /^Manages .*$/m)],
  ])('name every provider: %s', async (_, text) => {
    const titles = await Promise.all(providerNames.map(async (name) => (await registry[name].load()).title));
    expect(titles.filter((title) => !text.includes(title))).toEqual([]);
  });

  it.each([
    ['docs/design.md 6', designSection(6)],
    ['the guide to targets', read('docs/guide/targets.md')],
  ])('name every kind of target: %s', (_, text) => {
    expect(Object.keys(targetKinds).filter((kind) => !new RegExp(`\`${kind}[:\`]`).test(text))).toEqual([]);
  });

  it('name the targets that are durable: docs/design.md 6', () => {
    expect(designSection(6)).toContain(`a durable target (${durableKinds()})`);
  });
});
