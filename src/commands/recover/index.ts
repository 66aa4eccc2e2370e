import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Host } from '../command.ts';
import { addDeliver } from './deliver.ts';
import { addDiscard } from './discard.ts';
import { addList } from './list.ts';
import { addShow } from './show.ts';

export function addVerbs(noun: CommandUnknownOpts, host: Host): void {
  addList(noun, host);
  addShow(noun, host);
  addDeliver(noun, host);
  addDiscard(noun, host);
}
