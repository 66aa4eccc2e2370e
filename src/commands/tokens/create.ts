import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { ExitCode } from '../../errors.ts';
import type { SuppliedCredential } from '../../providers/manual.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';
import { checkTargets, deliveryOptions, targetsFor, type DeliveryFlags } from '../../session/delivery-flags.ts';
import type { IntakeFlags } from '../../session/intake.ts';
import type { PlannedIssuance } from '../../session/planned-issuance.ts';

export function addCreate(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'create', {
    summary: 'Add a token to a service account',
    description:
      'Records one more token of an account that may have several, and brings it where --to says. On a terminal it says ' +
      'what to do in the web console and takes the token; elsewhere it comes with -f or --stdin.',
    honours: ['connection', 'output', 'raw', 'change'],
    examples: [
      'sactl tokens create --provider augment --id ci-reviewer',
      'sactl tokens create --provider augment --id ci-reviewer --token nightly -f session.json --to gh-secret:acme/app#AUGMENT_SESSION_AUTH',
    ],
  })
    .option('--id <id>', 'id or exact name of the account')
    .option('-f, --file <path>', 'the new session.json; "-" is standard input')
    .option('--stdin', 'read the new session from standard input')
    .addOption(deliveryOptions.token())
    .addOption(deliveryOptions.to())
    .addOption(deliveryOptions.verify())
    .addOption(deliveryOptions.noVerify())
    .addOption(deliveryOptions.allowTenantChange())
    .addOption(deliveryOptions.noJournal())
    .action((flags) => host.run((invocation) => runCreate(invocation, flags)));
}

interface CreateFlags extends DeliveryFlags, IntakeFlags {
  readonly id?: string | undefined;
}

async function runCreate({ ctx, common, open }: Invocation, flags: CreateFlags): Promise<ExitCode> {
  const { checkIntake, needlessIntake, planSupplied, takesIntake } = await import('../../session/intake.ts');
  const { idProblems, pickAccount } = await import('../../session/pick.ts');
  const { checkUnchanged } = await import('../../session/issuance.ts');
  const { issuance } = await import('../../session/issuance.ts');
  const { session, input } = await open(async (local) => {
    const specs = await checkTargets(local, flags, { isNew: false });
    const isTaken = takesIntake(local.definition);
    const { definition } = local;
    const given = isTaken ? await checkIntake(ctx, common, { flags, definition }) : null;
    return {
      value: { specs: specs.value, credential: given?.value ?? null },
      problems: [
        ...idProblems(ctx, common, flags.id),
        ...specs.problems,
        ...(given?.problems ?? needlessIntake(definition, flags, { isDocument: false })),
      ],
    };
  });
  const planToken = session.verb('planToken', 'have several tokens for one account');
  const account = await pickAccount(session, flags.id);
  const token = flags.token ?? null;
  const request = { operation: 'rotate', account, name: account.name, token } as const;
  const id = ctx.uuid();
  const targets = await targetsFor(session, input.specs, account);
  async function plan(supplied: SuppliedCredential): Promise<PlannedIssuance> {
    return {
      id,
      operation: 'rotate',
      plan: await planToken(account, supplied),
      action: `Add a token to ${session.naming(account)}`,
      targets,
      flags,
      checkUnchanged: () => checkUnchanged(session, account),
    };
  }
  return issuance(session, await planSupplied(session, input.credential, { request, flags, plan }));
}
