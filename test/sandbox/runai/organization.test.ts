import { describe, expect, test } from 'vitest';

import { clusterIds, departmentIds, projectIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { testNow } from '../../harness/context.ts';
import { deploy, items, namesOf } from './deployment.ts';

const departments = '/api/v1/org-unit/departments';
const projects = '/api/v1/org-unit/projects';
const v1Roles = '/api/v1/authorization/roles';
const v2Roles = '/api/v2/authorization/roles';

function daysAgo(days: number): string {
  return new Date(testNow - days * 86_400_000).toISOString();
}

test('projects name their cluster and their department', async () => {
  const answer = await deploy().send('GET', projects);
  expect(Object.keys(answer.object)).toEqual(['projects']);
  expect(items(answer, 'projects')).toContainEqual({
    id: projectIds.visionWest,
    name: 'vision',
    clusterId: clusterIds.west,
    parentId: departmentIds.lab,
    description: '',
    createdAt: daysAgo(320),
    updatedAt: daysAgo(320),
    resources: [],
    totalResources: { gpuQuota: 0 },
    enforceRunaiScheduler: true,
    effective: {},
    status: { phase: 'Ready' },
  });
});

test('departments name their cluster', async () => {
  const answer = await deploy().send('GET', departments);
  const lab = {
    id: departmentIds.lab,
    name: 'lab',
    clusterId: clusterIds.west,
    createdAt: daysAgo(320),
    updatedAt: daysAgo(320),
    resources: [],
    totalResources: { gpuQuota: 0 },
  };
  expect(items(answer, 'departments')).toContainEqual(lab);
});

// docs/contracts/runai.md 15.27
describe('by id', () => {
  test.each([
    [departments, 'departments', departmentIds.lab],
    [projects, 'projects', projectIds.visionEast],
  ])('%s have the same as in the list', async (path, key, id) => {
    const { send } = deploy();
    const list = items(await send('GET', path), key);
    const { status, json } = await send('GET', `${path}/${id}`);
    expect([status, json]).toEqual([200, list.find((item) => item['id'] === id)]);
    const absent = await send('GET', `${path}/1`);
    expect([absent.status, absent.json]).toEqual([404, { code: 404, message: `No such id among the ${key}` }]);
  });

  test('clusters have the same as in the list', async () => {
    const { send } = deploy();
    const { array } = await send('GET', '/api/v1/clusters');
    const { json } = await send('GET', `/api/v1/clusters/${clusterIds.east}?verbosity=metadata`);
    expect(json).toEqual(array[0]);
    expect((await send('GET', '/api/v1/clusters/x')).status).toBe(404);
  });
});

// docs/contracts/runai.md 6
describe('filterBy', () => {
  test.each([
    [projects, 'projects', 'name==vision', ['vision', 'vision']],
    [projects, 'projects', `name==vision,clusterId==${clusterIds.west}`, ['vision']],
    [projects, 'projects', 'name=@o', ['vision', 'vision', 'recommender', 'monitoring', 'robotics']],
    [projects, 'projects', 'name=^ro', ['robotics']],
    [projects, 'projects', 'name=$ing', ['monitoring']],
    [projects, 'projects', 'parentName==research', ['vision', 'language']],
    [projects, 'projects', 'name!=vision,name!@r', ['language']],
    [departments, 'departments', `createdAt>=${daysAgo(400)}`, ['lab']],
    [departments, 'departments', 'name==absent', []],
    [v2Roles, 'roles', 'name=@researcher', ['L1 researcher', 'L2 researcher']],
  ])('of %s %s: %s', async (path, key, filter, names) => {
    const answer = await deploy().send('GET', `${path}?filterBy=${encodeURIComponent(filter)}`);
    expect(namesOf(items(answer, key))).toEqual(names);
  });

  test.each(['id==50', 'name', 'name==', '==x', 'name=x', 'toString==x'])('%s is 400', async (filter) => {
    const answer = await deploy().send('GET', `${departments}?filterBy=${encodeURIComponent(filter)}`);
    expect([answer.status, answer.json]).toEqual([400, { code: 400, message: `Invalid filter ${filter}` }]);
  });
});

test('search finds projects by a part of their name, and is unknown to departments', async () => {
  const { send } = deploy();
  expect(namesOf(items(await send('GET', `${projects}?search=bot`), 'projects'))).toEqual(['robotics']);
  expect(items(await send('GET', `${departments}?search=bot`), 'departments')).toHaveLength(4);
});

test.each(['limit=0', 'limit=501', 'limit=x', 'offset=-1'])('?%s is 400', async (query) => {
  const { status, object } = await deploy().send('GET', `${projects}?${query}`);
  expect([status, object['code']]).toEqual([400, 400]);
});

test.each([
  [departments, 'departments', 4],
  [projects, 'projects', 6],
  [v2Roles, 'roles', 10],
])('%s has pages that say where the next one is, except the last', async (path, key, total) => {
  const { send } = deploy();
  const seen: unknown[] = [];
  let next: unknown = 0;
  while (typeof next === 'number') {
    const answer = await send('GET', `${path}?limit=3&offset=${next}`);
    seen.push(...namesOf(items(answer, key)));
    next = answer.object['next'];
  }
  expect(next).toBeUndefined();
  expect(seen).toEqual(namesOf(items(await send('GET', path), key)));
  expect(seen).toHaveLength(total);
});

describe('roles', () => {
  test('of v1 are a bare array, and of v2 the same with permission sets, and permissions without names', async () => {
    const { send } = deploy();
    const { array } = await send('GET', v1Roles);
    const second = items(await send('GET', v2Roles), 'roles');
    const [, , viewer] = array;
    const access = { displayName: 'Clusters', groupId: 'physical-resource' };
    expect(viewer?.['permissions']).toContainEqual({ resourceType: 'cluster', ...access, actions: ['read'] });
    expect(second[2]?.['permissions']).toContainEqual({ resourceType: 'cluster', actions: ['read'] });
    const others = { permissions: expect.any(Array), permissionSets: [] };
    expect(second).toEqual(array.map((role) => Object.assign(role, others)));
  });

  test('may not be effective although they are enabled', async () => {
    const { array } = await deploy().send('GET', v1Roles);
    const idle = array.filter(({ effectiveEnabled }) => effectiveEnabled === false);
    expect(idle).toMatchObject([{ name: 'L2 researcher', enabled: true, custom: false }]);
  });
});

test('clusters are a bare array', async () => {
  const { array } = await deploy().send('GET', '/api/v1/clusters?verbosity=metadata');
  expect(array.map(({ uuid, name, tenantId }) => [uuid, name, tenantId])).toEqual([
    [clusterIds.east, 'gpu-east', 1001],
    [clusterIds.west, 'gpu-west', 1001],
  ]);
  expect(Object.keys(array[0] ?? {})).not.toContain('status');
});
