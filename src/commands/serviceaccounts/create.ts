import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ConflictError, ExitCode } from '../../errors.ts';
import type { Account, NewAccount } from '../../model/account.ts';
import type { SuppliedCredential } from '../../providers/manual.ts';
import type { ProviderDefinition } from '../../providers/provider.ts';
import type { Check } from '../../session/check.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';
import { repeated } from '../../session/flags.ts';
import {
  checkTargets,
  printingProblems,
  deliveryOptions,
  targetsFor,
  type DeliveryFlags,
} from '../../session/delivery-flags.ts';
import type { GivenCredential, IntakeFlags } from '../../session/intake.ts';
import type { PlannedIssuance } from '../../session/planned-issuance.ts';
import type { NewAccountFlags } from '../../session/new-account.ts';
import type { Session } from '../../session/session.ts';

export function addCreate(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'create', {
    summary: 'Create a service account',
    description:
      'Creates a service account and prints it with its credential, which is shown once. On a terminal, without ' +
      '--name or a document, it asks for everything. Flags win over the document. On Augment a person makes account and ' +
      'token in the web console, and they are recorded here; the document is the session.json of that token, which is ' +
      'not printed.',
    honours: ['connection', 'organization', 'output', 'raw', 'change'],
    examples: [
      'sactl serviceaccounts create',
      'sactl sa create --name ci-release --group ml-training --tag team=vision',
      'sactl sa create --file serviceaccount.json --to file:ci-release.token',
      'sactl sa create --name ci-release -q .credential.value > token',
      'cat serviceaccount.json | sactl sa create --stdin --json',
      'sactl sa create --provider augment --name ci-reviewer --token nightly-1 -f session.json --to session:~/.augment/session.json',
    ],
  })
    .option(
      '-f, --file <path>',
      'JSON or YAML document with the account, or the session.json of its token (Augment); "-" is standard input',
    )
    .option('--stdin', 'read the document from standard input')
    .option('--name <name>', 'name of the account')
    .option('--description <text>', 'what it is for')
    .option('--group <id or name>', 'group to join; may be repeated', repeated)
    .option('--tag <key=value>', 'tag to set; may be repeated', repeated)
    .option('--role <name or id>', 'role to grant on --scope (Run:ai)')
    .option('--scope <type:name or id>', 'where to grant --role, e.g. project:vision (Run:ai)')
    .option('--cluster <name or id>', 'cluster of --scope, where its name is on several (Run:ai)')
    .option('--keep-rules', 'accept access rules that an earlier account of this name left (Run:ai)')
    .option('--if-missing', 'when an account has this name, print it and succeed')
    .option('--allow-duplicate', 'create it even when an account has this name')
    .addOption(deliveryOptions.to())
    .addOption(deliveryOptions.verify())
    .addOption(deliveryOptions.noVerify())
    .addOption(deliveryOptions.reissue())
    .addOption(deliveryOptions.noReissue())
    .addOption(deliveryOptions.noJournal())
    .addOption(deliveryOptions.token())
    .addOption(deliveryOptions.allowTenantChange())
    .action((flags) => host.run((invocation) => runCreate(invocation, flags)));
}

interface CreateFlags extends NewAccountFlags, DeliveryFlags, IntakeFlags {
  readonly ifMissing?: true | undefined;
  readonly allowDuplicate?: true | undefined;
}

async function runCreate({ ctx, common, open }: Invocation, flags: CreateFlags): Promise<ExitCode> {
  const { askForAccount } = await import('../../session/new-account.ts');
  const { planSupplied, takesIntake } = await import('../../session/intake.ts');
  const { issuance } = await import('../../session/issuance.ts');
  const { session, input } = await open(async (local) => {
    const given = await checkInput(ctx, common, { flags, definition: local.definition });
    const specs = await checkTargets(local, flags, { isNew: true });
    // An account that is there already has no credential to print.
    const mayPrintNone = flags.ifMissing === true || takesIntake(local.definition);
    const printing = mayPrintNone ? [] : await printingProblems(ctx, common, { ...local, flags });
    return {
      value: { ...given.value, specs: specs.value },
      problems: [...given.problems, ...duplicateProblems(flags), ...specs.problems, ...printing],
    };
  });
  const planCreate = session.verb('planCreate', 'create service accounts');
  const wanted = input.account ?? (await askForAccount(session, flags));
  const existing = await findExisting(session, wanted, flags);
  if (existing !== null) return printExisting(session, existing, wanted);
  const id = ctx.uuid();
  async function plan(supplied?: SuppliedCredential): Promise<PlannedIssuance> {
    const issuing = await planCreate(wanted, id, supplied);
    const { expected } = issuing;
    return {
      id,
      operation: 'create',
      plan: issuing,
      action: `Create service account ${wanted.name} ${whereOf(session, expected)}`,
      targets: await targetsFor(session, input.specs, { ...expected, id: null }),
      flags,
      checkUnchanged: () => checkStillMissing(session, wanted, flags),
    };
  }
  if (!takesIntake(session.definition)) return issuance(session, await plan());
  const token = flags.token ?? null;
  const request = { operation: 'create', account: null, name: wanted.name, token } as const;
  return issuance(session, await planSupplied(session, input.credential, { request, flags, plan }));
}

interface CreateInput {
  readonly account: NewAccount | null;
  readonly credential: GivenCredential | null;
}

/** A document is the account's or, where a person fetches credentials, the new credential. */
async function checkInput(
  ctx: Invocation['ctx'],
  common: Invocation['common'],
  { flags, definition }: { flags: CreateFlags; definition: ProviderDefinition },
): Promise<Check<CreateInput>> {
  const { checkNewAccount } = await import('../../session/new-account.ts');
  const { checkIntake, needlessIntake, takesIntake } = await import('../../session/intake.ts');
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

/** Somebody may have created one of that name while the question was being read. @throws ConflictError */
async function checkStillMissing(
  session: Session,
  { name }: NewAccount,
  { allowDuplicate }: CreateFlags,
): Promise<void> {
  const same = allowDuplicate ? [] : await accountsNamed(session, name);
  if (same.length > 0) throw exists(session, same, {});
}

function duplicateProblems({ ifMissing, allowDuplicate }: CreateFlags): readonly string[] {
  if (!ifMissing || !allowDuplicate) return [];
  return ['--if-missing and --allow-duplicate exclude each other'];
}

/**
 * The account of that name, when `--if-missing` accepts it.
 * @throws ConflictError when it is in the way, or there are several (names are not unique on nscale)
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

/** An account of that name may be the one whose credential is still to be delivered. @throws UnknownOutcomeError */
async function refuseUnsettledCreate(
  { ctx, connection, definition, stateDirectory }: Session,
  { name, organization }: Account,
  same: readonly Account[],
): Promise<void> {
  const { refuseUnsettled } = await import('../../delivery/unsettled.ts');
  const { openJournal } = await import('../../state/journal.ts');
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

async function printExisting(session: Session, account: Account, { grants = [] }: NewAccount): Promise<ExitCode> {
  const { accountDocument } = await import('../../output/account.ts');
  const { issueResult } = await import('../../delivery/result.ts');
  const { dryRunDocument } = await import('../../session/dry-run.ts');
  await session.note(`an account named ${account.name} exists; its credential cannot be shown again`);
  if (grants.length > 0) {
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
      : { ...accountDocument(account), value: issueResult(account, null) },
  );
  return ExitCode.done;
}
