import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { Host } from '../../command.ts';
import { addCreate } from './augment/create.ts';
import { addDelete } from './augment/delete.ts';
import { addIssue } from './augment/issue.ts';
import { addRevoke } from './augment/revoke.ts';

/** The web consoles of providers without an API for what is done there. */
export function addConsole(noun: CommandUnknownOpts, host: Host): void {
  const group = addGroup(noun, 'console', 'The person at a web console, in the sandbox');
  const augment = addGroup(group, 'augment', "Augment's settings page, in the sandbox");
  addCreate(augment, host);
  addIssue(augment, host);
  addRevoke(augment, host);
  addDelete(augment, host);
}

function addGroup(parent: CommandUnknownOpts, name: string, summary: string): CommandUnknownOpts {
  return parent.command(name).helpCommand(false).summary(summary).description(`${summary}.`);
}
