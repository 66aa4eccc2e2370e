import type { Column } from '../../output/columns.ts';
import type { GrantedRule } from '../../providers/provider.ts';

export const ruleColumns: readonly Column<GrantedRule>[] = [
  { name: 'account', value: ({ account }) => account, shrink: 1 },
  { name: 'role', value: ({ role }) => role, shrink: 2 },
  { name: 'scopeType', header: 'SCOPE', value: ({ scopeType }) => scopeType },
  { name: 'scopeName', header: 'NAME', value: ({ scopeName }) => scopeName, shrink: 3 },
  { name: 'scopeId', header: 'SCOPE ID', value: ({ scopeId }) => scopeId },
  { name: 'id', value: ({ id }) => id },
];
