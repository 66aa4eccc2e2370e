import type { Hono } from 'hono';

import { answer, notFound } from './answers.ts';
import { guard, queryOf, type Deployment } from './handler.ts';
import { pageOf, select } from './query.ts';
import type { ClusterRecord, DepartmentRecord, ProjectRecord } from './state.ts';

/** Clusters, departments and projects: where scope ids come from (contracts/runai.md 9). */
export function addOrganizationRoutes(app: Hono, deployment: Deployment): void {
  const { clusters, departments, projects, tenant } = deployment.options.state;
  app.get(
    '/api/v1/clusters',
    guard(deployment, { resourceType: 'cluster', action: 'read' }, (c) => {
      const isMetadata = c.req.query('verbosity') === 'metadata';
      return answer(clusters.map((cluster) => clusterView(cluster, tenant.id, isMetadata)));
    }),
  );
  addUnitRoute(app, deployment, { resourceType: 'department', units: departments });
  addUnitRoute(app, deployment, { resourceType: 'project', units: projects });
  app.get(
    '/api/v1/tenants',
    guard(deployment, null, () => {
      // Only a multi-tenant control plane has them.
      throw notFound('Resource');
    }),
  );
}

interface Units {
  readonly resourceType: 'department' | 'project';
  readonly units: readonly (DepartmentRecord | ProjectRecord)[];
}

function addUnitRoute(app: Hono, deployment: Deployment, { resourceType, units }: Units): void {
  const plural = `${resourceType}s`;
  app.get(
    `/api/v1/org-unit/${plural}`,
    guard(deployment, { resourceType, action: 'read' }, (c) => {
      const query = queryOf(c);
      const selected = select(query, {
        items: units,
        fieldsOf: ({ id, name, clusterId }) => ({ id, name, clusterId }),
        searched: ['name'],
      });
      const { items, next } = pageOf(query, selected);
      return answer({ [plural]: items, ...(next === null ? {} : { next }) });
    }),
  );
}

function clusterView(cluster: ClusterRecord, tenantId: number, isMetadata: boolean): unknown {
  const status = { state: 'Connected' };
  return { ...cluster, tenantId, ...(isMetadata ? {} : { status }) };
}
