import type { AccessRule, GrantRequest } from '../model/account.ts';
import type { Plan } from './plan.ts';

/** The verbs of a provider whose accounts get their rights by access rules: a role on a scope. */
export interface AccessRules {
  readonly listScopes: () => Promise<readonly Scope[]>;
  /** The rules of one account, or of all of them. @throws NotFoundError when there is no such account */
  readonly list: (account: string | null) => Promise<readonly GrantedRule[]>;
  readonly planGrant: (account: string, grant: GrantRequest) => Promise<Plan<GrantedRule>>;
  /** @throws NotFoundError when there is no such rule */
  readonly planRevoke: (ruleId: string) => Promise<RevocationPlan>;
}

/** An access rule with the account it is for, by the name it binds to. */
export interface GrantedRule extends AccessRule {
  readonly account: string;
  readonly raw: unknown;
}

/** Something a role can be granted on. */
export interface Scope {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly type: 'tenant' | 'cluster' | 'department' | 'project';
  readonly clusterId: string | null;
  /** Its name behind its cluster's, e.g. `gpu-west/vision`, because names repeat across clusters. */
  readonly path: string;
  readonly raw: unknown;
}

/** Takes an access rule away. */
export interface RevocationPlan extends Plan<void> {
  readonly rule: GrantedRule;
}
