import type { PromptChoice } from '../context.ts';
import type { Account, AccountChange } from '../model/account.ts';
import type { Group, ProviderDefinition } from '../providers/provider.ts';
import { readTags } from './account-flags.ts';
import { askForGroups } from './ask-account.ts';
import { orNull } from './list.ts';
import type { Session } from './session.ts';

/** A part of an account that can be changed. */
type Field = 'name' | 'description' | 'groups' | 'tags' | 'enabled';

/** What a provider is asked to find out whether it can change this. */
const trials: Readonly<Record<Field, AccountChange>> = {
  name: { name: 'x' },
  description: { description: 'x' },
  groups: { groups: [] },
  tags: { tags: {} },
  enabled: { enabled: true },
};

const fields: readonly Field[] = ['name', 'description', 'groups', 'tags', 'enabled'];

/** Asks what to change of an account, among what its provider can change, with what it is now. */
export async function askForChange(session: Session, account: Account): Promise<AccountChange> {
  const { ctx, definition, provider } = session;
  const able = fields.filter((field) => canChange(definition, field));
  const groups =
    able.includes('groups') && provider.listGroups !== undefined ? await orNull(provider.listGroups()) : null;
  const chosen =
    able.length < 2
      ? able
      : await ctx.prompt.checkbox({
          message: `What should change of ${account.name}?`,
          choices: able.map((field) => fieldChoice(field, account, groups)),
        });
  const parts: AccountChange[] = [];
  for (const field of fields.filter((one) => chosen.includes(one))) {
    parts.push(await ask(field, { session, account, groups }));
  }
  return Object.assign({}, ...parts);
}

function canChange(definition: ProviderDefinition, field: Field): boolean {
  return definition.changeProblems(trials[field]).length === 0;
}

/** e.g. `groups: inference, ml-training` */
function fieldChoice(field: Field, account: Account, groups: readonly Group[] | null): PromptChoice {
  return { value: field, label: `${field}: ${present(field, account, groups)}`, names: [field] };
}

function present(field: Field, account: Account, groups: readonly Group[] | null): string {
  const named = account.groups.map((id) => groups?.find((group) => group.id === id)?.name ?? id);
  const texts = {
    name: account.name,
    description: account.description ?? '',
    groups: named.join(', '),
    tags: Object.entries(account.tags)
      .map(([key, value]) => `${key}=${value}`)
      .join(', '),
    enabled: account.enabled === false ? 'no' : 'yes',
  } satisfies Record<Field, string>;
  return texts[field] === '' ? '-' : texts[field];
}

interface Asking {
  readonly session: Session;
  readonly account: Account;
  /** Null where they cannot be listed. */
  readonly groups: readonly Group[] | null;
}

function ask(field: Field, { session, account, groups }: Asking): Promise<AccountChange> {
  const { prompt } = session.ctx;
  const asks: Readonly<Record<Field, () => Promise<AccountChange>>> = {
    name: async () => {
      const typed = await prompt.input({
        message: 'Name',
        initial: account.name,
        validate: (value) => session.definition.nameProblem(value.trim()) ?? true,
      });
      return { name: typed.trim() };
    },
    description: async () => {
      const initial = account.description ?? '';
      const typed = await prompt.input({ message: 'Description (empty removes it)', initial });
      return { description: typed.trim() === '' ? null : typed.trim() };
    },
    groups: async () => ({ groups: await askForGroups(session, groups, account.groups) }),
    tags: async () => {
      const message = 'Tags to set (key=value) and to remove (-key), with commas between them';
      const typed = await prompt.input({ message, validate: (value) => readTagEdits(value).problems[0] ?? true });
      return { tags: readTagEdits(typed).value };
    },
    enabled: async () => {
      const chosen = await prompt.select({
        message: `Should the credential of ${account.name} work?`,
        choices: [
          { value: 'true', label: 'yes, it is enabled' },
          { value: 'false', label: 'no, it is disabled' },
        ],
        default: String(account.enabled !== false),
      });
      return { enabled: chosen === 'true' };
    },
  };
  return asks[field]();
}

function readTagEdits(typed: string): { value: Record<string, string | null>; problems: readonly string[] } {
  const parts = typed
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const removed = parts.filter((part) => part.startsWith('-')).map((part) => [part.slice(1).trim(), null]);
  const { value, problems } = readTags(parts.filter((part) => !part.startsWith('-')));
  return {
    value: { ...Object.fromEntries(removed), ...value },
    problems: problems.map((problem) => problem.replace(/^--tag /, '')),
  };
}
