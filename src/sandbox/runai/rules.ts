import { Refusal, notFound } from './answers.ts';
import type { Features, RunaiEmulatorOptions } from './options.ts';
import { requireWithin, rulesOf } from './permissions.ts';
import { isoTime } from '../records.ts';
import type { RoleRecord, RuleKey, RuleRecord, RunaiState, ScopeType, SubjectType } from './state.ts';

/** An access rule as the API shows it; a type, so that it can be filtered by field. */
export type RuleView = Omit<RuleRecord, 'clusterId'> & {
  readonly clusterId?: string;
  readonly roleName: string;
  readonly scopeName: string;
  readonly tenantId: number;
};

/** The access rules of a control plane: what the API does, apart from HTTP (contracts/runai.md 7). */
export class Rules {
  readonly #options: RunaiEmulatorOptions;
  readonly #features: Features;

  constructor(options: RunaiEmulatorOptions, features: Features) {
    this.#options = options;
    this.#features = features;
  }

  list({ includeDeleted }: { includeDeleted: boolean }): RuleView[] {
    return this.#options.state.rules
      .filter(({ deletedAt }) => includeDeleted || deletedAt === null)
      .map((rule) => this.view(rule));
  }

  /** Those of the account of this name. */
  listOf(name: string): RuleView[] {
    return rulesOf(this.#options.state, name).map((rule) => this.view(rule));
  }

  /** @throws Refusal 404 */
  find(id: string): RuleRecord {
    const rule = this.#options.state.rules.find(
      (candidate) => String(candidate.id) === id && candidate.deletedAt === null,
    );
    if (rule === undefined) throw notFound(`Access rule with id ${id}`);
    return rule;
  }

  view(rule: RuleRecord): RuleView {
    const { state } = this.#options;
    const { clusterId, ...shown } = rule;
    return {
      ...shown,
      subjectType: this.#spelled(rule.subjectType),
      ...(clusterId === null ? {} : { clusterId }),
      roleName: state.roles.find(({ id }) => id === rule.roleId)?.name ?? '',
      scopeName: findScope(state, rule.scopeType, rule.scopeId)?.name ?? '',
      tenantId: state.tenant.id,
    };
  }

  /** Only the answer for one rule has its path. */
  viewWithPath(rule: RuleRecord): RuleView & { readonly scopePath: string | null } {
    const scope = findScope(this.#options.state, rule.scopeType, rule.scopeId);
    return { ...this.view(rule), scopePath: scope?.path ?? null };
  }

  /**
   * The subject need not exist: the API takes its name on trust.
   * @throws Refusal 403, 404, and 409 when the same rule exists
   */
  async create(key: RuleKey, createdBy: string): Promise<RuleRecord> {
    const { state, now, save } = this.#options;
    requireWithin(state, createdBy, findRole(state, key.roleId));
    const { clusterId } = requireScope(state, key);
    if (state.rules.some((rule) => rule.deletedAt === null && this.#isSame(rule, key))) {
      throw new Refusal(409, 'The access rule already exists');
    }
    state.lastRuleId += 1;
    const time = isoTime(now());
    const rule: RuleRecord = {
      ...key,
      id: state.lastRuleId,
      clusterId,
      createdBy,
      createdAt: time,
      updatedAt: time,
      deletedAt: null,
    };
    state.rules.push(rule);
    await save?.();
    return rule;
  }

  async remove(rule: RuleRecord): Promise<void> {
    rule.deletedAt = isoTime(this.#options.now());
    rule.updatedAt = rule.deletedAt;
    await this.#options.save?.();
  }

  #isSame(rule: RuleRecord, key: RuleKey): boolean {
    return (
      rule.subjectId === key.subjectId &&
      this.#spelled(rule.subjectType) === this.#spelled(key.subjectType) &&
      rule.roleId === key.roleId &&
      rule.scopeType === key.scopeType &&
      rule.scopeId === key.scopeId
    );
  }

  /** Before 2.24 there are applications only (contracts/runai.md 1). */
  #spelled(type: SubjectType): SubjectType {
    return type === 'service-account' && !this.#features.hasServiceAccounts ? 'app' : type;
  }
}

function findRole({ roles }: RunaiState, id: number): RoleRecord {
  const role = roles.find((candidate) => candidate.id === id);
  if (role === undefined) throw notFound(`Role with id ${id}`);
  return role;
}

function requireScope(state: RunaiState, { scopeType, scopeId }: RuleKey): Scope {
  const scope = findScope(state, scopeType, scopeId);
  if (scope === null) throw notFound(`Scope ${scopeType} with id ${scopeId}`);
  return scope;
}

/** A scope that exists, with the names from the tenant down to it. */
export interface Scope {
  readonly name: string;
  /** e.g. `acme/gpu-east/research/vision` (contracts/runai.md 7). */
  readonly path: string;
  /** null for the tenant. */
  readonly clusterId: string | null;
}

type Find = (state: RunaiState, id: string) => Scope | null;

const finders: Readonly<Record<ScopeType, Find>> = { tenant, cluster, department, project };

/** The scope of this type and id, or null when there is none. */
function findScope(state: RunaiState, type: ScopeType, id: string): Scope | null {
  return finders[type](state, id);
}

function tenant({ tenant: { id: tenantId, name } }: RunaiState, id: string): Scope | null {
  return String(tenantId) === id ? { name, path: name, clusterId: null } : null;
}

function cluster(state: RunaiState, id: string): Scope | null {
  const found = state.clusters.find(({ uuid }) => uuid === id);
  if (found === undefined) return null;
  const { name } = found;
  return { name, path: `${state.tenant.name}/${name}`, clusterId: id };
}

function department(state: RunaiState, id: string): Scope | null {
  const found = state.departments.find((candidate) => candidate.id === id);
  return found === undefined ? null : below(cluster(state, found.clusterId), found.name);
}

function project(state: RunaiState, id: string): Scope | null {
  const found = state.projects.find((candidate) => candidate.id === id);
  return found === undefined ? null : below(department(state, found.parentId), found.name);
}

function below(parent: Scope | null, name: string): Scope | null {
  return parent === null ? null : { ...parent, name, path: `${parent.path}/${name}` };
}
