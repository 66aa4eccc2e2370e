// @module-tag slow
import { describe, expect, test } from 'vitest';

import type { ControlPlane } from '../../../src/sandbox/runai/versions.ts';
import { useRunai } from '../../harness/runai.ts';
import { accounts, apps, ciVision, rules } from './paths.ts';

const deploy = useRunai();
const { id } = ciVision;
const probe = `GET ${accounts}`;
const options = { newSecret: () => 'new-secret', newId: () => 'a1' };

interface Version {
  readonly controlPlane: ControlPlane;
  readonly unknownPath?: 'html';
}

const old: readonly Version[] = [
  { controlPlane: '2.20' },
  { controlPlane: '2.23' },
  { controlPlane: '2.20', unknownPath: 'html' },
];
const modern: readonly Version[] = [{ controlPlane: '2.24' }, { controlPlane: '3.0' }];

describe.each([...old, ...modern])('$controlPlane $unknownPath', (version) => {
  const isOld = old.includes(version);
  const root = isOld ? apps : accounts;
  const fresh = { ...options, ...version };

  test('lists the same accounts in the same model', async () => {
    const deployment = deploy(version);
    const outcome = await deployment.run(['sa', 'list', '--json']);
    const now = await deploy().run(['sa', 'list', '--json']);
    expect(outcome).toEqual(now);
    expect(deployment.requests).toEqual(isOld ? [probe, `GET ${apps}`] : [probe]);
  });

  test('creates with a rule', async () => {
    const deployment = deploy(fresh);
    const argv = ['sa', 'create', '--name', 'fresh', '--role', 'Viewer', '--scope', 'tenant'];
    expect(await deployment.run([...argv, '-q', '.credential|.value,.clientId,.kind'])).toEqual({
      code: 0,
      stdout: 'new-secret\nfresh\nclient-secret\n',
      stderr: 'sactl: granted Viewer on tenant 1001\n',
    });
    expect(deployment.mutations()).toEqual([`POST ${root}`, `POST ${rules}`]);
    expect(deployment.bodies).toEqual([
      { name: 'fresh' },
      {
        subjectId: 'fresh',
        subjectType: isOld ? 'app' : 'service-account',
        roleId: 10,
        scopeId: '1001',
        scopeType: 'tenant',
      },
    ]);
  });

  test('rotates', async () => {
    const deployment = deploy(fresh);
    const argv = ['sa', 'rotate', '--id', id, '--yes', '-q', '.credential|.value,.clientId'];
    const outcome = await deployment.run(argv);
    expect(outcome).toEqual({ code: 0, stdout: 'new-secret\nci-vision\n', stderr: '' });
    expect(deployment.mutations()).toEqual([`POST ${root}/${id}/secret`]);
  });

  test('updates', async () => {
    const deployment = deploy(version);
    const outcome = await deployment.run(['sa', 'update', '--id', id, '--disable', '-q', '.enabled']);
    expect(outcome).toEqual({ code: 0, stdout: 'false\n', stderr: '' });
    expect(deployment.mutations()).toEqual([`PATCH ${root}/${id}`]);
  });

  test('deletes with the rules', async () => {
    const deployment = deploy(version);
    const { code, stdout } = await deployment.run(['sa', 'delete', '--id', id, '-y', '-q', '.name']);
    expect([code, stdout]).toEqual([0, 'ci-vision\n']);
    expect(deployment.mutations()).toEqual([
      `PATCH ${root}/${id}`,
      `DELETE ${rules}/102`,
      `DELETE ${rules}/103`,
      `DELETE ${root}/${id}`,
    ]);
  });

  test('get shows the rules', async () => {
    const argv = ['sa', 'get', '--id', 'dashboards', '-q', '.accessRules[].role'];
    const outcome = await deploy(version).run(argv);
    expect(outcome).toEqual({ code: 0, stdout: 'Viewer\nDepartment viewer\n', stderr: '' });
  });
});
