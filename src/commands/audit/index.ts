import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Host } from '../command.ts';
import { addList } from './list.ts';

export function addVerbs(noun: CommandUnknownOpts, host: Host): void {
  addList(noun, host);
}
