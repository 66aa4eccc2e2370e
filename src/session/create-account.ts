import { issuanceResult } from '../delivery/result.ts';
import { refuseUnsettled } from '../delivery/earlier-entries.ts';
import { ConflictError, ExitCode } from '../errors.ts';
import type { Account, NewAccount } from '../model/account.ts';
import { accountDocument } from '../output/account.ts';
import type { IssuancePlan } from '../providers/issuance.ts';
import type { ManualVerbs, SuppliedCredential } from '../providers/manual.ts';
import type { ProviderDefinition } from '../providers/provider.ts';
import { openJournal } from '../state/journal.ts';
import type { DeliveryFlags, NewAccountFlags, SuppliedFlags } from './account-flags.ts';
import { atMostOne, type Check } from './check.ts';
import { dryRunDocument } from './dry-run.ts';
import { checkIntake, needlessIntake, planSupplied, takesIntake, type GivenCredential } from './intake.ts';
import type { Invocation } from './invocation.ts';
import { issuance, type PlannedIssuance } from './issuance.ts';
import { askForAccount, checkNewAccount } from './new-account.ts';
import type { Session } from './session.ts';
import { checkTargets, printingProblems, targetsFor } from './targets.ts';

interface CreateFlags extends NewAccountFlags, DeliveryFlags, SuppliedFlags {
  readonly ifMissing?: true | undefined;
  readonly allowDuplicate?: true | undefined;
}

/** What `serviceaccounts create` does. @throws ConflictError when the name is taken */
export async function createAccount({ ctx, common, open }: Invocation, flags: CreateFlags): Promise<ExitCode> {
  const { session, input } = await open(async (local) => {
    const given = await checkInput(ctx, common, { flags, definition: local.definition });
    const specs = await checkTargets(local.targetEnvironment, flags, { isNew: true });
    // For an account that exists already there is no credential to print.
    const mayPrintNone = flags.ifMissing === true || takesIntake(local.definition);
    const printing = mayPrintNone ? [] : await printingProblems(ctx, common, { ...local, ...flags });
    return {
      value: { ...given.value, specs: specs.value },
      problems: [...given.problems, ...duplicateProblems(flags), ...specs.problems, ...printing],
    };
  });
  const planCreate = takesIntake(session.definition) ? null : session.verb('planCreate', 'create service accounts');
  const wanted = input.account ?? (await askForAccount(session, flags));
  const existing = await findExisting(session, wanted, flags);
  if (existing !== null) return printExisting(session, existing, wanted);
  const id = ctx.uuid();
  async function planned(plan: IssuancePlan): Promise<PlannedIssuance> {
    const { expected } = plan;
    return {
      id,
      operation: 'create',
      plan,
      action: `Create service account ${wanted.name} ${whereOf(session, expected)}`,
      targets: await targetsFor(session, input.specs, { ...expected, id: null }),
      flags,
      checkUnchanged: () => checkStillMissing(session, wanted, flags),
    };
  }
  async function plannedWith(manual: ManualVerbs, supplied: SuppliedCredential): Promise<PlannedIssuance> {
    return planned(await manual.planCreate(wanted, supplied));
  }
  if (planCreate !== null) return issuance(session, await planned(await planCreate(wanted, id)));
  const token = flags.token ?? null;
  const request = { operation: 'create', account: null, name: wanted.name, token } as const;
  return issuance(session, await planSupplied(session, input.credential, { request, flags, plan: plannedWith }));
}

interface CreateInput {
  readonly account: NewAccount | null;
  readonly credential: GivenCredential | null;
}

/** `-f` is the account or, where a person fetches credentials, the new credential. */
async function checkInput(
  ctx: Invocation['ctx'],
  common: Invocation['common'],
  { flags, definition }: { flags: CreateFlags; definition: ProviderDefinition },
): Promise<Check<CreateInput>> {
  if (!takesIntake(definition)) {
    const { value, problems } = await checkNewAccount(ctx, common, { flags, definition });
    const needless = needlessIntake(definition, flags, { isDocument: true });
    return { value: { account: value, credential: null }, problems: [...problems, ...needless] };
  }
  const accountFlags = { ...flags, file: undefined, stdin: undefined };
  const account = await checkNewAccount(ctx, common, { flags: accountFlags, definition });
  const credential = await checkIntake(ctx, common, { flags, definition });
  return {
    value: { account: account.value, credential: credential.value },
    problems: [...account.problems, ...credential.problems],
  };
}

function whereOf({ definition }: Session, { organization }: Account): string {
  return organization === null ? `on ${definition.title}` : `in organization ${organization}`;
}

/** An account of that name may have been created while a person was asked. @throws ConflictError */
async function checkStillMissing(
  session: Session,
  { name }: NewAccount,
  { allowDuplicate }: CreateFlags,
): Promise<void> {
  const same = allowDuplicate ? [] : await accountsNamed(session, name);
  if (same.length > 0) throw exists(session, same, {});
}

function duplicateProblems({ ifMissing, allowDuplicate }: CreateFlags): readonly string[] {
  return atMostOne({ '--if-missing': ifMissing, '--allow-duplicate': allowDuplicate });
}

/**
 * The account of that name, when `--if-missing` accepts it.
 * @throws ConflictError when it does not, or there are several (names are not unique on nscale)
 */
async function findExisting(session: Session, { name }: NewAccount, flags: CreateFlags): Promise<Account | null> {
  if (flags.allowDuplicate) return null;
  const same = await accountsNamed(session, name);
  const [only, ...others] = same;
  if (only === undefined) return null;
  await refuseUnsettledCreate(session, only, same);
  if (flags.ifMissing && others.length === 0) return only;
  throw exists(session, same, flags);
}

/** The account may be one whose credential waits in the journal. @throws UnknownOutcomeError */
async function refuseUnsettledCreate(
  { ctx, connection, definition, stateDirectory }: Session,
  { name, organization }: Account,
  same: readonly Account[],
): Promise<void> {
  const journal = openJournal({ ...ctx, stateDirectory, keepsSecrets: true });
  const { endpoint } = connection;
  const wanted = { provider: definition.name, endpoint, organization, name };
  await refuseUnsettled(journal, wanted, same);
}

async function accountsNamed({ provider }: Session, name: string): Promise<readonly Account[]> {
  const { accounts } = await provider.listAccounts();
  return accounts.filter((account) => account.name === name);
}

function exists(
  { definition }: Session,
  same: readonly Account[],
  { ifMissing }: Pick<CreateFlags, 'ifMissing'>,
): ConflictError {
  const name = same[0]?.name ?? '';
  const ids = same.map((account) => account.id).join(', ');
  return new ConflictError(
    'exists',
    same.length === 1
      ? `${definition.title} has a service account named "${name}" already: ${ids}`
      : `${definition.title} has ${same.length} service accounts named "${name}" already: ${ids}`,
    {
      provider: definition.name,
      hint: ifMissing
        ? 'give the new account another name'
        : 'give --if-missing to use it, --allow-duplicate to have a second one, or another name',
    },
  );
}

async function printExisting(session: Session, account: Account, { grant = null }: NewAccount): Promise<ExitCode> {
  await session.note(`an account named ${account.name} exists; its credential cannot be shown again`);
  if (grant !== null) {
    await session.note(
      'its access rules stay as they are; "sactl accessrules create" adds one, where it is not there yet',
    );
  }
  await session.emit(
    session.common.dryRun
      ? dryRunDocument(
          { provider: session.definition.name, marker: session.marker },
          { operation: 'create', requests: [], effects: [] },
          [],
        )
      : { ...accountDocument(account), value: issuanceResult(account, null) },
  );
  return ExitCode.done;
}
