import { accountFlag } from '../../session/account-flags.ts';
import { verb } from '../verb.ts';

export const list = verb({
  summary: 'List the tokens of an account',
  description:
    'Lists what is recorded about the tokens of one account. "verified" says whether sactl saw the state, or only took your word for it.',
  honours: ['connection', 'organization', 'output'],
  prints: ['token[]'],
  needs: 'manual',
  examples: [
    'sactl tokens list --provider augment --id ci-reviewer',
    `sactl tokens list --provider augment --id ci-reviewer -q '.[] | select(.state == "pending-revoke").name'`,
  ],
  flags: accountFlag,
  run: async (invocation, flags) => (await import('../../session/tokens.ts')).listTokens(invocation, flags),
});
