import { Refusal, type ServiceCall } from '../emulator.ts';
import { filtered, type Filters } from './filter.ts';
import { pageOf, rangeOf } from './paging.ts';
import type { OrgUnitRecord, RunaiDeployment, RunaiState } from './state.ts';

/** Where scope ids come from; the same with `verbosity=metadata` and without (docs/contracts/runai.md 9). */
export function listClusters(_: ServiceCall, __: string, { state }: RunaiDeployment): unknown {
  return state.clusters.map((cluster) => clusterView(cluster, state));
}

/** @throws Refusal 404 */
export function getCluster({ parameters }: ServiceCall, _: string, { state }: RunaiDeployment): unknown {
  return clusterView(findCluster(parameters['id'], state), state);
}

function findCluster(id: string | undefined, { clusters }: RunaiState): RunaiState['clusters'][number] {
  const cluster = clusters.find(({ uuid }) => uuid === id);
  if (cluster === undefined) throw new Refusal(404, 'Cluster not found');
  return cluster;
}

function clusterView(cluster: RunaiState['clusters'][number], { tenant }: RunaiState): unknown {
  return { ...cluster, tenantId: tenant.id };
}

const minimalFilters: Filters<RunaiState['clusters'][number]> = { uuid: ({ uuid }) => uuid, name: ({ name }) => name };

/** The same for those who may not read clusters; a page is a bare array (docs/contracts/runai.md 9). @throws Refusal 400 */
export function listMinimalClusters({ url }: ServiceCall, _: string, { state }: RunaiDeployment): unknown {
  const { from, to } = rangeOf(url.searchParams);
  const clusters = filtered(state.clusters, url.searchParams, minimalFilters).slice(from, to);
  return clusters.map((cluster) => minimalView(cluster, state));
}

/** @throws Refusal 404 */
export function getMinimalCluster({ parameters }: ServiceCall, _: string, { state }: RunaiDeployment): unknown {
  return minimalView(findCluster(parameters['id'], state), state);
}

function minimalView({ uuid, name }: RunaiState['clusters'][number], { tenant }: RunaiState): unknown {
  return { uuid, name, tenantId: tenant.id };
}

/** Departments or projects: how they are read, and shown. */
export interface OrgUnits<Unit extends OrgUnitRecord = OrgUnitRecord> {
  readonly plural: string;
  readonly all: (state: RunaiState) => readonly Unit[];
  readonly filters: (state: RunaiState) => Filters<Unit>;
  /** Whether `search` looks for a part of the name; where it does not, it is ignored. */
  readonly isSearched: boolean;
  readonly view: (unit: Unit, state: RunaiState) => unknown;
}

export const departments: OrgUnits = {
  plural: 'departments',
  all: (state) => state.departments,
  filters: unitFilters,
  isSearched: false,
  view: ({ id, name, clusterId }, state) => ({ id, name, clusterId, ...made(clusterId, state), ...idle }),
};

export const projects: OrgUnits<RunaiState['projects'][number]> = {
  plural: 'projects',
  all: (state) => state.projects,
  filters: (state) => ({
    ...unitFilters(state),
    departmentId: ({ parentId }) => parentId,
    parentId: ({ parentId }) => parentId,
    parentName: ({ parentId }) => state.departments.find(({ id }) => id === parentId)?.name ?? '',
    phase: () => 'Ready',
  }),
  isSearched: true,
  view: ({ id, name, clusterId, parentId }, state) => ({
    id,
    name,
    clusterId,
    parentId,
    description: '',
    ...made(clusterId, state),
    ...idle,
    enforceRunaiScheduler: true,
    effective: {},
    status: { phase: 'Ready' },
  }),
};

function unitFilters(state: RunaiState): Filters<OrgUnitRecord> {
  return {
    name: ({ name }) => name,
    clusterId: ({ clusterId }) => clusterId,
    createdAt: ({ clusterId }) => made(clusterId, state).createdAt,
  };
}

/** Every unit is as old as its cluster. */
function made(clusterId: string, { clusters }: RunaiState): { readonly createdAt: string; readonly updatedAt: string } {
  const createdAt = clusters.find(({ uuid }) => uuid === clusterId)?.createdAt ?? '';
  return { createdAt, updatedAt: createdAt };
}

/** Nothing in the sandbox uses a GPU. */
const idle = { resources: [], totalResources: { gpuQuota: 0 } };

/** @throws Refusal 400 */
export function listUnits<Unit extends OrgUnitRecord>({ plural, all, filters, isSearched, view }: OrgUnits<Unit>) {
  return ({ url: { searchParams } }: ServiceCall, _: string, { state }: RunaiDeployment): unknown => {
    const search = (isSearched ? searchParams.get('search') : null) ?? '';
    const units = filtered(all(state), searchParams, filters(state)).filter(({ name }) => name.includes(search));
    return pageOf(
      searchParams,
      plural,
      units.map((unit) => view(unit, state)),
    );
  };
}

/** No filter takes an id: this is the check of one (docs/contracts/runai.md 15.27). @throws Refusal 404 */
export function getUnit<Unit extends OrgUnitRecord>({ plural, all, view }: OrgUnits<Unit>) {
  return ({ parameters }: ServiceCall, _: string, { state }: RunaiDeployment): unknown => {
    const unit = all(state).find(({ id }) => id === parameters['id']);
    if (unit === undefined) throw new Refusal(404, `No such id among the ${plural}`);
    return view(unit, state);
  };
}
