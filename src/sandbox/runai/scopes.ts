import type { RunaiState, ScopeType } from './state.ts';

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
export function findScope(state: RunaiState, type: ScopeType, id: string): Scope | null {
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
