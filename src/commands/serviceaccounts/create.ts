import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ConflictError, ExitCode } from '../../errors.ts';
import type { Account, NewAccount } from '../../model/account.ts';
import { declareVerb, repeated, type Host, type Invocation } from '../command.ts';
import type { NewAccountFlags } from '../new-account.ts';
import type { Session } from '../session.ts';

export function addCreate(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'create', {
    summary: 'Create a service account',
    description:
      'Creates a service account and prints it with its credential, which is shown once. On a terminal, without ' +
      '--name or a document, it asks for everything. Flags win over the document.',
    honours: ['connection', 'organization', 'output', 'raw', 'change'],
    examples: [
      'sactl serviceaccounts create',
      'sactl sa create --name ci-deploy --group ml-training --tag team=vision',
      'sactl sa create --file serviceaccount.json -q .credential.value > token',
      'cat serviceaccount.json | sactl sa create --stdin --json',
    ],
  })
    .option('-f, --file <path>', 'JSON or YAML document with the account; "-" is standard input')
    .option('--stdin', 'read the document from standard input')
    .option('--name <name>', 'name of the account')
    .option('--description <text>', 'what it is for')
    .option('--group <id or name>', 'group to join; may be repeated', repeated)
    .option('--tag <key=value>', 'tag to set; may be repeated', repeated)
    .option('--role <name or id>', 'role to grant on --scope (Run:ai)')
    .option('--scope <type:name or id>', 'where to grant --role, e.g. project:vision (Run:ai)')
    .option('--cluster <name or id>', 'cluster of --scope, where its name is on several (Run:ai)')
    .option(
      '--keep-rules',
      'accept access rules that an earlier account of this name left (Run:ai)',
    )
    .option('--if-missing', 'when an account has this name, print it and succeed')
    .option('--allow-duplicate', 'create it even when an account has this name')
    .action((flags) => host.run((invocation) => runCreate(invocation, flags)));
}

interface CreateFlags extends NewAccountFlags {
  readonly ifMissing?: true | undefined;
  readonly allowDuplicate?: true | undefined;
}

async function runCreate({ ctx, common, open }: Invocation, flags: CreateFlags): Promise<ExitCode> {
  const { askForAccount, checkNewAccount } = await import('../new-account.ts');
  const { issue } = await import('../issue.ts');
  const { session, input } = await open(async ({ definition }) => {
    const { value, problems } = await checkNewAccount(ctx, common, { flags, definition });
    return { value, problems: [...problems, ...duplicateProblems(flags)] };
  });
  const planCreate = session.verb('planCreate', 'create service accounts');
  const wanted = input ?? (await askForAccount(session, flags));
  const existing = await findExisting(session, wanted, flags);
  if (existing !== null) return printExisting(session, existing, wanted);
  const plan = await planCreate(wanted, ctx.uuid());
  const { organization } = plan.expected;
  const where =
    organization === null ? `on ${session.definition.title}` : `in organization ${organization}`;
  const action = `Create service account ${wanted.name} ${where}`;
  return issue(session, { operation: 'create', plan, action });
}

function duplicateProblems({ ifMissing, allowDuplicate }: CreateFlags): readonly string[] {
  if (!ifMissing || !allowDuplicate) return [];
  return ['--if-missing and --allow-duplicate exclude each other'];
}

/**
 * The account of that name, when `--if-missing` accepts it.
 * @throws ConflictError when it is in the way, or there are several (names are not unique on nscale)
 */
async function findExisting(
  { provider, definition }: Session,
  { name }: NewAccount,
  { ifMissing, allowDuplicate }: CreateFlags,
): Promise<Account | null> {
  if (allowDuplicate) return null;
  const { accounts } = await provider.listAccounts();
  const same = accounts.filter((account) => account.name === name);
  const [only, ...others] = same;
  if (only === undefined) return null;
  if (ifMissing && others.length === 0) return only;
  const ids = same.map((account) => account.id).join(', ');
  throw new ConflictError(
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

async function printExisting(
  session: Session,
  account: Account,
  { grants = [] }: NewAccount,
): Promise<ExitCode> {
  const { accountDocument } = await import('../../output/account.ts');
  const { issueResult } = await import('../../delivery/result.ts');
  const { dryRunDocument } = await import('../dry-run.ts');
  await session.note(
    `an account named ${account.name} exists; its credential cannot be shown again`,
  );
  if (grants.length > 0) {
    await session.note(
      'its access rules stay as they are; "sactl accessrules create" adds one, where it is not there yet',
    );
  }
  await session.emit(
    session.common.dryRun
      ? dryRunDocument(session, { operation: 'create', requests: [], effects: [] }, [])
      : { ...accountDocument(account), value: issueResult(account, null) },
  );
  return ExitCode.done;
}
