import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import type { ExitCode } from '../../errors.ts';
import type { GrantedRule } from '../../providers/provider.ts';
import { declareVerb, type Host } from '../command.ts';
import type { Invocation } from '../../session/invocation.ts';
import type { Grant, GrantFlags } from './grant.ts';

export function addCreate(noun: CommandUnknownOpts, host: Host): void {
  declareVerb(noun, 'create', {
    summary: 'Give an account a role on a scope',
    description:
      'Adds an access rule. Role and scope are named by id or by exact name; a name that several have is refused.',
    honours: ['connection', 'output', 'raw', 'change'],
    examples: [
      'sactl accessrules create --provider runai --account ci-vision --role "L1 researcher" --scope project:language',
      'sactl accessrules create --provider runai --account ci-vision --role Viewer --scope project:vision --cluster gpu-west',
    ],
  })
    .option('--account <id or name>', 'account to give the role to')
    .option('--role <name or id>', 'role to give it')
    .option('--scope <type:name or id>', 'where: tenant, or cluster:, department: or project: and its name or id')
    .option('--cluster <name or id>', 'cluster of --scope, where its name is on several')
    .action((flags) => host.run((invocation) => runCreate(invocation, flags)));
}

interface CreateFlags extends GrantFlags {
  readonly cluster?: string | undefined;
}

async function runCreate({ ctx, common, open }: Invocation, flags: CreateFlags): Promise<ExitCode> {
  const { askForGrant, checkGrant } = await import('./grant.ts');
  const { change } = await import('../../session/change.ts');
  const { ruleColumns } = await import('./columns.ts');
  const { listDocument } = await import('../../output/document.ts');
  const { session, input } = await open(({ definition }) => checkGrant({ ctx, common }, flags, definition));
  const planGrant = session.verb('planGrant', 'create access rules');
  const grant = await askForGrant(session, input);
  const { account, role, scope } = grant;
  const plan = await planGrant(account, { role, scope, cluster: flags.cluster ?? null });
  return change(session, {
    operation: 'create',
    auditedAs: 'grant',
    subject: { id: null, name: account, organization: null },
    changed: (rule) => ({ id: rule.id, name: rule.account, organization: null }),
    plan,
    action: `Create an access rule for ${account}`,
    sample: sampleRule(grant),
    document: (rule) => ({
      ...listDocument({ rows: [rule], columns: ruleColumns }),
      value: { ...rule, ...session.marker },
      raw: () => rule.raw,
    }),
  });
}

/** What a rule looks like, for trying the output on. */
function sampleRule({ account, role, scope }: Grant): GrantedRule {
  const [scopeType = '', scopeName = ''] = scope.split(':', 2);
  const rule = { account, id: '1', role, scopeType, scopeId: '1', scopeName };
  return { ...rule, raw: rule };
}
