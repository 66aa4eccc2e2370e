import type { AccessRule, GrantRequest } from '../model/account.ts';
import type { Plan } from './plan.ts';
import type { ListReading } from './list-reading.ts';

/** The verbs of a provider whose accounts get their rights by access rules: a role on a scope. */
export interface AccessRules {
  readonly listScopes: () => Promise<ListReading<Scope>>;
  /** The rules that apply to one account, or to any of them: their own, and those for everybody. @throws NotFoundError when there is no such account */
  readonly list: (account: string | null) => Promise<ListReading<GrantedRule>>;
  readonly planGrant: (account: string, grant: GrantRequest) => Promise<Plan<GrantedRule>>;
  /** @throws NotFoundError when there is no such rule */
  readonly planRevoke: (ruleId: string) => Promise<RevocationPlan>;
}

/** An access rule with the account it is for, by the name it binds to, or with what stands for everybody. */
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
