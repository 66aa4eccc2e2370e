import type { Context } from '../../context.ts';
import { ExitCode } from '../../errors.ts';
import { safeText } from '../../model/safe-text.ts';
import { listDocument } from '../../output/document.ts';
import { openFleet } from '../fleet.ts';
import type { CommonFlags } from '../flags.ts';
import { emptyText, type ListFlags } from './list.ts';
import { readSelection, select, wishOf } from './selection.ts';

/** What is worth looking at where accounts of several providers stand in one table. */
const fleetColumns = ['provider', 'name', 'status', 'expiresAt', 'lastUsedAt', 'createdAt', 'id'];

/**
 * The accounts of every provider in one list. A provider that fails costs a line on stderr and the exit code, not the
 * others' answers (DESIGN.md 3).
 */
export async function listAll(
  { ctx, common }: { ctx: Context; common: CommonFlags },
  flags: ListFlags,
): Promise<ExitCode> {
  const { fleet, input } = await openFleet(ctx, common, ({ columns }) =>
    readSelection(flags, columns ?? { names: fleetColumns, source: 'the default' }),
  );
  const wish = wishOf(flags, input);
  const answers = await fleet.askAll(({ provider }) => provider.listAccounts(wish));
  const lists = answers.flatMap(({ answer }) => (answer === null ? [] : [answer]));
  const failures = answers.flatMap(({ error }, index) =>
    error === null ? [] : [{ error, connection: fleet.connections[index] }],
  );
  const [first] = failures;
  if (first !== undefined && lists.length === 0) throw first.error;
  const all = lists.flatMap(({ accounts }) => accounts);
  const accounts = select(all, input, ctx.now());
  await fleet.emit(listDocument({ rows: accounts, columns: input.columns }));
  for (const { error, connection } of failures) {
    const { provider = '', profile = null } = connection ?? {};
    const where = profile === null ? provider : `${provider} (profile ${profile})`;
    // An answer that is missing is said even with --quiet.
    await ctx.stderr.write(`sactl: ${safeText(`no accounts of ${where}: ${error.message}`)}\n`);
  }
  for (const { warnings } of lists) for (const warning of warnings) await fleet.note(warning);
  if (accounts.length === 0) await fleet.note(emptyText(all.length));
  return failures.length === 0 ? ExitCode.done : ExitCode.partial;
}
