import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Host } from '../command.ts';
import { addExplain } from './explain.ts';
import { addPath } from './path.ts';

export function addVerbs(noun: CommandUnknownOpts, host: Host): void {
  addExplain(noun, host);
  addPath(noun, host);
}
