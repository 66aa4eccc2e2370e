import { grantFlags } from '../../session/account-flags.ts';
import { verb } from '../verb.ts';

export const create = verb({
  summary: 'Give an account a role on a scope',
  description:
    'Adds an access rule. Role and scope are named by id or by exact name; a name that several have is refused.',
  honours: ['connection', 'output', 'raw', 'change', 'turn'],
  prints: ['access-rule'],
  needs: 'accessRules',
  examples: [
    'sactl accessrules create --provider runai --account ci-vision --role "L1 researcher" --scope project:language',
    'sactl accessrules create --provider runai --account ci-vision --role Viewer --scope project:vision --cluster gpu-west',
  ],
  flags: grantFlags,
  run: async (invocation, flags) => (await import('../../session/access-rules.ts')).createRule(invocation, flags),
});
