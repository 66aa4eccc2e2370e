import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Host } from '../command.ts';
import { addCreate } from './create.ts';
import { addDelete } from './delete.ts';
import { addGet } from './get.ts';
import { addList } from './list.ts';
import { addRotate } from './rotate.ts';
import { addUpdate } from './update.ts';

/** In the order of an account's life. */
const verbs: ReadonlyMap<string, (noun: CommandUnknownOpts, host: Host) => void> = new Map([
  ['list', addList],
  ['get', addGet],
  ['create', addCreate],
  ['update', addUpdate],
  ['rotate', addRotate],
  ['delete', addDelete],
]);

/** All of them, or the one that is named: their many flags take 3 ms to declare. */
export function addVerbs(noun: CommandUnknownOpts, host: Host, named: string | null): void {
  const only = named === null ? undefined : verbs.get(named);
  for (const add of only === undefined ? verbs.values() : [only]) add(noun, host);
}
