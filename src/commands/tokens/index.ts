import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Host } from '../command.ts';
import { addCreate } from './create.ts';
import { addList } from './list.ts';
import { addRestore } from './restore.ts';
import { addRevoke } from './revoke.ts';

/** The verbs in the order of a token's life. */
export function addVerbs(noun: CommandUnknownOpts, host: Host): void {
  addList(noun, host);
  addCreate(noun, host);
  addRevoke(noun, host);
  addRestore(noun, host);
}
