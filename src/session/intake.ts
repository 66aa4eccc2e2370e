import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { safeText } from '../model/text.ts';
import { Secret } from '../model/credential.ts';
import type { Intake, IntakeReading, IntakeRequest, ManualVerbs, SuppliedCredential } from '../providers/manual.ts';
import type { ProviderDefinition } from '../providers/provider.ts';
import { noneOf, type Check } from './check.ts';
import { canAsk } from './confirm.ts';
import type { SuppliedFlags } from './account-flags.ts';
import { hasDocument, readInput } from './input-document.ts';
import type { CommonFlags } from './flags.ts';
import { rehearse, type PlannedIssuance } from './issuance.ts';
import { offerPage } from './manual.ts';
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

/** Reads the credential; it may be missing only where a person can be asked for it. */
export async function checkIntake(
  ctx: Context,
  common: CommonFlags,
  { flags, definition }: { flags: SuppliedFlags; definition: ProviderDefinition },
): Promise<Check<GivenCredential | null>> {
  const { value, problems } = await readInput(ctx, flags);
  const { token } = flags;
  const problem = token === undefined ? null : (definition.manual?.tokenNameProblem(token) ?? null);
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
 * The problems of flags for a supplied credential on a provider that issues its own.
 * @param isDocument whether `-f` is the account's document there
 */
export function needlessIntake(
  { title }: ProviderDefinition,
  flags: SuppliedFlags,
  { isDocument }: { isDocument: boolean },
): readonly string[] {
  const given = {
    ...(isDocument ? {} : { '-f/--file': flags.file, '--stdin': flags.stdin }),
    '--token': flags.token,
    '--allow-tenant-change': flags.allowTenantChange,
  };
  return noneOf(given, `does nothing on ${title}, which issues its credentials itself`);
}

/**
 * Plans with the supplied credential. Without one, on a terminal, says what to fetch and where and asks for it, once
 * everything else was tried.
 * @throws UsageError naming what is wrong with it, never quoting it
 */
export async function planSupplied(
  session: Session,
  given: GivenCredential | null,
  {
    request,
    flags,
    plan,
  }: {
    readonly request: IntakeRequest;
    readonly flags: SuppliedFlags;
    readonly plan: (manual: ManualVerbs, supplied: SuppliedCredential) => Promise<PlannedIssuance>;
  },
): Promise<PlannedIssuance> {
  const manual = session.verb('manual', 'take credentials from a person');
  const intake = await manual.intake(request);
  if (given === null) await rehearse(session, await plan(manual, intake.placeholder));
  return plan(manual, await readSupplied(session, given, { intake, flags }));
}

async function readSupplied(
  session: Session,
  given: GivenCredential | null,
  { intake, flags }: { intake: Intake; flags: SuppliedFlags },
): Promise<SuppliedCredential> {
  const source = given?.source ?? 'what was typed';
  const reading = intake.read((given?.secret ?? (await askForIt(session, intake))).reveal());
  if (reading.supplied === null) throw new UsageError(reading.problems.map((problem) => `${source}: ${problem}`));
  for (const warning of reading.warnings) await session.note(`${source}: ${warning}`);
  await agree(session, reading, flags);
  return reading.supplied;
}

async function askForIt(session: Session, { action }: Intake): Promise<Secret> {
  const { ctx } = session;
  await ctx.stderr.write(`To be done by a person: ${safeText(action.goal)}\n  at ${action.url}\n`);
  await offerPage(session, action.url);
  const typed = await ctx.prompt.password({ message: 'The new token, or the whole session.json (not shown)', isWhole });
  return new Secret(typed);
}

/** Whether all lines of a pasted document are there: its brackets are closed. */
function isWhole(text: string): boolean {
  const brackets = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').replaceAll(/[^{}]/g, '');
  return brackets.replaceAll('}', '').length * 2 <= brackets.length;
}

/** A session for another tenant than the account's needs a confirmation: the token would be sent there. */
async function agree(
  { ctx, common }: Session,
  { question }: IntakeReading,
  { allowTenantChange }: SuppliedFlags,
): Promise<void> {
  if (question === null || allowTenantChange) return;
  if (!canAsk(ctx, common)) throw new UsageError('--allow-tenant-change is missing', { hint: question });
  if (await ctx.prompt.confirm({ message: question, default: false })) return;
  throw new UsageError('not confirmed; nothing was changed');
}
