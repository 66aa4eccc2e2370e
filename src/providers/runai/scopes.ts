import type { Scope } from '../access-rules.ts';
import type { Items, Payload } from '../answers.ts';
import type { ListReading } from '../list-reading.ts';
import { readPages } from './pages.ts';
import { isForbidden, ofList } from './problem.ts';
import type { Connection } from './connection.ts';
import { departmentReading, projectReading, type Cluster, type OrgUnit } from './schema.ts';
import { tenantIn } from './tenant.ts';

export type UnitType = 'department' | 'project';
export type Unit = Payload<OrgUnit>;
type ClusterItem = Payload<Cluster>;

const unitReadings = { department: departmentReading, project: projectReading };

export function unitsPath(type: UnitType): string {
  return `/api/v1/org-unit/${type}s`;
}

export function listUnits({ api }: Connection, type: UnitType): Promise<Items<OrgUnit>> {
  return ofList(readPages(api.read, unitsPath(type), `${type}s`, unitReadings[type]));
}

/** What can be read; null where the caller may not. */
export async function readable<Value>(read: Promise<Value>): Promise<Value | null> {
  try {
    return await read;
  } catch (error) {
    if (isForbidden(error)) return null;
    throw error;
  }
}

const scopeTypes = ['tenant', 'cluster', 'department', 'project'] as const;

/** What is wrong with a scope, before anything is asked; null when it is `tenant` or `<type>:<name or id>`. */
export function scopeProblem(text: string): string | null {
  const [, type = '', reference = ''] = /^([^:]+):(.+)$/s.exec(text) ?? [];
  if (text === 'system' || type === 'system') {
    // Not the host organization, which is a tenant (docs/contracts/runai.md 15.24).
    return `scope "${text}" would be all customers' tenants; the credential's own tenant is "tenant"`;
  }
  if (type === 'tenant' && !/^\d+$/.test(reference)) return `scope "${text}": a tenant goes by its id, a number`;
  if (text === 'tenant' || scopeTypes.some((known) => known === type)) return null;
  const forms = scopeTypes.map((known) => `${known}:<${known === 'tenant' ? 'id' : 'name or id'}>`).join(', ');
  return `scope "${text}" must be tenant, or one of ${forms}`;
}

/**
 * The tenant, its clusters, and the departments and projects on them, as far as they may be read (docs/contracts/runai.md 9).
 * @throws HttpError where none of them may be
 */
export async function listScopes(connection: Connection): Promise<ListReading<Scope>> {
  const reads = {
    clusters: connection.api.clusters(),
    departments: listUnits(connection, 'department'),
    projects: listUnits(connection, 'project'),
  };
  const [clusters, departments, projects] = await Promise.all([
    readable(reads.clusters),
    readable(reads.departments),
    readable(reads.projects),
  ]);
  if (clusters === null && departments === null) await reads.projects;
  const lists = { clusters, departments, projects };
  const hidden = Object.entries(lists).flatMap(([what, list]) => (list === null ? what : []));
  const unreadable = Object.values(lists).flatMap((list) => list?.unreadable ?? []);
  const known = clusters?.items ?? [];
  const names = namesOf(known);
  return {
    rows: [
      ...tenantScopes(await tenantIn(connection), known),
      ...known.map(({ wire: { uuid: id, name }, raw }): Scope => {
        return { id, type: 'cluster', name, description: null, clusterId: id, path: name, raw };
      }),
      ...(departments?.items ?? []).map((unit) => toScope('department', unit, names)),
      ...(projects?.items ?? []).map((unit) => toScope('project', unit, names)),
    ],
    warnings: [
      ...hidden.map((what) => `${what} are left out: this credential may not list them`),
      ...unreadable.map(({ what }) => what),
    ],
  };
}

function tenantScopes(own: string | null, clusters: readonly ClusterItem[]): Scope[] {
  const ofClusters = clusters.flatMap(({ wire }) => wire.tenantId ?? []).map(String);
  return Array.from(new Set(own === null ? ofClusters : [own]), (id): Scope => {
    return { id, type: 'tenant', name: id, description: null, clusterId: null, path: id, raw: { tenantId: id } };
  });
}

function toScope(type: UnitType, unit: Unit, names: ReadonlyMap<string, string>): Scope {
  const { id, name, clusterId = null } = unit.wire;
  return { id: String(id), type, name, description: null, clusterId, path: pathOf(unit, names), raw: unit.raw };
}

/** Names of clusters by their ids. */
export function namesOf(clusters: readonly ClusterItem[]): ReadonlyMap<string, string> {
  return new Map(clusters.map(({ wire }) => [wire.uuid, wire.name]));
}

/** A unit's name behind its cluster's, where that is known: names repeat across clusters. */
export function pathOf({ wire: { name, clusterId } }: Unit, names: ReadonlyMap<string, string>): string {
  const cluster = names.get(clusterId ?? '');
  return cluster === undefined ? name : `${cluster}/${name}`;
}
