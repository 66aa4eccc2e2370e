import { Option, type CommandUnknownOpts } from '@commander-js/extra-typings';

import type { TargetSpec } from '../../delivery/targets/scheme.ts';
import { UsageError, type ExitCode } from '../../errors.ts';
import type { IssuancePlan } from '../../providers/issuance.ts';
import type { SuppliedCredential } from '../../providers/manual.ts';
import type { BulkFlags } from '../../fleet/selectors.ts';
import { found } from '../../session/check.ts';
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
import type { IntakeFlags } from '../../session/intake.ts';
import type { PlannedIssuance } from '../../session/planned-issuance.ts';
import type { Session } from '../../session/session.ts';

export function addRotate(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'rotate', {
    summary: 'Replace the credentials of service accounts',
    description:
      'Issues a new credential and brings it where --to says, or prints it; it is shown once. The old one stops ' +
      'working at once. Until it is delivered, the new one is kept in the journal: see "sactl recover". On Augment a ' +
      'person makes the new token in the web console, and the old one works on until it is revoked there; without --to ' +
      'it goes to ~/.augment/session.json, when that holds the old one. ' +
      'With several --id, or with --all, --match, --expiring-within or --older-than, which narrow each other down, it ' +
      'rotates every account that is due, and reports what came of each; --to is needed then, and has {name} or {id} in it.',
    honours: ['connection', 'fleet', 'organization', 'output', 'raw', 'change'],
    examples: [
      'sactl serviceaccounts rotate --id ci-deploy',
      'sactl sa rotate --id ci-deploy --yes --to file:ci-deploy.token',
      'sactl sa rotate --id ci-deploy --yes --to gh-secret:acme/app#NSCALE_SERVICE_TOKEN',
      'sactl sa rotate --id ci-deploy --yes -q .credential.value > token',
      'sactl sa rotate --id ci-deploy --to dotenv:.env#NSCALE_SERVICE_TOKEN --dry-run',
      'sactl sa rotate --provider augment --id ci-reviewer --token nightly-2 -f session.json --to session:~/.augment/session.json --yes',
      "sactl sa rotate --provider all --older-than 60d --to 'file:tokens/{provider}-{name}' --yes --report rotation.md",
      "sactl sa list -q '.[].id' | sactl sa rotate --id - --expiring-within 14d --to 'vault:ci/{name}#token' --yes",
    ],
  })
    .option('--id <id>', 'id or exact name of an account; may be repeated; "-" reads ids from stdin', repeated)
    .option('--all', 'all accounts that the credential can see')
    .option('--match <glob>', "accounts whose name fits the pattern, e.g. 'ci-*'")
    .option('--expiring-within <duration>', 'accounts that expire within this time, e.g. 14d')
    .option('--older-than <duration>', 'accounts whose credential was issued longer ago, e.g. 60d')
    .addOption(
      new Option(
        '--age-from <time>',
        'with --older-than: where no rotation of an account is recorded, count from its creation',
      ).choices(['createdAt'] as const),
    )
    .option('--include-expired', 'also accounts that have expired; with several accounts')
    .option('--include-disabled', 'also accounts that are disabled; with several accounts')
    .option('--concurrency <n>', 'how many accounts are worked on at once (default: 4)')
    .option('--report <file>', 'also write what came of each account to this .md or .json file')
    .option('-f, --file <path>', 'the new session.json; "-" is standard input (Augment)')
    .option('--stdin', 'read the new session from standard input (Augment)')
    .addOption(deliveryOptions.token())
    .addOption(deliveryOptions.allowTenantChange())
    .addOption(deliveryOptions.to())
    .addOption(deliveryOptions.verify())
    .addOption(deliveryOptions.noVerify())
    .addOption(deliveryOptions.reissue())
    .addOption(deliveryOptions.noReissue())
    .option('--allow-self', 'rotate the credential that sactl itself works with')
    .addOption(deliveryOptions.noJournal())
    .action((flags) => host.run((invocation) => runRotate(invocation, flags)));
}

interface RotateFlags extends BulkFlags, DeliveryFlags, IntakeFlags {}

async function runRotate(invocation: Invocation, flags: RotateFlags): Promise<ExitCode> {
  const { isBulk } = await import('../../fleet/selectors.ts');
  const { isFleet } = await import('../../fleet/is-fleet.ts');
  const { ctx, common } = invocation;
  if (!isBulk(flags) && !isFleet(ctx, common)) return rotateOne(invocation, flags);
  const { rotateSeveral } = await import('../../fleet/rotate.ts');
  return rotateSeveral(invocation, flags);
}

async function rotateOne({ ctx, common, open }: Invocation, flags: RotateFlags): Promise<ExitCode> {
  const { needlessBulkFlags } = await import('../../fleet/selectors.ts');
  const { confirmationProblems } = await import('../../session/confirm.ts');
  const { checkIntake, needlessIntake, planSupplied, takesIntake } = await import('../../session/intake.ts');
  const { idProblems } = await import('../../session/pick.ts');
  const { pickReplaced } = await import('./replaced-account.ts');
  const { checkUnchanged } = await import('../../session/issuance.ts');
  const { issuance } = await import('../../session/issuance.ts');
  const [reference] = flags.id ?? [];
  const { session, input } = await open(async (local) => {
    const specs = await checkTargets(local, flags, { isNew: false });
    const isSupplied = takesIntake(local.definition);
    const given = isSupplied
      ? await checkIntake(ctx, common, { flags, definition: local.definition })
      : found(...needlessIntake(local.definition, flags, { isDocument: false }));
    const printing = isSupplied ? [] : await printingProblems(ctx, common, { ...local, flags });
    return {
      value: { specs: specs.value, credential: given.value },
      problems: [
        ...idProblems(ctx, common, reference),
        ...needlessBulkFlags(flags),
        ...confirmationProblems(ctx, common),
        ...specs.problems,
        ...printing,
        ...given.problems,
      ],
    };
  });
  const planRotate = session.verb('planRotate', 'rotate credentials');
  const account = await pickReplaced(session, reference, input.specs);
  const request = {
    operation: 'rotate',
    account,
    name: account.name,
    token: flags.token ?? null,
  } as const;
  const id = ctx.uuid();
  async function plan(supplied?: SuppliedCredential): Promise<PlannedIssuance> {
    const issuing = await planRotate(account, supplied);
    const specs = await withDefault(session, input.specs, issuing);
    return {
      id,
      operation: 'rotate',
      plan: issuing,
      action: `Rotate the credential of ${session.naming(account)}`,
      targets: await targetsFor(session, specs, account),
      flags,
      checkUnchanged: () => checkUnchanged(session, account),
    };
  }
  return issuance(
    session,
    takesIntake(session.definition)
      ? await planSupplied(session, input.credential, { request, flags, plan })
      : await plan(),
  );
}

/** Where the new credential goes when nobody says: to the place of the one it replaces, where that is known. */
async function withDefault(
  { targetEnvironment }: Session,
  specs: readonly TargetSpec[],
  { isSupplied, defaultTarget }: IssuancePlan,
): Promise<readonly TargetSpec[]> {
  if (specs.length > 0 || isSupplied !== true) return specs;
  if (defaultTarget === undefined) {
    throw new UsageError('--to is missing: say where the new session goes', {
      hint: 'e.g. --to session:~/.augment/session.json, or --to gh-secret:<owner/repo>#AUGMENT_SESSION_AUTH',
    });
  }
  const { parseTargets } = await import('../../delivery/targets/parse.ts');
  return parseTargets([defaultTarget], targetEnvironment).specs;
}
