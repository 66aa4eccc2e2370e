import { expect, test } from 'vitest';

import { bulkFlags, listFlags } from '../../src/fleet/flags.ts';
import { providerNames } from '../../src/model/account.ts';
import { registry } from '../../src/providers/registry.ts';
import {
  accountFlag,
  changeFlags,
  deliveryFlags,
  doneFlag,
  newAccountFlags,
  suppliedFlags,
} from '../../src/session/account-flags.ts';
import type { Flag } from '../../src/session/flag.ts';

const tables = [
  accountFlag,
  bulkFlags,
  changeFlags,
  deliveryFlags,
  doneFlag,
  listFlags,
  newAccountFlags,
  suppliedFlags,
];

/** The provider whose title stands at the end of a flag's help, e.g. `(Run:ai)`. */
async function namedIn({ help }: Flag): Promise<string | undefined> {
  const loaded = await Promise.all(providerNames.map((name) => registry[name].load()));
  return loaded.find(({ title }) => help.endsWith(`(${title})`) && !help.includes(', or '))?.name;
}

test('a flag of one provider is declared as such where its help says so', async () => {
  const flags: Flag[] = tables.flatMap((table) => Object.values(table));
  const declared = flags.map(({ flags: name, only }) => [name, only]);
  const told = await Promise.all(flags.map(async (flag) => [flag.flags, await namedIn(flag)]));
  expect(declared).toEqual(told);
});
