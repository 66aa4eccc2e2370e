import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { workFolder } from '../commands/support.ts';
import { testContext } from '../harness/context.ts';
import { run, runIn } from '../harness/run.ts';
import { exampleText, manifests } from './documents.ts';
import { understand } from './runner.ts';

interface PodSpec {
  readonly serviceAccountName: string;
  readonly restartPolicy: string;
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: Record<string, unknown>;
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly env: readonly { readonly name: string; readonly value: string }[];
    readonly securityContext: Record<string, unknown>;
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
  readonly volumes: readonly Record<string, unknown>[];
}

interface Job {
  readonly backoffLimit: number;
  readonly template: { readonly spec: PodSpec };
}

interface CronJob {
  readonly concurrencyPolicy: string;
  readonly jobTemplate: { readonly spec: Job };
}

const cronJob = manifests.get('CronJob')?.['spec'] as CronJob;
const job = cronJob.jobTemplate.spec;
const pod = job.template.spec;
const [container] = pod.containers;
const args = container?.args ?? [];
const [, namespace = '', secret = ''] =
  /^--to=kubernetes:(\S+)\/(\S+)#/.exec(args.find((arg) => arg.startsWith('--to=')) ?? '') ?? [];

describe('the CronJob', () => {
  it('is a command line that sactl understands, and that rotates what is due', async () => {
    await understand(args);
    const first = await run([...args, '--sandbox']);
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({
      rotated: [{ name: 'ci-deploy', deliveredTo: [{ target: `kubernetes:${namespace}/${secret}#token`, ok: true }] }],
      failed: [],
    });
  });

  it('works with the profile of its ConfigMap', async () => {
    const data = manifests.get('ConfigMap')?.['data'] as Record<string, string>;
    const home = await workFolder();
    await writeFile(join(home, 'config.yaml'), data['config.yaml'] ?? '');
    const env = { SACTL_CONFIG: join(home, 'config.yaml') };
    const context = testContext({ homeDirectory: home, cwd: home, env });
    const { code, stdout } = await runIn(context, ['config', 'explain', '--json']);
    expect(code).toBe(0);
    expect(stdout).toContain('/run/secrets/sactl/token');
    const mounted = container?.volumeMounts.map(({ mountPath }) => mountPath);
    expect(mounted).toEqual(expect.arrayContaining(['/run/secrets/sactl', '/etc/sactl']));
  });

  it('has no secret but by the name of a Secret', () => {
    expect(container?.env.filter(({ value }) => value === undefined)).toEqual([]);
    expect(container?.env.map(({ name }) => name)).toEqual(['SACTL_CONFIG', 'SACTL_STATE_DIR', 'HOME']);
    expect(manifests.get('Secret')).not.toHaveProperty('data');
    expect(manifests.get('Secret')).not.toHaveProperty('stringData');
  });

  it('keeps the journal, is never there twice, and is not tried again by itself', () => {
    const state = container?.volumeMounts.find(({ name }) => name === 'state')?.mountPath ?? '?';
    const directory = container?.env.find(({ name }) => name === 'SACTL_STATE_DIR')?.value;
    expect(directory?.startsWith(`${state}/`)).toBe(true);
    expect(pod.volumes).toContainEqual({ name: 'state', persistentVolumeClaim: { claimName: 'sactl-state' } });
    expect({ ...cronJob, ...job, ...pod }).toMatchObject({
      concurrencyPolicy: 'Forbid',
      backoffLimit: 0,
      restartPolicy: 'Never',
    });
    // sactl waits 5 s for an answer that is under way, and up to 60 s for a target.
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(60);
  });

  it('may do nothing that it does not need', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });
});

describe('the rights of the CronJob', () => {
  it('are to patch the one Secret that it delivers to, and no more', () => {
    expect(manifests.get('Role')).toMatchObject({ metadata: { namespace } });
    expect(manifests.get('Role')?.['rules']).toEqual([
      { apiGroups: [''], resources: ['secrets'], resourceNames: [secret], verbs: ['patch'] },
    ]);
    expect(manifests.get('Secret')).toMatchObject({ metadata: { name: secret, namespace } });
    expect(manifests.has('ClusterRole')).toBe(false);
  });

  it('are given to its own service account and nobody else', () => {
    expect(manifests.get('RoleBinding')?.['subjects']).toEqual([
      { kind: 'ServiceAccount', name: pod.serviceAccountName, namespace: 'sactl' },
    ]);
    expect(manifests.get('ServiceAccount')).toMatchObject({
      metadata: { name: pod.serviceAccountName, namespace: 'sactl' },
      automountServiceAccountToken: false,
    });
  });
});

it('the image does not run as root, and does not run the scripts of packages', () => {
  expect(exampleText('kubernetes/Dockerfile')).toMatch(
    /npm install --global --ignore-scripts sactl@[\d.]+\nUSER 10001/,
  );
});
