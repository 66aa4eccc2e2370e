import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import { ConflictError, type ExitCode } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import { declareVerb, type Host, type Invocation } from '../command.ts';
import {
  checkTargets,
  deliveryOptions,
  targetsFor,
  type DeliveryFlags,
} from '../delivery-flags.ts';
import type { Session } from '../session.ts';

export function addRotate(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'rotate', {
    summary: 'Replace the credential of a service account',
    description:
      'Issues a new credential and brings it where --to says, or prints it; it is shown once. The old one stops ' +
      'working at once. Until it is delivered, the new one is kept in the journal: see "sactl recover".',
    honours: ['connection', 'organization', 'output', 'raw', 'change'],
    examples: [
      'sactl serviceaccounts rotate --id ci-deploy',
      'sactl sa rotate --id ci-deploy --yes --to file:ci-deploy.token',
      'sactl sa rotate --id ci-deploy --yes --to gh-secret:acme/app#NSCALE_SERVICE_TOKEN',
      'sactl sa rotate --id ci-deploy --yes -q .credential.value > token',
      'sactl sa rotate --id ci-deploy --to profile --dry-run',
    ],
  })
    .option('--id <id>', 'id or exact name of the account')
    .addOption(deliveryOptions.to())
    .addOption(deliveryOptions.verify())
    .addOption(deliveryOptions.noVerify())
    .addOption(deliveryOptions.reissue())
    .addOption(deliveryOptions.noReissue())
    .option('--allow-self', 'rotate the credential that sactl itself works with')
    .addOption(deliveryOptions.noJournal())
    .action((flags) => host.run((invocation) => runRotate(invocation, flags)));
}

interface RotateFlags extends DeliveryFlags {
  readonly id?: string | undefined;
}

async function runRotate({ ctx, common, open }: Invocation, flags: RotateFlags): Promise<ExitCode> {
  const { confirmationProblems } = await import('../confirm.ts');
  const { idProblems, pickAccount } = await import('../pick.ts');
  const { issue } = await import('../issue.ts');
  const { session, input: specs } = await open(async (local) => {
    const { value, problems } = await checkTargets(local, flags, { isNew: false });
    return {
      value,
      problems: [
        ...idProblems(ctx, common, flags.id),
        ...confirmationProblems(ctx, common),
        ...problems,
      ],
    };
  });
  const planRotate = session.verb('planRotate', 'rotate credentials');
  const account = await pickAccount(session, flags.id);
  const plan = await planRotate(account);
  const targets = await targetsFor(session, specs, account);
  return issue(session, {
    id: ctx.uuid(),
    operation: 'rotate',
    plan,
    action: `Rotate the credential of ${session.naming(account)}`,
    targets,
    flags,
    checkUnchanged: () => checkUnchanged(session, account),
  });
}

/** Rotating what somebody else has just rotated would kill his new credential. */
async function checkUnchanged({ provider, naming }: Session, planned: Account): Promise<void> {
  const now = await provider.findAccount(planned.id);
  if (stateOf(now) === stateOf(planned)) return;
  throw new ConflictError(
    'conflict',
    `${naming(planned)} was changed by somebody else in the meantime; nothing was sent`,
    { provider: provider.name, hint: 'look at it, then run the command again', retryable: true },
  );
}

/** All that somebody changes of an account; when it was last used is not that. */
function stateOf(account: Account): string {
  return JSON.stringify({ ...account, raw: null, lastUsedAt: null, accessRules: null });
}
