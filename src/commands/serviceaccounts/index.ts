import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Host } from '../command.ts';

type AddVerb = (noun: CommandUnknownOpts, host: Host) => void;

/** In the order of an account's life. */
const verbs: ReadonlyMap<string, () => Promise<AddVerb>> = new Map([
  ['list', async () => (await import('./list.ts')).addList],
  ['get', async () => (await import('./get.ts')).addGet],
  ['create', async () => (await import('./create.ts')).addCreate],
  ['update', async () => (await import('./update.ts')).addUpdate],
  ['rotate', async () => (await import('./rotate.ts')).addRotate],
  ['delete', async () => (await import('./delete.ts')).addDelete],
]);

/** All of them, or the one that is named: their many flags take 4 ms to load and declare. */
export async function addVerbs(noun: CommandUnknownOpts, host: Host, named: string | null): Promise<void> {
  const only = named === null ? undefined : verbs.get(named);
  for (const load of only === undefined ? verbs.values() : [only]) (await load())(noun, host);
}
