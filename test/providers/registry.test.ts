import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { providerNames } from '../../src/model/account.ts';
import { registry } from '../../src/providers/registry.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sorted = [...providerNames].toSorted();

function foldersOf(path: string): readonly string[] {
  const entries = readdirSync(join(root, path), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

describe('every provider', () => {
  it('has a folder, and every folder is a provider', () => {
    expect(foldersOf('src/providers').toSorted()).toEqual(sorted);
  });

  it('has an emulator in the sandbox', () => {
    expect(foldersOf('src/sandbox')).toEqual(expect.arrayContaining(sorted));
  });

  it.each(providerNames)('has its contract in the documents: %s', (name) => {
    expect(existsSync(join(root, 'docs/contracts', `${name}.md`))).toBe(true);
  });

  it.each(providerNames)('goes by the name that the registry has it under: %s', async (name) => {
    const definition = await registry[name].load();
    expect(definition.name).toBe(name);
    // One that people fetch credentials for says so without being connected, as do access rules.
    expect(definition.manual === undefined).toBe(registry[name].lacks.includes('manual'));
    expect(definition.accessRules === undefined).toBe(registry[name].lacks.includes('accessRules'));
  });
});
