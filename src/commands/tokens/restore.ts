import { tokenFlags } from '../../session/account-flags.ts';
import { verb } from '../verb.ts';

export const restore = verb({
  summary: 'Put a token that was replaced back to where it was',
  description: 'Brings back the copy of a token that a rotation kept, when the token still works. Prints the account.',
  honours: ['connection', 'organization', 'output', 'raw', 'change', 'turn'],
  prints: ['account'],
  needs: 'manual',
  examples: [
    'sactl tokens restore --provider augment --id ci-reviewer --token nightly-1',
    'sactl tokens restore --provider augment --id ci-reviewer --token nightly-1 --dry-run',
  ],
  flags: tokenFlags,
  run: async (invocation, flags) => (await import('../../session/tokens.ts')).restoreToken(invocation, flags),
});
