import { text } from '../../session/flag.ts';
import { verb } from '../verb.ts';

export const list = verb({
  summary: 'List access rules',
  description:
    'Lists which service account has which role on which scope. A rule for everybody (Run:ai 3.0) is listed as one of all-authenticated-users: it applies to every account.',
  honours: ['connection', 'output', 'raw'],
  prints: ['access-rule[]'],
  needs: 'accessRules',
  examples: ['sactl accessrules list --provider runai', 'sactl accessrules list --provider runai --account ci-vision'],
  flags: { account: text('--account <id or name>', 'only the rules of this account') },
  run: async (invocation, { account }) =>
    (await import('../../session/access-rules.ts')).listRules(invocation, account),
});
