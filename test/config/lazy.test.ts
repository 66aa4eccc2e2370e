import { createRequire } from 'node:module';

import { expect, test } from 'vitest';

import { createWorkspace } from './workspace.ts';

const require = createRequire(import.meta.url);

function isLoaded(name: string): boolean {
  return require.resolve(name) in require.cache;
}

test('packages are loaded only for the files that need them', async () => {
  const workspace = await createWorkspace();
  try {
    await workspace.load();
    expect([isLoaded('lilconfig'), isLoaded('yaml')]).toEqual([false, false]);
    await workspace.write('.config/sactl/config.json', '{}');
    await workspace.load();
    expect([isLoaded('lilconfig'), isLoaded('yaml')]).toEqual([true, false]);
    await workspace.write('code/repository/.sactlrc', 'org: a');
    await workspace.load();
    expect([isLoaded('lilconfig'), isLoaded('yaml')]).toEqual([true, true]);
  } finally {
    await workspace[Symbol.asyncDispose]();
  }
});
