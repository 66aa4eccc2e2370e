import { accountFlag } from '../../session/account-flags.ts';
import { verb } from '../verb.ts';

export const get = verb({
  summary: 'Show one service account',
  description: 'Shows one service account, found by its id or its exact, unique name.',
  honours: ['connection', 'organization', 'output', 'raw'],
  prints: ['account'],
  examples: ['sactl serviceaccounts get --id ci-deploy', 'sactl sa get --id ci-deploy -q .expiresAt'],
  flags: accountFlag,
  run: async (invocation, { id }) => (await import('../../session/pick.ts')).printAccount(invocation, id),
});
