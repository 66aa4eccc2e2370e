import { ActionRequiredError } from '../errors.ts';
import { shellWord } from '../model/shell-word.ts';
import { commandFlags } from './command-flags.ts';
import type { CommonFlags } from '../session/flags.ts';
import { takesIntake } from '../session/intake.ts';
import type { Candidate } from './candidates.ts';
import { failedItem, type FailedItem } from './items.ts';

/** Whether only a person can fetch a new credential for it (DESIGN.md 8). */
export function isByHand({ listed }: Candidate): boolean {
  return takesIntake(listed.connected.definition);
}

/** What such an account comes to in a run over many: the step that a person has to take, and the command for it. */
export async function byHandItem(
  common: CommonFlags,
  { account, listed: { connected } }: Candidate,
): Promise<FailedItem> {
  const request = { operation: 'rotate', account, name: account.name, token: null } as const;
  const intake = await connected.provider.intake?.(request);
  const goal = intake?.action.goal ?? `fetch a new credential for ${account.name}`;
  const flags = commandFlags(common, connected);
  const command = [
    'sactl serviceaccounts rotate',
    ...flags,
    `--id ${shellWord(account.id)} -f session.json --to <target> --yes`,
  ].join(' ');
  const action = { goal, url: intake?.action.url ?? '', command };
  const error = new ActionRequiredError([action], { provider: account.provider });
  return failedItem(account, { error, flags });
}
