import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { safeText } from '../model/text.ts';
import { Secret } from '../model/credential.ts';
import type { Intake, IntakeReading, IntakeRequest, ManualVerbs, SuppliedCredential } from '../providers/manual.ts';
import type { ProviderDefinition } from '../providers/provider.ts';
import { found, noneOf, type Check } from './check.ts';
import { canAsk } from './confirm.ts';
import type { SuppliedFlags } from './account-flags.ts';
import { hasDocument, readInput } from './input-document.ts';
import type { CommonFlags } from './flags.ts';
import { rehearse, type PlannedIssuance } from './issuance.ts';
import { offerPage } from './manual.ts';
import { noteLine } from './note.ts';
import type { Session } from './session.ts';

/** A credential from `-f` or `--stdin`; `source` is for messages. */
export interface GivenCredential {
  readonly secret: Secret;
  readonly source: string;
}

/** Whether a person fetches this provider's credentials. */
export function takesIntake({ manual }: ProviderDefinition): boolean {
  return manual !== undefined;
}

/**
 * Reads the credential, which may be missing only where a person can be asked for it. A provider that issues its
 * credentials itself takes none.
 */
export async function checkIntake(
  ctx: Context,
  common: CommonFlags,
  { flags, definition }: { flags: SuppliedFlags; definition: ProviderDefinition },
): Promise<Check<GivenCredential | null>> {
  const { manual, title } = definition;
  const { file, token, allowTenantChange } = flags;
  if (manual === undefined) {
    const given = {
      '-f/--file': file,
      '--stdin': flags.stdin,
      '--token': token,
      '--allow-tenant-change': allowTenantChange,
    };
    return found(...noneOf(given, `does nothing on ${title}, which issues its credentials itself`));
  }
  const { value, problems } = await readInput(ctx, flags);
  const problem = token === undefined ? null : manual.tokenNameProblem(token);
  const isMissing = !hasDocument(flags) && !canAsk(ctx, common);
  return {
    value: value === null ? null : { secret: new Secret(value.text), source: value.source },
    problems: [
      ...(problem === null ? [] : [`--token: ${problem}`]),
      ...(isMissing ? ['the new session is missing: give it with -f <session.json> or --stdin'] : problems),
    ],
  };
}

/**
 * Plans with the supplied credential. Without one, on a terminal, says what to fetch and where and asks for it, once
 * everything else was tried.
 * @throws UsageError naming what is wrong with it, never quoting it
 */
export async function planSupplied(
  session: Session,
  given: GivenCredential | null,
  options: {
    readonly request: IntakeRequest;
    readonly flags: SuppliedFlags;
    readonly plan: (manual: ManualVerbs, supplied: SuppliedCredential) => Promise<PlannedIssuance>;
  },
): Promise<PlannedIssuance> {
  const manual = session.verb('manual', 'take credentials from a person');
  const intake = await manual.intake(options.request);
  if (given === null) await rehearse(session, await options.plan(manual, intake.placeholder));
  const source = given?.source ?? 'what was typed';
  const reading = given === null ? await askForIt(session, intake) : intake.read(given.secret.reveal());
  if (reading.supplied === null) throw new UsageError(problemsOf(reading, source));
  for (const warning of reading.warnings) await session.note(`${source}: ${warning}`);
  await agree(session, reading, options.flags);
  return options.plan(manual, reading.supplied);
}

/** Asks for it, and once more where it cannot be the credential: what was pasted may have been something else. */
async function askForIt(session: Session, { action, read }: Intake): Promise<IntakeReading> {
  const { ctx } = session;
  await ctx.stderr.write(`To be done by a person: ${safeText(action.goal)}\n  at ${action.url}\n`);
  await offerPage(session, action.url);
  const question = { message: 'The new token, or the whole session.json (not shown)', isWhole };
  const first = read(await ctx.prompt.password(question));
  if (first.supplied !== null) return first;
  for (const problem of problemsOf(first, 'what was typed')) await ctx.stderr.write(noteLine(problem));
  return read(await ctx.prompt.password(question));
}

function problemsOf({ problems }: IntakeReading, source: string): readonly string[] {
  return problems.map((problem) => `${source}: ${problem}`);
}

/** Whether all lines of a pasted document are there: its brackets are closed. */
function isWhole(text: string): boolean {
  const brackets = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').replaceAll(/[^{}]/g, '');
  return brackets.replaceAll('}', '').length * 2 <= brackets.length;
}

/** A session for another tenant than the account's needs a confirmation: the token would be sent there. */
async function agree({ ctx, common }: Session, { question }: IntakeReading, flags: SuppliedFlags): Promise<void> {
  if (question === null || flags.allowTenantChange) return;
  if (!canAsk(ctx, common)) throw new UsageError('--allow-tenant-change is missing', { hint: question });
  if (await ctx.prompt.confirm({ message: question, default: false })) return;
  throw new UsageError('not confirmed; nothing was changed');
}
