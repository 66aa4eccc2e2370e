import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ExitCode } from '../../errors.ts';
import { sandboxDirectory } from '../../session/sandbox-state.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';
import { note } from '../../session/note.ts';

export function addReset(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'reset', {
    summary: 'Put the sandbox back to its first state',
    description: 'Forgets everything that was done in the sandbox; its accounts are as on the first day.',
    honours: [],
    examples: ['sactl sandbox reset'],
  }).action(() => host.run(reset));
}

async function reset({ ctx, common }: Invocation): Promise<ExitCode> {
  const { stateDirectory } = await import('../../config/directories.ts');
  const { resetSandbox } = await import('../../sandbox/sandbox.ts');
  const state = stateDirectory(ctx).value;
  await resetSandbox({ stateDirectory: state, sleep: ctx.sleep });
  // What is remembered of accounts that are not there any more, or are as old again as they were.
  for (const kept of ['augment', 'backups', 'journal', 'audit.jsonl']) {
    await rm(join(sandboxDirectory(state), kept), { recursive: true, force: true });
  }
  await note(ctx, common, 'the sandbox is as on its first day');
  return ExitCode.done;
}
