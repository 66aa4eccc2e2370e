import { AuthError, UsageError } from '../../errors.ts';
import type { Schema } from '../../http/body.ts';
import type { GrantRequest } from '../../model/account.ts';
import { sactl } from '../../model/hint.ts';
import type { Scope } from '../access-rules.ts';
import { payload } from '../answers.ts';
import { isUuid } from '../lookup.ts';
import { clustersPath } from './api.ts';
import { orMissing } from './problem.ts';
import type { Connection } from './connection.ts';
import { Cluster, OrgUnit } from './schema.ts';
import { listUnits, namesOf, pathOf, readable, unitsPath, type Unit, type UnitType } from './scopes.ts';
import { tenantOf } from './tenant.ts';

/** The scope of a new rule; `name` is null where its id was taken as it is. */
export interface GrantScope extends Pick<Scope, 'id' | 'type' | 'clusterId'> {
  readonly name: string | null;
}

/** The error about a name whose list cannot be read. */
export function cannotLookUp(what: string, name: string, hint: string): AuthError {
  return new AuthError('forbidden', `cannot look up ${what} "${name}": this credential may not list ${what}s`, {
    provider: 'runai',
    status: 403,
    hint,
  });
}

/**
 * The scope that `<type>:<name or id>` means, on `cluster` where that is given. Only what has to be read is: an id is
 * taken as it is where the caller may not read what it is of.
 * @throws UsageError naming candidates; AuthError for a name that cannot be looked up
 */
export async function resolveScope(
  connection: Connection,
  { scope, cluster }: Pick<GrantRequest, 'scope' | 'cluster'>,
): Promise<GrantScope> {
  const [type = '', ...rest] = scope.split(':');
  const reference = rest.join(':');
  if (type === 'tenant') {
    const id = reference === '' ? await tenantOf(connection) : reference;
    return { id, type, name: null, clusterId: null };
  }
  if (type === 'cluster') return resolveCluster(connection, reference);
  const on = cluster === null ? null : await resolveCluster(connection, cluster);
  return resolveUnit(connection, { type: type === 'project' ? type : 'department', reference, on });
}

async function resolveCluster(connection: Connection, reference: string): Promise<GrantScope> {
  if (isUuid(reference)) {
    const path = `${clustersPath}/${encodeURIComponent(reference)}`;
    const found = await byId(connection, path, payload(Cluster));
    if (found !== 'missing') return { ...asScope('cluster', reference, found?.wire.name), clusterId: reference };
  }
  const list = await readable(connection.api.clusters());
  if (list === null) throw cannotLookUp('cluster', reference, 'name it by its id, a UUID');
  const { items: clusters } = list;
  const named = clusters.filter(({ wire: { uuid, name } }) => uuid === reference || name === reference);
  const [only, ...others] = named.map(({ wire }) => wire);
  if (only !== undefined && others.length === 0)
    return { ...asScope('cluster', only.uuid, only.name), clusterId: only.uuid };
  throw new UsageError(
    only === undefined
      ? `no cluster has the id or name "${reference}"; there are ${clusters.map(({ wire }) => wire.name).join(', ')}`
      : `several clusters are named "${reference}": ${named.map(({ wire }) => wire.uuid).join(', ')}`,
  );
}

interface WantedUnit {
  readonly type: UnitType;
  readonly reference: string;
  /** The cluster that it must be on. */
  readonly on: GrantScope | null;
}

async function resolveUnit(connection: Connection, wanted: WantedUnit): Promise<GrantScope> {
  const { type, reference, on } = wanted;
  // No filter takes an id (docs/contracts/runai.md 15.27), and a name may look like one.
  if (/^\d+$/.test(reference)) {
    const found = await byId(connection, `${unitsPath(type)}/${reference}`, payload(OrgUnit));
    if (found === null) return { ...asScope(type, reference), clusterId: on?.id ?? null };
    if (found !== 'missing' && isOn(found, on)) return unitScope(type, found);
  }
  const units = await readable(listUnits(connection, type));
  if (units === null) throw cannotLookUp(type, reference, `name it by its id, a number: --scope ${type}:<id>`);
  const candidates = units.items.filter((unit) => isOn(unit, on));
  const withId = candidates.filter(({ wire }) => String(wire.id) === reference);
  const named = withId.length > 0 ? withId : candidates.filter(({ wire }) => wire.name === reference);
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0) return unitScope(type, only);
  if (only === undefined) {
    const gaps = units.unreadable.map(({ what }) => what);
    throw new UsageError([`no ${type} has the id or name "${reference}"`, ...gaps].join('; '), {
      hint: sactl`scopes list --provider runai`,
    });
  }
  const names = namesOf((await readable(connection.api.clusters()))?.items ?? []);
  const list = named.map((unit) => `${String(unit.wire.id)} (${pathOf(unit, names)})`).join(', ');
  throw new UsageError(`several ${type}s are named "${reference}": ${list}`, {
    hint: 'name one by its id, or its cluster with --cluster',
  });
}

/** What has this id; null where the caller may not read it. */
async function byId<Wire>({ api }: Connection, path: string, schema: Schema<Wire>): Promise<Wire | 'missing' | null> {
  const found = await readable(orMissing(api.read(path, 'look up a scope', schema)).then((value) => ({ value })));
  return found === null ? null : (found.value ?? 'missing');
}

function isOn({ wire }: Unit, cluster: GrantScope | null): boolean {
  return cluster === null || wire.clusterId === cluster.id;
}

function asScope(type: Scope['type'], id: string, name: string | null = null): GrantScope {
  return { id, type, name, clusterId: null };
}

function unitScope(type: UnitType, { wire: { id, name, clusterId = null } }: Unit): GrantScope {
  return { id: String(id), type, name, clusterId };
}
