import { readFile } from 'node:fs/promises';

import { expect, test } from 'vitest';

import { providerNames } from '../../../src/model/account.ts';
import { faultEffects } from '../../../src/sandbox/faults/fault.ts';

const page = new URL('../../../docs/faults.md', import.meta.url);

test('docs/faults.md has a row for every fault, which says whether the work is done', async () => {
  const rows = [...(await readFile(page, 'utf8')).matchAll(/^\| `([\w-]+)` \| (yes|no) \|/gm)];
  expect(rows.map(([, name, done]) => [name, done])).toEqual(
    Object.entries(faultEffects).map(([name, effect]) => [name, effect.startsWith('done') ? 'yes' : 'no']),
  );
});

test('docs/faults.md names every provider', async () => {
  const row = /^\| provider \| (.*) \|$/m.exec(await readFile(page, 'utf8'))?.[1];
  expect(row).toBe(providerNames.map((name) => `\`${name}\``).join(', '));
});
