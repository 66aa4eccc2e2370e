import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { providerNames, type ProviderName } from '../../src/model/account.ts';
import type { Provider, ProviderDefinition } from '../../src/providers/provider.ts';
import { providersWith, registry, type OptionalVerb } from '../../src/providers/registry.ts';
import { freshLocalState } from '../harness/local.ts';
import { issuingProviders } from '../harness/providers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sorted = [...providerNames].toSorted();

function foldersOf(path: string): readonly string[] {
  const entries = readdirSync(join(root, path), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Every verb a provider may lack, in the type's own words: the compiler knows when one is missing. */
const optional: Readonly<Record<OptionalVerb, true>> = {
  planCreate: true,
  planRotate: true,
  planUpdate: true,
  planDelete: true,
  organizationName: true,
  listOrganizations: true,
  listGroups: true,
  listRoles: true,
  accessRules: true,
  manual: true,
  whoami: true,
  meetCaller: true,
  knownCredential: true,
};

function never(): Promise<never> {
  return Promise.reject(new Error('this test sends nothing'));
}

/** The provider with a connection that nothing is ever sent over. */
function unconnected(definition: ProviderDefinition): Provider {
  return definition.connect({
    createHttp: () => ({ send: never }),
    credential: { source: 'test', clientId: null, read: never },
    endpoint: 'https://example.com',
    profile: null,
    organization: null,
    chooseOrganization: never,
    note: never,
    now: () => 0,
    sleep: never,
    local: freshLocalState(),
  });
}

/** What is to be done where the registry and the adapter disagree on a verb; null where they agree. */
function correction(name: ProviderName, verb: string, has: boolean): string | null {
  const lacks = registry[name].lacks.some((lacking) => lacking === verb);
  if (lacks !== has) return null;
  const advice = has ? `remove '${verb}' from` : `add '${verb}' to`;
  return `${advice} the lacks of ${name} in src/providers/registry.ts, or ${has ? 'remove' : 'write'} the method`;
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

  it('that issues credentials takes part in the tests of outcomes and fleets', () => {
    expect(issuingProviders).toEqual(providersWith('planRotate'));
    expect(issuingProviders).toEqual(providersWith('planCreate'));
  });

  it.each(providerNames)('goes by the name that the registry has it under: %s', async (name) => {
    const definition = await registry[name].load();
    expect(definition.name).toBe(name);
    // One that people fetch credentials for says so without being connected, as do access rules.
    expect(definition.manual === undefined).toBe(registry[name].lacks.includes('manual'));
    expect(definition.accessRules === undefined).toBe(registry[name].lacks.includes('accessRules'));
  });

  it.each(providerNames)('lacks the verbs that the registry says, and no others: %s', async (name) => {
    const provider = new Map<string, unknown>(Object.entries(unconnected(await registry[name].load())));
    const verbs = Object.keys(optional);
    const corrections = verbs.map((verb) => correction(name, verb, provider.get(verb) !== undefined));
    expect(corrections.filter((text) => text !== null)).toEqual([]);
  });
});
