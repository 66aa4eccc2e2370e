// @module-tag slow
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, cp, mkdtemp, readFile, rm, symlink, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };
import { pack, root, type Packed } from './npm.ts';

let home = '';
let packed: Packed;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sactl-'));
  packed = await pack({ cwd: root, home });
}, 60_000);
afterAll(() => rm(home, { recursive: true, force: true }));

/** What a reader of the package may follow links to. */
const documents = [
  'docs/faults.md',
  'docs/outcomes.md',
  'docs/reference.md',
  ...['docs/guide', 'docs/pictures', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(root, join(parentPath, name)).replaceAll('\\', '/')),
  ),
];

/** The manual pages there are in the repository, e.g. `man/sactl.1`. */
const manualPages = existsSync(join(root, 'man')) ? readdirSync(join(root, 'man')).map((name) => `man/${name}`) : [];

describe('the package', () => {
  it('holds the program, what is to be said of it, and nothing else', () => {
    const isChunk = /^dist\/[\w.-]+-[\w-]{8}\.cjs$/;
    expect(packed.files.filter((file) => !isChunk.test(file)).toSorted()).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'dist/THIRD_PARTY_LICENSES',
        'dist/bin.cjs',
        'dist/build/jq.wasm',
        'dist/commands.json',
        'dist/help.json',
        ...['bash', 'fish', 'powershell', 'zsh'].map((shell) => `dist/completion.${shell}`),
        'dist/sbom.cdx.json',
        ...documents,
        ...manualPages,
        'package.json',
        'scripts/demo.js',
      ].toSorted(),
    );
    const built = readdirSync(join(root, 'dist')).filter((name) => name.endsWith('.cjs'));
    expect(packed.files).toEqual(expect.arrayContaining(built.map((name) => `dist/${name}`)));
  });

  it('has no page with a link to something that is not in it', async () => {
    for (const page of packed.files.filter((file) => file.endsWith('.md'))) {
      const text = (await readFile(join(root, page), 'utf8')).replaceAll(/```[^]*?```/g, '');
      const links = [...text.matchAll(/\]\(([^)\s#]+)/g)].map(([, target = '']) => target);
      const inside = links.filter((target) => !/^[a-z]+:/.test(target)).map((target) => join(dirname(page), target));
      expect(inside.filter((path) => !packed.files.includes(path.replaceAll('\\', '/')))).toEqual([]);
    }
  });

  it('is small', () => {
    expect(packed.bytes).toBeLessThan(1_050_000);
    expect(packed.unpackedBytes).toBeLessThan(3_500_000);
  });

  it('asks for nothing when it is installed, and runs nothing', () => {
    const { scripts, ...rest } = manifest;
    expect(rest).toMatchObject({
      bin: { sactl: 'dist/bin.cjs' },
      exports: { './package.json': './package.json' },
      engines: { node: '>=20.19' },
    });
    for (const key of ['dependencies', 'optionalDependencies', 'bundleDependencies']) {
      expect(rest).not.toHaveProperty(key);
    }
    const ours = Object.keys(scripts);
    expect(ours.filter((name) => /^(?:pre|post)|^(?:install|prepare)$/.test(name))).toEqual([]);
  });

  it.runIf(manualPages.length > 0)('names its manual pages', () => {
    const { man } = manifest as { man?: readonly string[] };
    expect(man?.map((path) => path.replace(/^\.\//, '')).toSorted()).toEqual(manualPages);
  });

  it('is the same, to the byte, from another folder at another time', async () => {
    const copy = join(home, 'elsewhere');
    const sources = ['package.json', 'package-lock.json', 'LICENSE', 'README.md', 'CHANGELOG.md'];
    const folders = ['src', 'scripts', 'docs', 'examples', ...(manualPages.length > 0 ? ['man'] : [])];
    for (const name of [...sources, ...folders]) {
      await cp(join(root, name), join(copy, name), { recursive: true });
    }
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
    await promisify(execFile)(process.execPath, ['scripts/build.js'], { cwd: copy });
    await utimes(join(copy, 'dist/bin.cjs'), 0, 0);
    await chmod(join(copy, 'dist/build/jq.wasm'), 0o600);
    expect((await pack({ cwd: copy, home })).integrity).toBe(packed.integrity);
  }, 60_000);
});

interface Component {
  readonly name: string;
  readonly version?: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses: readonly { readonly license?: { id: string }; readonly expression?: string }[];
  readonly components?: readonly Component[];
}

/** Every component, with those inside it. */
function all(components: readonly Component[]): readonly Component[] {
  return components.flatMap((one) => [one, ...all(one.components ?? [])]);
}

describe('the bill of materials', () => {
  it('names every package in the bundle, with its version, licence and digest', async () => {
    const text = await readFile(join(root, 'dist/sbom.cdx.json'), 'utf8');
    const bom = JSON.parse(text) as {
      readonly metadata: { readonly component: Component };
      readonly components: readonly Component[];
      readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: string[] }[];
    };
    const self = `pkg:npm/sactl@${manifest.version}`;
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(bom).not.toHaveProperty('serialNumber');
    expect(bom.metadata).not.toHaveProperty('timestamp');
    expect(bom.metadata.component).toMatchObject({ name: 'sactl', purl: self });
    const { devDependencies } = manifest;
    const versions = Object.fromEntries(bom.components.map((one) => [one.name, one.version]));
    const bundled = ['commander', 'hono', 'jq-wasm', 'undici', 'yaml', 'zod'] as const;
    for (const name of bundled) expect(versions[name]).toBe(devDependencies[name]);
    expect(versions).not.toHaveProperty('vitest');
    for (const one of bom.components) {
      expect(one.hashes).toEqual([{ alg: 'SHA-512', content: expect.stringMatching(/^\w{128}$/) }]);
    }
    for (const { licenses } of all(bom.components)) expect(licenses).toHaveLength(1);
    expect(all(bom.components).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['jq', 'oniguruma', 'musl', 'emscripten', 'llhttp']),
    );
    expect(bom.dependencies.find(({ ref }) => ref === self)?.dependsOn).toEqual(
      bom.components.map(({ purl }) => purl).toSorted(),
    );
  });
});

describe('the licences of others', () => {
  it('are all in it', async () => {
    const text = await readFile(join(root, 'dist/THIRD_PARTY_LICENSES'), 'utf8');
    const bom = await readFile(join(root, 'dist/sbom.cdx.json'), 'utf8');
    const { components } = JSON.parse(bom) as { components: Component[] };
    for (const { name, version, licenses } of all(components)) {
      const [title] = [[name, version].filter((word) => word !== undefined).join(' ')];
      const licence = licenses[0]?.license?.id ?? licenses[0]?.expression ?? '';
      expect(text).toMatch(new RegExp(`^${title?.replaceAll('.', '\\.')}(?: \\(in .*\\))?: `, 'm'));
      expect(text).toContain(`: ${licence}\n`);
    }
    // Of undici's fetch, which is not in it.
    expect(text).not.toContain('Ethan Arrowood');
  });
});
