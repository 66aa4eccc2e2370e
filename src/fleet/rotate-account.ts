import { parseTargets } from '../delivery/targets/parse.ts';
import type { TargetSpec } from '../delivery/targets/scheme.ts';
import { addressOf } from '../delivery/targets/session.ts';
import { NotFoundError, UsageError, type ExitCode } from '../errors.ts';
import type { Account } from '../model/account.ts';
import type { IssuancePlan } from '../providers/issuance.ts';
import { confirmationProblems } from '../session/confirm.ts';
import { checkIntake, planSupplied, takesIntake } from '../session/intake.ts';
import type { Invocation } from '../session/invocation.ts';
import { issuance, type PlannedIssuance } from '../session/issuance.ts';
import type { EndReport } from '../session/issuance-end.ts';
import { checkSettled, checkUnchanged, idProblems, pickAccount } from '../session/pick.ts';
import type { Session } from '../session/session.ts';
import { checkTargets, printingProblems, targetsFor } from '../session/targets.ts';
import type { RotateFlags } from './flags.ts';
import { failedItem, rotatedItem } from './items.ts';
import type { LookedBack } from './look-back.ts';
import { reportPlaceProblems, reportProblems, writeReport } from './report.ts';
import { needlessBulkFlags } from './selectors.ts';

/** Rotates the one account that `--id` names. */
export async function rotateAccount({ ctx, common, open }: Invocation, flags: RotateFlags): Promise<ExitCode> {
  const [reference] = flags.id ?? [];
  const { session, input } = await open(async (local) => {
    const specs = await checkTargets(local, flags, { isNew: false });
    const { definition } = local;
    const given = await checkIntake(ctx, common, { flags, definition });
    const printing = takesIntake(definition) ? [] : await printingProblems(ctx, common, { ...local, ...flags });
    return {
      value: { specs: specs.value, credential: given.value },
      problems: [
        ...idProblems(ctx, common, reference),
        ...needlessBulkFlags(flags),
        ...(await reportProblems(ctx, flags.report)),
        ...confirmationProblems(ctx, common),
        ...specs.problems,
        ...printing,
        ...given.problems,
      ],
    };
  });
  const planRotate = takesIntake(session.definition) ? null : session.verb('planRotate', 'rotate credentials');
  const picked = await pickReplaced(session, reference, input.specs);
  // A credential that a person fetched takes no other's place.
  const { account, first } =
    planRotate === null ? { account: picked, first: null } : await lookBackAt(session, picked, flags);
  const id = ctx.uuid();
  async function planned(plan: IssuancePlan): Promise<PlannedIssuance> {
    const specs = await withDefault(session, input.specs, plan);
    return {
      id,
      operation: 'rotate',
      plan,
      action: `Rotate the credential of ${session.naming(account)}`,
      targets: await targetsFor(session, specs, account),
      flags,
      first,
      report: reportTo(session, account, flags.report),
      checkUnchanged: () => (planRotate === null ? checkUnchanged : checkSettled)(session, account),
    };
  }
  if (planRotate !== null) return issuance(session, await planned(await planRotate(account)));
  const suppliedIssuance = await planSupplied(session, input.credential, {
    request: { operation: 'rotate', account, name: account.name, token: flags.token ?? null },
    flags,
    plan: async (manual, supplied) => planned(await manual.planRotate(account, supplied)),
  });
  return issuance(session, suppliedIssuance);
}

/** The report has the shape of one of several accounts, so that its reader need not know how many there were. */
function reportTo(session: Session, account: Account, path: string | undefined): EndReport | null {
  if (path === undefined) return null;
  return {
    problems: (targets) => reportPlaceProblems(session.ctx, path, targets),
    write: ({ result, error }) => {
      const nothing = { rotated: [], delivered: [], skipped: [], failed: [] };
      const failed = error && failedItem(account, error, { result, flags: session.commandFlags });
      const rotated = error === null && result !== null ? [rotatedItem(result)] : [];
      return writeReport(session, { ...nothing, rotated, failed: failed === null ? [] : [failed] }, path);
    },
  };
}

/** What an earlier run left of the account; most accounts have nothing in the journal. */
async function lookBackAt(session: Session, account: Account, { supersede }: RotateFlags): Promise<LookedBack> {
  const { journal } = await session.state();
  const opened = journal({ keepsSecrets: true });
  // A journal that cannot be read is reported by its preflight.
  if ((await opened.list().catch(() => [])).length === 0) return { account, first: null };
  const { lookBack } = await import('./look-back.ts');
  return lookBack(session, opened, { account, supersede: supersede === true });
}

/** Without `--to`, a supplied credential replaces the old one where that is stored, if known. */
async function withDefault(
  { targetEnvironment }: Session,
  specs: readonly TargetSpec[],
  { manual }: IssuancePlan,
): Promise<readonly TargetSpec[]> {
  if (specs.length > 0 || manual === undefined) return specs;
  if (manual.defaultTarget === undefined) {
    throw new UsageError('--to is missing: say where the new session goes', {
      hint: 'e.g. --to session:~/.augment/session.json, or --to gh-secret:<owner/repo>#AUGMENT_SESSION_AUTH',
    });
  }
  return parseTargets([manual.defaultTarget], targetEnvironment).specs;
}

/**
 * The account whose credential is replaced. Where accounts are known from local records only, and there is none, as in a CI
 * job, the old credential that the targets hold says which account it is.
 * @throws NotFoundError when they do not
 */
async function pickReplaced(session: Session, id: string | undefined, specs: readonly TargetSpec[]): Promise<Account> {
  try {
    return await pickAccount(session, id);
  } catch (error) {
    const isUnknown = error instanceof NotFoundError && id !== undefined;
    const account = isUnknown ? await accountInTargets(session, id.trim(), specs) : null;
    if (account === null) throw error;
    const { name, tokens } = account;
    const fingerprints = tokens.map(({ fingerprint }) => fingerprint).join(', ');
    await session.note(`${name} is not recorded here; what --to names holds its old credential (${fingerprints})`);
    return account;
  }
}

async function accountInTargets(session: Session, id: string, specs: readonly TargetSpec[]): Promise<Account | null> {
  const { ctx, provider } = session;
  if (provider.manual === undefined) return null;
  const name = id.slice(id.lastIndexOf('/') + 1);
  const subject = { provider: provider.name, organization: null, id, name };
  const held = [];
  for (const target of await targetsFor(session, specs, subject)) {
    const text = (await target.holds?.()) ?? null;
    if (text !== null) held.push({ target: addressOf(target.name, { ...ctx, ...session.connection }), text });
  }
  return provider.manual.adoptAccount(id, held);
}
