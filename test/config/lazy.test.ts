import { createRequire } from 'node:module';

import { expect, test } from 'vitest';

import { createWorkspace } from './workspace.ts';

const require = createRequire(import.meta.url);

function isYamlLoaded(): boolean {
  return require.resolve('yaml') in require.cache;
}

test('yaml is loaded only for the files that need it', async () => {
  const workspace = await createWorkspace();
  try {
    await workspace.load();
    await workspace.write('.config/sactl/config.json', '{}');
    await workspace.load();
    expect(isYamlLoaded()).toBe(false);
    await workspace.write('code/repository/.sactlrc', 'org: a');
    await workspace.load();
    expect(isYamlLoaded()).toBe(true);
  } finally {
    await workspace[Symbol.asyncDispose]();
  }
});
