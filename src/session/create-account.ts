import { naming } from '../delivery/ending.ts';
import { issuanceResult } from '../delivery/result.ts';
import type { Target } from '../delivery/targets/target.ts';
import { sactl } from '../model/hint.ts';
import { refuseUnsettled } from '../delivery/earlier-entries.ts';
import { ConflictError, ExitCode, type CliError } from '../errors.ts';
import type { Account, NewAccount } from '../model/account.ts';
import { accountDocument } from '../output/account.ts';
import type { IssuancePlan } from '../providers/issuance.ts';
import type { ProviderDefinition } from '../providers/provider.ts';
import type { DeliveryFlags, NewAccountFlags, SuppliedFlags } from './account-flags.ts';
import { atMostOne, type Check } from './check.ts';
import { dryRunDocument } from './dry-run.ts';
import { checkIntake, planSupplied, takesIntake, type GivenCredential } from './intake.ts';
import type { Invocation } from './invocation.ts';
import type { EarlierCreates, settleEarlier } from './earlier-create.ts';
import type { TargetSpec } from '../delivery/targets/scheme.ts';
import { issuance, type FirstStep, type PlannedIssuance } from './issuance.ts';
import { askForName, askForRest } from './ask-account.ts';
import { checkSettled } from './pick.ts';
import { askedFor, checkNewAccount, type Asked } from './new-account.ts';
import { accountsNamed } from './same-name.ts';
import { organizationText, type Session } from './session.ts';
import { checkTargets, printingProblems, targetsFor } from './targets.ts';

interface CreateFlags extends NewAccountFlags, DeliveryFlags, SuppliedFlags {
  readonly ifMissing?: true | undefined;
  readonly allowDuplicate?: true | undefined;
}

/** What `serviceaccounts create` does. @throws ConflictError when the name is taken */
export async function createAccount({ ctx, common, open }: Invocation, flags: CreateFlags): Promise<ExitCode> {
  const { session, input } = await open(async (local) => {
    const given = await checkInput({ ctx, common }, flags, local.definition);
    const specs = await checkTargets(local, flags, { isNew: true });
    // For an account that exists already there is no credential to print.
    const mayPrintNone = flags.ifMissing === true || takesIntake(local.definition);
    const printing = mayPrintNone ? [] : await printingProblems(ctx, common, { ...local, ...flags });
    const { ifMissing, allowDuplicate } = flags;
    const exclusive = atMostOne({ '--if-missing': ifMissing, '--allow-duplicate': allowDuplicate });
    return {
      value: { ...given.value, specs: specs.value },
      problems: [...given.problems, ...exclusive, ...specs.problems, ...printing],
    };
  });
  const { definition } = session;
  const planCreate = takesIntake(definition) ? null : session.verb('planCreate', 'create service accounts');
  const named = input.account ?? (await askForName(session, flags));
  const earlier = planCreate === null ? null : await earlierCreates(session, { wanted: named, planCreate });
  const continued =
    earlier?.ours && flags.reissue !== false ? await planContinued(session, input.specs, earlier.ours, flags) : null;
  if (continued !== null) return issuance(session, continued);
  const existing = await findExisting(session, named, flags);
  if (existing !== null) {
    await refuseUnfilled(session, existing, await targetsFor(session, input.specs, existing));
    return printExisting(session, existing, named);
  }
  const wanted = await askForRest(session, flags, { account: named, asked: input.asked });
  const id = ctx.uuid();
  async function planned(plan: IssuancePlan): Promise<PlannedIssuance> {
    const { expected } = plan;
    const { organization } = expected;
    const where =
      organization === null
        ? `on ${definition.title}`
        : `in organization ${organizationText(session.provider, organization)}`;
    return {
      id,
      operation: 'create',
      plan,
      action: `${planCreate === null ? 'Record' : 'Create'} service account ${wanted.name} ${where}`,
      targets: await targetsFor(session, input.specs, { ...expected, id: null }),
      flags,
      first: earlier?.first ?? null,
      settled: earlier?.settled ?? [],
      // An account of that name may have been created while a person was asked.
      checkUnchanged: async () => {
        if (flags.allowDuplicate) return;
        const { same } = await accountsNamed(session, wanted.name);
        if (same.length > 0) throw exists(session, same, {});
      },
    };
  }
  if (planCreate !== null) return issuance(session, await planned(await planCreate(wanted, id)));
  const suppliedIssuance = await planSupplied(session, input.credential, {
    request: { operation: 'create', account: null, name: wanted.name, token: flags.token ?? null },
    flags,
    plan: async (manual, supplied) => planned(await manual.planCreate(wanted, supplied)),
  });
  return issuance(session, suppliedIssuance);
}

interface Earlier {
  readonly ours: EarlierCreates['ours'];
  readonly first: FirstStep | null;
  /** Ids of entries that `first` erases. */
  readonly settled: readonly string[];
}

/** What earlier creates of that name came to; null where the journal is empty, as it usually is. */
async function earlierCreates(session: Session, options: Parameters<typeof settleEarlier>[2]): Promise<Earlier | null> {
  const { journal } = await session.state();
  // A journal that cannot be read is reported by its preflight.
  const entries = await journal({ keepsSecrets: true })
    .list()
    .catch(() => []);
  if (entries.length === 0) return null;
  const { forgetting, settleEarlier: settle } = await import('./earlier-create.ts');
  const { ours, nothing } = await settle(session, entries, options);
  return { ours, first: forgetting(session, nothing), settled: nothing.map(({ id }) => id) };
}

/** Goes on with an account that an earlier create made: nobody has its credential. */
async function planContinued(
  session: Session,
  specs: readonly TargetSpec[],
  ours: NonNullable<EarlierCreates['ours']>,
  flags: CreateFlags,
): Promise<PlannedIssuance | null> {
  const { planOurs } = await import('./earlier-create.ts');
  const { account } = ours;
  const plan = await planOurs(session, ours);
  if (plan === null) return null;
  return {
    id: session.ctx.uuid(),
    operation: 'rotate',
    plan,
    action: `Issue another credential for ${session.naming(account)}, which an earlier create made`,
    targets: await targetsFor(session, specs, account),
    flags,
    isReissue: true,
    checkUnchanged: () => checkSettled(session, account),
  };
}

interface CreateInput {
  readonly account: NewAccount | null;
  readonly credential: GivenCredential | null;
  readonly asked: Asked;
}

/** `-f` is the account or, where a person fetches credentials, the new credential. */
async function checkInput(
  { ctx, common }: Pick<Invocation, 'ctx' | 'common'>,
  flags: CreateFlags,
  definition: ProviderDefinition,
): Promise<Check<CreateInput>> {
  const others = { ...flags, file: undefined, stdin: undefined };
  const [ofAccount, ofCredential] = takesIntake(definition) ? [others, flags] : [flags, others];
  const account = await checkNewAccount(ctx, common, { flags: ofAccount, definition });
  const credential = await checkIntake(ctx, common, { flags: ofCredential, definition });
  return {
    value: { account: account.value, credential: credential.value, asked: askedFor(ctx, common, ofAccount) },
    problems: [...account.problems, ...credential.problems],
  };
}

/**
 * The account of that name, when `--if-missing` accepts it.
 * @throws ConflictError when it does not, or there are several (names are not unique on nscale); UnknownOutcomeError when
 * the account may be one whose credential waits in the journal
 */
async function findExisting(session: Session, { name }: NewAccount, flags: CreateFlags): Promise<Account | null> {
  if (flags.allowDuplicate) return null;
  const { same, gaps } = await accountsNamed(session, name);
  const [only, ...others] = same;
  if (only === undefined) {
    // Run:ai, whose list may be cut, refuses a name that is taken.
    for (const text of gaps) await session.note(text);
    return null;
  }
  const { connection, state } = session;
  const { journal } = await state();
  await refuseUnsettled(journal({ keepsSecrets: true }), { ...only, endpoint: connection.endpoint }, { same });
  if (flags.ifMissing && others.length === 0) return only;
  throw exists(session, same, flags);
}

function exists({ definition }: Session, same: readonly Account[], flags: Pick<CreateFlags, 'ifMissing'>): CliError {
  const name = same[0]?.name ?? '';
  const count = same.length === 1 ? 'a service account' : `${same.length} service accounts`;
  const ids = same.map(({ id }) => id).join(', ');
  return new ConflictError('exists', `${definition.title} has ${count} named "${name}" already: ${ids}`, {
    provider: definition.name,
    hint: flags.ifMissing
      ? 'give the new account another name'
      : 'give --if-missing to use it, --allow-duplicate to have a second one, or another name',
  });
}

/**
 * What is to find the credential of an existing account in these places would find nothing.
 * @throws ConflictError (`exists`) with the rotation that fills them
 */
async function refuseUnfilled({ definition }: Session, account: Account, targets: readonly Target[]): Promise<void> {
  const unfilled: string[] = [];
  for (const target of targets) {
    if ((await target.isEmpty?.()) === true) unfilled.push(target.name);
  }
  if (unfilled.length === 0) return;
  const message = `${naming(account)} exists, and its credential, which cannot be shown again, is not in ${unfilled.join(', nor in ')}`;
  throw new ConflictError('exists', message, {
    provider: definition.name,
    hint: [
      'issue another: ',
      sactl`serviceaccounts rotate --id ${account.id} ${targets.flatMap(({ name }) => ['--to', name])}`,
    ],
  });
}

async function printExisting(session: Session, account: Account, { grant = null }: NewAccount): Promise<ExitCode> {
  const where = { provider: session.definition.name, marker: session.marker };
  await session.note(`an account named ${account.name} exists; its credential cannot be shown again`);
  if (grant !== null) {
    await session.note(
      'its access rules stay as they are; "sactl accessrules create" adds one, where it is not there yet',
    );
  }
  await session.emit(
    session.common.dryRun
      ? dryRunDocument(where, { operation: 'create', requests: [], effects: [] })
      : { ...accountDocument(account), value: issuanceResult(account, null) },
  );
  return ExitCode.done;
}
