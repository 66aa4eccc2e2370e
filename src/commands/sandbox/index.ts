import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Host } from '../command.ts';
import { addConsole } from './console/index.ts';
import { addReset } from './reset.ts';
import { addServe } from './serve.ts';

export function addVerbs(noun: CommandUnknownOpts, host: Host): void {
  addServe(noun, host);
  addReset(noun, host);
  addConsole(noun, host);
}
