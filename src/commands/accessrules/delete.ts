import { selfFlag } from '../../session/own-account.ts';
import { text } from '../../session/flag.ts';
import { verb } from '../verb.ts';

export const remove = verb({
  summary: 'Take a role away from an account',
  description: 'Deletes an access rule. Prints what was deleted.',
  honours: ['connection', 'output', 'change', 'turn'],
  prints: ['deleted'],
  needs: 'accessRules',
  examples: ['sactl accessrules delete --provider runai --id 104'],
  flags: { id: text('--id <id>', 'id of the rule, as "accessrules list" shows it'), ...selfFlag },
  run: async (invocation, flags) => (await import('../../session/access-rules.ts')).deleteRule(invocation, flags),
});
