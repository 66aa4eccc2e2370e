import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ConflictError, ExitCode } from '../../errors.ts';
import type { Account, NewAccount } from '../../model/account.ts';
import { declareVerb, repeated, type Host, type Invocation } from '../command.ts';
import type { Session } from '../session.ts';

export function addCreate(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'create', {
    summary: 'Create a service account',
    description:
      'Creates a service account and prints it with its credential, which is shown once. On a terminal, without ' +
      '--name or a document, it asks for everything. Flags win over the document.',
    honours: ['connection', 'organization', 'output', 'change'],
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
    .option('--if-missing', 'when an account has this name, print it and succeed')
    .option('--allow-duplicate', 'create it even when an account has this name')
    .action((flags) => host.run((invocation) => runCreate(invocation, flags)));
}

interface CreateFlags {
  readonly file?: string | undefined;
  readonly stdin?: true | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly group?: readonly string[] | undefined;
  readonly tag?: readonly string[] | undefined;
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
  if (existing !== null) return printExisting(session, existing);
  const plan = await planCreate(wanted, ctx.uuid());
  const organization = plan.expected.organization ?? session.definition.title;
  const action = `Create service account ${wanted.name} in organization ${organization}`;
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
      ? `an ${definition.title} service account named "${name}" exists already: ${ids}`
      : `${same.length} ${definition.title} service accounts named "${name}" exist already: ${ids}`,
    {
      provider: definition.name,
      hint: ifMissing
        ? 'give the new account another name'
        : 'give --if-missing to use it, --allow-duplicate to have a second one, or another name',
    },
  );
}

async function printExisting(session: Session, account: Account): Promise<ExitCode> {
  const { accountDocument } = await import('../../output/account.ts');
  const { issueResult } = await import('../../delivery/result.ts');
  const { dryRunDocument } = await import('../dry-run.ts');
  await session.note(
    `an account named ${account.name} exists; its credential cannot be shown again`,
  );
  await session.emit(
    session.common.dryRun
      ? dryRunDocument(session, { operation: 'create', requests: [], effects: [] }, [])
      : { ...accountDocument(account), value: issueResult(account, null) },
  );
  return ExitCode.done;
}
