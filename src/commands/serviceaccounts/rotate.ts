import { bulkFlags, isBulk, isFleet } from '../../fleet/flags.ts';
import { deliveryFlags, suppliedFlags } from '../../session/account-flags.ts';
import { verb } from '../verb.ts';

export const rotate = verb({
  summary: 'Replace the credentials of service accounts',
  description:
    'Issues a new credential and brings it where --to says, or prints it; it is shown once. The old one stops ' +
    'working at once. Until it is delivered, the new one is kept in the journal: see "sactl recover". On ' +
    'Augment a person makes the new token in the web console, and the old one works until it is revoked there;' +
    ' without --to it goes to ~/.augment/session.json, if that holds the old one. With several --id, or with ' +
    '--all, --match, --tag, --status, --expiring-within or --older-than, which narrow each other down, it ' +
    'rotates every account that is due and reports the outcome of each; --to is required then, with {name} or ' +
    '{id} in it.',
  honours: ['connection', 'fleet', 'organization', 'output', 'raw', 'change', 'turn'],
  prints: ['issued', 'rotation-report'],
  examples: [
    'sactl serviceaccounts rotate --id ci-deploy',
    'sactl sa rotate --id ci-deploy --yes --to file:ci-deploy.token',
    'sactl sa rotate --id ci-deploy --yes --to gh-secret:acme/app#NSCALE_SERVICE_TOKEN',
    'sactl sa rotate --id ci-deploy --yes -q .credential.value > token',
    'sactl sa rotate --id ci-deploy --to dotenv:.env#NSCALE_SERVICE_TOKEN --dry-run',
    'sactl sa rotate --provider augment --id ci-reviewer --token nightly-2 -f session.json --to session:~/.augment/session.json --yes',
    "sactl sa rotate --provider all --older-than 60d --age-from createdAt --to 'file:tokens/{provider}-{name}' --yes",
    "sactl sa rotate --tag team=platform --expiring-within 14d --to 'file:tokens/{name}' --yes",
    "sactl sa list -q '.[].id' | sactl sa rotate --id - --expiring-within 14d --to 'vault:ci/{name}#token' --yes",
  ],
  flags: { ...bulkFlags, ...suppliedFlags, ...deliveryFlags },
  several: isBulk,
  run: async (invocation, flags) => {
    if (isBulk(flags) || isFleet(invocation.ctx, invocation.common)) {
      const { rotateSeveral } = await import('../../fleet/rotate.ts');
      return rotateSeveral(invocation, flags);
    }
    const { rotateAccount } = await import('../../fleet/rotate-account.ts');
    return rotateAccount(invocation, flags);
  },
});
