import { UsageError, type ExitCode } from '../errors.ts';
import { sactl } from '../model/hint.ts';
import { oneOf, providerNames, type Account, type AccountChange } from '../model/account.ts';
import { accountDocument } from '../output/account.ts';
import type { ProviderDefinition } from '../providers/provider.ts';
import { readTags, tagKey, type AccountFlag, type ChangeFlags, type DoneFlag } from './account-flags.ts';
import { change } from './change.ts';
import { atMostOne, type Check } from './check.ts';
import { canAsk } from './confirm.ts';
import { claimProblems, withoutSame } from './as-read.ts';
import { hasDocument, readDocument, withFlags, type GivenDocument } from './input-document.ts';
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
    const id = flags.id ?? value.document?.asRead?.id ?? value.document?.asRead?.reference;
    return { value: { ...value, id }, problems: [...idProblems(ctx, common, id), ...problems] };
  });
  const planUpdate = session.verb('planUpdate', 'update service accounts');
  const account = await pickAccount(session, input.id);
  const given = changeOf(session, account, { ...input, flags });
  const wanted = isEmpty(given) && !hasDocument(flags) ? await askedChange(session, account) : given;
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

/** What is to be changed; a document that was read has to be compared with the account first. */
interface WantedChange {
  readonly document: GivenDocument | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** Without a change, a person is asked for one, unless a document or `--yes` says that there is nothing to ask. */
async function checkChange(
  flags: ChangeFlags,
  { ctx, common, definition }: Pick<Invocation, 'ctx' | 'common'> & { readonly definition: ProviderDefinition },
): Promise<Check<WantedChange>> {
  const { value: document, problems: unreadable } = await readDocument(ctx, flags, definition);
  const tags = readTags(flags.tag ?? []);
  const isRead = document !== null && document.asRead !== null;
  const value = merged(isRead ? {} : (document?.change ?? {}), flags, tags.value);
  const problems = [
    ...unreadable,
    ...providerProblems(document, definition),
    ...tags.problems,
    ...changeProblems(value, definition),
    ...contradictions(flags),
  ];
  const asks = canAsk(ctx, common) && common.yes !== true && !hasDocument(flags);
  if (problems.length === 0 && !isRead && isEmpty(value) && !asks) {
    problems.push('there is nothing to change: give a flag such as --description, or a document with -f');
  }
  return { value: { document, tags: tags.value }, problems };
}

/** What `get` printed on another provider names an account that is not here. */
function providerProblems(document: GivenDocument | null, { name }: ProviderDefinition): readonly string[] {
  const said = oneOf(document?.asRead?.claims.get('provider'), providerNames);
  if (document === null || said === null || said === name) return [];
  return [`${document.source}: "provider" is "${said}", and this command works on ${name}; use --provider ${said}`];
}

function changeProblems(wanted: AccountChange, definition: ProviderDefinition): readonly string[] {
  const refused = definition.changeProblems(wanted);
  const problem = wanted.name === undefined || refused.length > 0 ? null : definition.nameProblem(wanted.name);
  return [...refused, ...(problem === null ? [] : [`"${wanted.name}" cannot be the name: ${problem}`])];
}

/** The change of this account. @throws UsageError with all that a document says and cannot be so */
function changeOf(
  { marker, definition }: Session,
  account: Account,
  { document, tags, flags }: WantedChange & { readonly flags: ChangeFlags },
): AccountChange {
  const asRead = document?.asRead ?? null;
  if (document === null || asRead === null) return merged(document?.change ?? {}, flags, tags);
  const wanted = merged(withoutSame(document.change, account), flags, tags);
  const claims = claimProblems(asRead, account, marker).map((problem) => `${document.source}: ${problem}`);
  const problems = [...claims, ...changeProblems(wanted, definition)];
  if (problems.length === 0) return wanted;
  throw new UsageError(problems, {
    hint: ['the account as it is: ', sactl`serviceaccounts get --id ${account.id} --json`],
  });
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
