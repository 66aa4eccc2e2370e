import { doneFlag, tokenFlags } from '../../session/account-flags.ts';
import { verb } from '../verb.ts';

export const revoke = verb({
  summary: 'Revoke one token of an account',
  description:
    'Says where a person revokes the token, and records that it was done. Where a copy of the token is at hand, it is ' +
    'tried until the provider refuses it, for up to 5 minutes. Prints the account.',
  honours: ['connection', 'organization', 'output', 'raw', 'change', 'turn'],
  prints: ['account'],
  needs: 'manual',
  examples: [
    'sactl tokens revoke --provider augment --id ci-reviewer --token nightly-1',
    'sactl tokens revoke --provider augment --id ci-reviewer --token nightly-1 --done --yes',
  ],
  flags: { ...tokenFlags, ...doneFlag },
  run: async (invocation, flags) => (await import('../../session/tokens.ts')).revokeToken(invocation, flags),
});
