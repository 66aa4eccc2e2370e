import type { ExitCode } from '../errors.ts';
import type { Account, AccountChange } from '../model/account.ts';
import { accountDocument } from '../output/account.ts';
import type { ProviderDefinition } from '../providers/provider.ts';
import { readTags, tagKey, type AccountFlag, type ChangeFlags, type DoneFlag } from './account-flags.ts';
import { change } from './change.ts';
import { atMostOne, type Check } from './check.ts';
import { canAsk } from './confirm.ts';
import { hasDocument, readDocument, withFlags } from './input-document.ts';
import type { Invocation } from './invocation.ts';
import type { SelfFlag } from './own-account.ts';
import { idProblems, pickAccount } from './pick.ts';
import type { Session } from './session.ts';

/** What `serviceaccounts update` does. */
export async function updateAccount(
  { ctx, common, open }: Invocation,
  flags: AccountFlag & ChangeFlags & DoneFlag & SelfFlag,
): Promise<ExitCode> {
  const { session, input } = await open(async ({ definition }) => {
    const { value, problems } = await checkChange(flags, { ctx, common, definition });
    return { value, problems: [...idProblems(ctx, common, flags.id), ...problems] };
  });
  const planUpdate = session.verb('planUpdate', 'update service accounts');
  const account = await pickAccount(session, flags.id);
  const wanted = isEmpty(input) && !hasDocument(flags) ? await askedChange(session, account) : input;
  const plan = await planUpdate(account, wanted);
  if (plan.effects.length === 0 && !common.dryRun) {
    await session.note('nothing to change; nothing was sent');
  }
  return change(session, {
    operation: 'update',
    plan,
    done: flags.done,
    allowSelf: flags.allowSelf,
    subject: account,
    action: `Update service account ${session.naming(account)}`,
    sample: account,
    document: accountDocument,
  });
}

async function askedChange(session: Session, account: Account): Promise<AccountChange> {
  const { askForChange } = await import('./ask-change.ts');
  return askForChange(session, account);
}

function isEmpty(wanted: AccountChange): boolean {
  return Object.keys(wanted).length === 0;
}

/** Without a change, a person is asked for one, unless a document or `--yes` says that there is nothing to ask. */
async function checkChange(
  flags: ChangeFlags,
  { ctx, common, definition }: Pick<Invocation, 'ctx' | 'common'> & { readonly definition: ProviderDefinition },
): Promise<Check<AccountChange>> {
  const document = await readDocument(ctx, flags, definition);
  const tags = readTags(flags.tag ?? []);
  const value = merged(document.value ?? {}, flags, tags.value);
  const refused = definition.changeProblems(value);
  const problem = value.name === undefined || refused.length > 0 ? null : definition.nameProblem(value.name);
  const problems = [
    ...document.problems,
    ...tags.problems,
    ...refused,
    ...(problem === null ? [] : [`"${value.name}" cannot be the name: ${problem}`]),
    ...contradictions(flags),
  ];
  const asks = canAsk(ctx, common) && common.yes !== true && !hasDocument(flags);
  if (problems.length === 0 && isEmpty(value) && !asks) {
    problems.push('there is nothing to change: give a flag such as --description, or a document with -f');
  }
  return { value, problems };
}

function merged(document: AccountChange, flags: ChangeFlags, tags: Readonly<Record<string, string>>): AccountChange {
  const removed = Object.fromEntries((flags.removeTag ?? []).map((key) => [key, null]));
  const { description, addGroup, removeGroup } = flags;
  return {
    ...withFlags(document, flags, { ...tags, ...removed }),
    ...(description === '' ? { description: null } : {}),
    ...(addGroup === undefined ? {} : { addGroups: addGroup }),
    ...(removeGroup === undefined ? {} : { removeGroups: removeGroup }),
    ...(flags.enable ? { enabled: true } : {}),
    ...(flags.disable ? { enabled: false } : {}),
  };
}

function contradictions(flags: ChangeFlags): readonly string[] {
  const keys = (flags.tag ?? []).map(tagKey);
  return [
    ...inBoth(flags.addGroup, flags.removeGroup).map((group) => `--add-group and --remove-group both name "${group}"`),
    ...atMostOne({ '--enable': flags.enable, '--disable': flags.disable }),
    ...inBoth(keys, flags.removeTag).map((key) => `--tag and --remove-tag both name "${key}"`),
  ];
}

function inBoth(first: readonly string[] = [], second: readonly string[] = []): string[] {
  return first.filter((item) => second.includes(item));
}
