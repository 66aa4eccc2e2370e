import { sactl } from '../../model/hint.ts';
import { PartialError } from '../../errors.ts';
import { HttpError } from '../../http/error.ts';
import { describeRule, type Account } from '../../model/account.ts';
import type { ApplyOptions, Plan } from '../plan.ts';
import { isCaller, refuseOwnDeletion } from './caller.ts';
import type { Connection } from './connection.ts';
import { knownRules, subjectsOf } from './lookup.ts';
import { removeRule, rulesUrl } from './rules.ts';
import { toAccessRule, type AccessRuleRead } from './schema.ts';
import { setEnabled } from './update.ts';

/**
 * Its rules go first: one that stays behind would apply to the next account of that name (docs/design.md 5).
 * @throws UsageError for the caller's own account, which could not finish it (docs/design.md 6)
 */
export async function planDelete(connection: Connection, account: Account): Promise<Plan<void>> {
  refuseOwnDeletion(connection, account);
  const url = await connection.api.accountUrl(account.id);
  const { rules, gap } = await knownRules(connection, subjectsOf(account));
  return {
    requests: [
      { method: 'PATCH', url, body: { enabled: false } },
      ...rules.map(({ id }) => ({ method: 'DELETE', url: rulesUrl(connection, String(id)), body: null })),
      { method: 'DELETE', url, body: null },
    ],
    effects: [
      'its client secret stops working at once',
      ...rules.map((rule) => `access rule ${String(rule.id)} is deleted: ${describeRule(toAccessRule(rule))}`),
      ...(gap === null ? [] : [`access rules that cannot be read would stay behind: ${gap}`]),
      'it cannot be brought back',
    ],
    isSelf: isCaller(connection, account),
    apply: (options) => remove(connection, { account, url, rules, gap }, options),
  };
}

interface Removal {
  readonly account: Account;
  readonly url: string;
  readonly rules: readonly AccessRuleRead[];
  /** Why there may be more rules; null where all are known. */
  readonly gap: string | null;
}

async function remove(
  connection: Connection,
  { account, url, rules, gap }: Removal,
  options: ApplyOptions,
): Promise<void> {
  const { signal, report } = options;
  await setEnabled(connection, { account, url, enabled: false, signal });
  await report(`disabled ${account.name}`);
  const left = await removeRules(connection, rules, options);
  await removeAccount(connection, { account, url, left, signal });
  await report(`deleted ${account.name}`);
  // Nobody may have been asked, so that only this tells it (docs/contracts/runai.md 15.8).
  if (gap !== null) await report(`access rules for the name ${account.name} may have stayed behind: ${gap}`);
  if (left.length > 0) throw leftBehind(`service account ${account.name} was deleted`, left);
}

/** A rule that could not be deleted, and why. */
interface LeftRule {
  readonly id: string;
  readonly why: string;
}

async function removeRules(
  connection: Connection,
  rules: readonly AccessRuleRead[],
  { signal, report }: ApplyOptions,
): Promise<LeftRule[]> {
  const left: LeftRule[] = [];
  for (const rule of rules) {
    const id = String(rule.id);
    try {
      await removeRule(connection, id, signal);
      await report(`deleted access rule ${id}: ${describeRule(toAccessRule(rule))}`);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      left.push({ id, why: error.message });
    }
  }
  return left;
}

function leftBehind(done: string, left: readonly LeftRule[], cause?: unknown): PartialError {
  const list = left.map(({ id, why }) => `${id}: ${why}`).join('; ');
  return new PartialError(`${done}, but access rules stayed behind: ${list}`, {
    provider: 'runai',
    hint: sactl`accessrules delete --provider runai --id ${left[0]?.id ?? '<rule>'}`,
    cause,
  });
}

/** An account that is gone after a lost answer is deleted; one that is not there any more was deleted by somebody else. */
async function removeAccount(
  connection: Connection,
  { account, url, left, signal }: { account: Account; url: string; left: readonly LeftRule[]; signal: AbortSignal },
): Promise<void> {
  const purpose = `delete service account ${account.name} (${account.id})`;
  try {
    await connection.api.sendOnly({ method: 'DELETE', url, purpose, emptyAnswer: true, signal });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    if (error.arrival === 'unknown') {
      const now = await connection.api.account(account.id).catch(() => undefined);
      if (now === null) return;
    }
    if (error.verdict === 404) throw left.length === 0 ? error : leftBehind(error.message, left, error);
    const done = `${error.message}; it is disabled`;
    if (left.length > 0) throw leftBehind(done, left, error);
    throw new PartialError(done, {
      provider: 'runai',
      hint: sactl`serviceaccounts delete --provider runai --id ${account.id}`,
      cause: error,
    });
  }
}
