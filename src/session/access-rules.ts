import type { Context, PromptChoice } from '../context.ts';
import { ExitCode, NotFoundError } from '../errors.ts';
import { compareText } from '../model/text.ts';
import type { Column } from '../output/columns.ts';
import { listDocument } from '../output/document.ts';
import type { GrantedRule } from '../providers/access-rules.ts';
import type { ProviderDefinition, Role } from '../providers/provider.ts';
import type { GrantFlags } from './account-flags.ts';
import { change } from './change.ts';
import { found, type Check } from './check.ts';
import { confirmationProblems, missingProblem } from './confirm.ts';
import type { CommonFlags } from './flags.ts';
import type { Invocation } from './invocation.ts';
import type { SelfFlag } from './own-account.ts';
import { pickAccount } from './pick.ts';
import type { Session } from './session.ts';

const ruleColumns: readonly Column<GrantedRule>[] = [
  { name: 'account', value: ({ account }) => account },
  { name: 'role', value: ({ role }) => role, shrink: 2 },
  { name: 'scopeType', header: 'SCOPE', value: ({ scopeType }) => scopeType },
  { name: 'scopeName', header: 'NAME', value: ({ scopeName }) => scopeName },
  { name: 'scopeId', header: 'SCOPE ID', value: ({ scopeId }) => scopeId, spare: 1 },
  { name: 'id', value: ({ id }) => id },
];

/** What `accessrules list` does. */
export async function listRules({ open }: Invocation, account: string | undefined): Promise<ExitCode> {
  const { session } = await open(() =>
    account?.trim() === '' ? found('--account is empty: give the id or name of an account') : found(),
  );
  const { list } = session.verb('accessRules', 'list access rules');
  const { rows: rules, warnings } = await list(account ?? null);
  const sorted = rules.toSorted((a, b) => compareText(a.account, b.account) || Number(a.id) - Number(b.id));
  await session.emit(listDocument({ rows: sorted, columns: ruleColumns, raw: () => rules.map(({ raw }) => raw) }));
  for (const text of warnings) await session.note(text);
  if (rules.length + warnings.length === 0) await session.note('no access rules');
  return ExitCode.done;
}

/** What `accessrules create` does. */
export async function createRule({ ctx, common, open }: Invocation, flags: GrantFlags): Promise<ExitCode> {
  const { session, input } = await open(({ definition }) => checkGrant(ctx, common, { flags, definition }));
  const { planGrant } = session.verb('accessRules', 'create access rules');
  // Rules name the account, as do the questions and records that follow.
  const account = input.account ?? (await pickAccount(session, undefined)).name;
  const role = input.role ?? (await pickRole(session));
  const scope = input.scope ?? (await pickScope(session));
  const plan = await planGrant(account, { role, scope, cluster: flags.cluster ?? null });
  const [scopeType = '', scopeName = ''] = scope.split(':', 2);
  const sample = { account, id: '1', role, scopeType, scopeId: '1', scopeName };
  return change(session, {
    operation: 'create',
    auditedAs: 'grant',
    subject: { id: null, name: account, organization: null },
    changed: (rule) => ({ id: rule.id, name: rule.account, organization: null }),
    plan,
    action: `Create an access rule for ${account}`,
    sample: { ...sample, raw: sample },
    document: (rule) => ({
      ...listDocument({ rows: [rule], columns: ruleColumns }),
      value: { ...rule, ...session.marker },
      raw: () => rule.raw,
    }),
  });
}

/** What `accessrules delete` does. */
export async function deleteRule(
  { ctx, common, open }: Invocation,
  { id = '', allowSelf }: SelfFlag & { readonly id?: string | undefined },
): Promise<ExitCode> {
  const isNumber = /^\d+$/.test(id);
  const problem = id.trim() === '' ? missingId : `--id "${id}" is not the number of an access rule`;
  const { session } = await open(() => found(...(isNumber ? [] : [problem]), ...confirmationProblems(ctx, common)));
  const { planRevoke } = session.verb('accessRules', 'delete access rules');
  const plan = await planRevoke(id);
  return change(session, {
    operation: 'delete',
    auditedAs: 'ungrant',
    allowSelf,
    subject: { id, name: plan.rule.account, organization: null },
    account: { id: null, name: plan.rule.account, organization: null },
    plan,
    action: `Delete access rule ${id}`,
    sample: undefined,
    document: () => ({
      value: { deleted: true, provider: session.definition.name, id, ...session.marker },
      human: () => `Deleted access rule ${id}.\n`,
    }),
  });
}

const missingId = '--id is missing: give the number of an access rule';

function checkGrant(
  ctx: Context,
  common: CommonFlags,
  { flags, definition }: { flags: GrantFlags; definition: ProviderDefinition },
): Check<GrantFlags> {
  const { account, role, scope = '' } = flags;
  const problem = scope.trim() === '' ? null : (definition.accessRules?.scopeProblem(scope) ?? null);
  return {
    value: flags,
    problems: [
      ...Object.entries({ account, role, scope: flags.scope }).flatMap(([name, value]) =>
        missingProblem(ctx, common, value, `--${name} is missing`),
      ),
      ...(problem === null ? [] : [`--scope: ${problem}`]),
    ],
  };
}

/** The role that the user chooses; '' for `none`, which is offered first where it is given. */
export async function pickRole(session: Session, none?: string): Promise<string> {
  const { rows, warnings } = await session.verb('listRoles', 'list roles')();
  for (const text of warnings) await session.note(text);
  const choices = [...(none === undefined ? [] : [{ value: '', label: none }]), ...rows.map(roleChoice)];
  if (choices.length === 0) throw new NotFoundError('there is no role to choose from');
  return session.ctx.prompt.select({ message: 'Which role?', choices });
}

function roleChoice({ id, name, description, grantable }: Role): PromptChoice {
  const choice = { value: id, label: description === null ? name : `${name}: ${description}`, names: [name, id] };
  return grantable === false ? { ...choice, disabled: 'you may not grant it' } : choice;
}

/** The scope that the user chooses, as `--scope` takes it. */
export async function pickScope(session: Session): Promise<string> {
  const { rows: scopes, warnings } = await session.verb('accessRules', 'list scopes').listScopes();
  for (const text of warnings) await session.note(text);
  const choices = scopes.map(({ type, id, path }) => ({ value: `${type}:${id}`, label: `${type} ${path}` }));
  if (choices.length === 0) throw new NotFoundError('there is no scope to choose from');
  return session.ctx.prompt.select({ message: 'On which scope?', choices });
}
