import type * as z from 'zod/mini';

import { sactl } from '../../model/hint.ts';
import { UsageError } from '../../errors.ts';
import type { Scope } from '../access-rules.ts';
import { readPages } from './api.ts';
import type { Connection } from './connection.ts';
import { Cluster, OrgUnit } from './schema.ts';
import { payloads, type Payload } from '../answers.ts';

/** The tenant, its clusters, and the departments and projects on them (docs/contracts/runai.md 9). */
export async function listScopes({ api }: Connection): Promise<Scope[]> {
  const [clusters, departments, projects] = await Promise.all([
    api.read('/api/v1/clusters?verbosity=metadata', 'list clusters', payloads(Cluster)),
    readPages(api.read, '/api/v1/org-unit/departments', 'departments', OrgUnit),
    readPages(api.read, '/api/v1/org-unit/projects', 'projects', OrgUnit),
  ]);
  const clusterNames = new Map(clusters.map(({ wire }) => [wire.uuid, wire.name]));
  const tenants = new Set(clusters.flatMap(({ wire }) => wire.tenantId ?? []).map(String));
  function orgUnit(type: 'department' | 'project', { wire, raw }: Payload<z.infer<typeof OrgUnit>>): Scope {
    const { name, clusterId = null } = wire;
    const cluster = clusterNames.get(clusterId ?? '');
    const path = cluster === undefined ? name : `${cluster}/${name}`;
    return { id: String(wire.id), type, name, description: null, clusterId, path, raw };
  }
  return [
    ...Array.from(tenants, (id): Scope => {
      return { id, type: 'tenant', name: id, description: null, clusterId: null, path: id, raw: { tenantId: id } };
    }),
    ...clusters.map(({ wire: { uuid: id, name }, raw }): Scope => {
      return { id, type: 'cluster', name, description: null, clusterId: id, path: name, raw };
    }),
    ...departments.map((department) => orgUnit('department', department)),
    ...projects.map((project) => orgUnit('project', project)),
  ];
}

const scopeTypes = ['tenant', 'cluster', 'department', 'project'] as const;

/** What is wrong with a scope, before anything is asked; null when it is `tenant` or `<type>:<name or id>`. */
export function scopeProblem(text: string): string | null {
  const [, type = ''] = /^([^:]+):./s.exec(text) ?? [];
  if (text === 'tenant' || scopeTypes.some((known) => known === type)) return null;
  const forms = scopeTypes.map((known) => `${known}:<name or id>`).join(', ');
  return `scope "${text}" must be tenant, or one of ${forms}`;
}

/** The scope that `<type>:<name or id>` means, on `cluster` where that is given. @throws UsageError naming candidates */
export function resolveScope(
  scopes: readonly Scope[],
  { scope, cluster }: { scope: string; cluster: string | null },
): Scope {
  const [type = '', ...rest] = scope.split(':');
  const reference = rest.join(':');
  const clusterId = cluster === null ? null : resolveCluster(scopes, cluster).id;
  const candidates = scopes.filter(
    (candidate) =>
      candidate.type === type && (clusterId === null || candidate.clusterId === clusterId || type === 'tenant'),
  );
  const byId = candidates.filter(({ id }) => id === reference);
  const found = byId.length > 0 ? byId : candidates.filter(({ name }) => name === reference);
  const named = reference === '' ? candidates : found;
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0) return only;
  if (only === undefined) {
    throw new UsageError(`no ${type} has the id or name "${reference}"`, { hint: sactl`scopes list --provider runai` });
  }
  const list = named.map(({ id, path }) => `${id} (${path})`).join(', ');
  throw new UsageError(`several ${type}s are named "${reference}": ${list}`, {
    hint: 'name one by its id, or its cluster with --cluster',
  });
}

function resolveCluster(scopes: readonly Scope[], reference: string): Scope {
  const clusters = scopes.filter(({ type }) => type === 'cluster');
  const found = clusters.find(({ id, name }) => id === reference || name === reference);
  if (found !== undefined) return found;
  const names = clusters.map(({ name }) => name).join(', ');
  throw new UsageError(`no cluster has the id or name "${reference}"; there are ${names}`);
}
