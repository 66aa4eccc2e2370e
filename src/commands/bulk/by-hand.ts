import { ActionRequiredError } from '../../errors.ts';
import { shellWord } from '../../model/shell-word.ts';
import { takesIntake } from '../intake.ts';
import { connectionFlags } from '../located-plan.ts';
import type { Candidate } from './candidates.ts';
import { failedItem, type FailedItem } from './items.ts';

/** Whether only a person can fetch a new credential for it (DESIGN.md 8). */
export function isByHand({ listed }: Candidate): boolean {
  return takesIntake(listed.connected.definition);
}

/** What such an account comes to in a run over many: the step that a person has to take, and the command for it. */
export async function byHandItem({ account, listed }: Candidate): Promise<FailedItem> {
  const { provider, connection } = listed.connected;
  const request = { operation: 'rotate', account, name: account.name, token: null } as const;
  const intake = await provider.intake?.(request);
  const { goal, url } = intake?.action ?? {
    goal: `fetch a new credential for ${account.name}`,
    url: '',
  };
  const { profile } = connection;
  const flags = connectionFlags({ profile, isSandbox: listed.connected.isSandbox });
  const named = `--provider ${account.provider} --id ${shellWord(account.id)}`;
  const command = `sactl serviceaccounts rotate ${named} -f session.json --to <target> --yes${flags}`;
  const error = new ActionRequiredError([{ goal, url, command }], { provider: account.provider });
  return failedItem(account, error, null);
}
