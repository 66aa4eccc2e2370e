import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Host } from '../command.ts';
import { addCreate } from './create.ts';
import { addDelete } from './delete.ts';
import { addGet } from './get.ts';
import { addList } from './list.ts';
import { addRotate } from './rotate.ts';
import { addUpdate } from './update.ts';

/** The verbs in the order of an account's life. */
export function addVerbs(noun: CommandUnknownOpts, host: Host): void {
  addList(noun, host);
  addGet(noun, host);
  addCreate(noun, host);
  addUpdate(noun, host);
  addRotate(noun, host);
  addDelete(noun, host);
}
