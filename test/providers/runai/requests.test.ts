// @module-tag slow
import { expect, test } from 'vitest';

import { controlPlanes } from '../../../src/sandbox/runai/versions.ts';
import { runaiSandboxClients, useRunai } from '../../harness/runai.ts';

const deploy = useRunai();
const { newcomer } = runaiSandboxClients;
const grant = ['--role', 'Viewer', '--scope', 'project:language'];

/** Every verb, as it succeeds and as it is refused; by its exit code. */
const lines: readonly (readonly [code: number, line: readonly string[]])[] = [
  [0, ['whoami']],
  [0, ['sa', 'list', '--columns', 'name,rules']],
  [0, ['sa', 'get', '--id', 'dashboards']],
  [0, ['sa', 'create', '--name', 'fresh', ...grant, '--json']],
  [5, ['sa', 'create', '--name', 'fresh', '--json']],
  [2, ['sa', 'create', '--name', 'Not-a-name', '--json']],
  [2, ['sa', 'create', '--name', 'other', '--role', 'absent', '--scope', 'tenant', '--json']],
  [0, ['sa', 'rotate', '--id', 'fresh', '--yes', '--json']],
  [0, ['sa', 'update', '--id', 'fresh', '--disable']],
  [0, ['sa', 'update', '--id', 'fresh', '--enable']],
  [0, ['accessrules', 'create', '--account', 'fresh', '--role', 'Editor', '--scope', 'cluster:gpu-east']],
  [0, ['accessrules', 'create', '--account', 'fresh', '--role', 'Editor', '--scope', 'cluster:gpu-east']],
  [0, ['accessrules', 'create', '--account', 'fresh', '--role', 'Viewer', '--scope', 'tenant']],
  [0, ['accessrules', 'create', '--account', 'fresh', '--role', 'Viewer', '--scope', 'department:lab']],
  [0, ['accessrules', 'list', '--account', 'fresh']],
  [0, ['accessrules', 'list']],
  [0, ['accessrules', 'delete', '--id', '102', '--yes']],
  [3, ['accessrules', 'delete', '--id', '102', '--yes']],
  [0, ['roles', 'list']],
  [0, ['scopes', 'list']],
  [0, ['sa', 'delete', '--id', 'fresh', '--yes']],
  [3, ['sa', 'delete', '--id', 'fresh', '--yes']],
  [3, ['sa', 'rotate', '--id', 'fresh', '--yes', '--json']],
];

// The harness holds each request and each answer against the documents.
test.each(controlPlanes)('with %s all verbs send what is documented', async (controlPlane) => {
  const deployment = deploy({ controlPlane });
  const codes: unknown[] = [];
  for (const [, line] of lines) codes.push([(await deployment.run(line)).code, line.join(' ')]);
  expect(codes).toEqual(lines.map(([code, line]) => [code, line.join(' ')]));
  expect(deployment.mutations()).toHaveLength(16);
  expect((await deployment.run(['doctor', '--provider', 'runai'])).stdout).toContain('runai');
});

test.each(controlPlanes)('with %s they do so when they are refused', async (controlPlane) => {
  const fresh = deploy({ controlPlane, client: newcomer });
  const wrong = deploy({ controlPlane, client: { ...newcomer, clientSecret: 'wrong' } });
  for (const deployment of [wrong, fresh]) {
    for (const line of [
      ['sa', 'list'],
      ['sa', 'rotate', '--id', 'ci-vision', '--yes', '--json'],
      ['sa', 'get', '--id', 'x'],
    ]) {
      expect([(await deployment.run(line)).code, line]).toEqual([4, line]);
    }
    expect(deployment.mutations()).toEqual([]);
  }
});
