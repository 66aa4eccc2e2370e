// @module-tag slow
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { thirdParties } from '../../scripts/bundle/third-parties.js';
import { root } from './npm.ts';

/** Lays a package of one module into a folder, and gives the module's path. */
async function lay(folder: string, manifest: { name: string; version: string; license?: string }) {
  const path = join(folder, 'node_modules', manifest.name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'package.json'), JSON.stringify(manifest));
  return join(path, 'index.js');
}

async function workFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sactl-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

it('gives the licences that lie beside the modules in the bundle', async () => {
  const modules = [
    join(root, 'src/bin.ts'),
    '\0virtual',
    join(root, 'node_modules/undici/index.js'),
    join(root, 'node_modules/undici/lib/web/fetch/index.js'),
  ];
  const [undici, ...others] = await thirdParties(modules);
  expect(others).toEqual([]);
  expect(undici).toMatchObject({ name: 'undici', license: 'MIT', dependencies: [] });
  expect(undici?.text).toMatch(/Matteo Collina.*Ethan Arrowood/s);
  expect(undici?.carries).toMatchObject([{ name: 'llhttp', license: 'MIT' }]);
  const [without] = await thirdParties(modules.slice(0, 3));
  expect(without?.text).not.toContain('Ethan Arrowood');
});

it('stops the build at what may not be given away, and says all of it', async () => {
  const folder = await workFolder();
  const modules = [
    await lay(folder, { name: 'copyleft', version: '1.0.0', license: 'GPL-3.0-only' }),
    await lay(folder, { name: '@scope/silent', version: '2.0.0' }),
    await lay(folder, { name: 'undici', version: '99.0.0', license: 'MIT' }),
    join(root, 'node_modules/undici/index.js'),
  ];
  await expect(thirdParties(modules)).rejects.toThrow(`the bundle may not be given away:
  - copyleft 1.0.0 is not in package-lock.json
  - copyleft 1.0.0 comes without the text of its licence
  - copyleft 1.0.0: nobody has looked at the licence "GPL-3.0-only" yet
  - @scope/silent 2.0.0 is not in package-lock.json
  - @scope/silent 2.0.0 comes without the text of its licence
  - @scope/silent 2.0.0: nobody has looked at the licence "" yet
  - undici 99.0.0 comes without the text of its licence
  - undici 99.0.0: look what it carries inside, and say so in scripts/bundle/embedded.js
  - undici is in it in two versions`);
});
