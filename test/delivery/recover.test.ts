import { expect, test } from 'vitest';

import { flagsOf } from '../../src/delivery/recover.ts';
import { environments } from '../../src/providers/registry.ts';
import type { EntryConnection } from '../../src/state/record.ts';

const connection: EntryConnection = {
  provider: 'nscale',
  profile: null,
  endpoint: environments.nscale.endpoint.default ?? '',
  organization: 'org-1',
  caFile: null,
  isSandbox: false,
};

test.each<[string, Partial<EntryConnection>, readonly string[]]>([
  ['names the organization, and not the usual endpoint', {}, ['--provider nscale', '--org org-1']],
  [
    'names another endpoint',
    { endpoint: 'https://api.example.com' },
    ['--provider nscale', '--org org-1', '--endpoint https://api.example.com'],
  ],
  ['names the profile', { profile: 'prod', organization: null }, ['--profile prod']],
  [
    'says no more of the sandbox',
    { isSandbox: true, endpoint: 'http://127.0.0.1:1' },
    ['--provider nscale', '--sandbox'],
  ],
])('a command that goes where a request went %s', (_, more, flags) => {
  expect(flagsOf({ ...connection, ...more }).map((words) => words.join(' '))).toEqual(flags);
});
