import { describe, expect, test } from 'vitest';

import { clusterIds, departmentIds, projectIds } from '../../../src/sandbox/runai/seed-ids.ts';
import { deploy, items, namesOf } from './deployment.ts';

const departments = '/api/v1/org-unit/departments';
const projects = '/api/v1/org-unit/projects';
const v1Roles = '/api/v1/authorization/roles';
const v2Roles = '/api/v2/authorization/roles';

test('projects name their cluster and their department', async () => {
  const answer = await deploy().send('GET', projects);
  expect(Object.keys(answer.object)).toEqual(['projects']);
  expect(items(answer, 'projects')).toContainEqual({
    id: projectIds.visionWest,
    name: 'vision',
    clusterId: clusterIds.west,
    parentId: departmentIds.lab,
  });
});

test('departments name their cluster', async () => {
  const answer = await deploy().send('GET', departments);
  const lab = { id: departmentIds.lab, name: 'lab', clusterId: clusterIds.west };
  expect(items(answer, 'departments')).toContainEqual(lab);
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
  test('of v1 are a bare array, and of v2 the same with permission sets', async () => {
    const { send } = deploy();
    const { array } = await send('GET', v1Roles);
    const second = items(await send('GET', v2Roles), 'roles');
    expect(second).toEqual(array.map((role) => Object.assign(role, { permissionSets: [] })));
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
