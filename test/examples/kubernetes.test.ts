import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { workFolder } from '../commands/support.ts';
import { ops } from '../harness/age.ts';
import { testContext } from '../harness/context.ts';
import { startKubectl } from '../harness/kubectl.ts';
import { sandboxTokens, useNscale } from '../harness/nscale.ts';
import { run, runIn } from '../harness/run.ts';
import { manifest, manifests } from './documents.ts';
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

const cronJob = manifest('CronJob', 'sactl-rotate')['spec'] as CronJob;
const job = cronJob.jobTemplate.spec;
const pod = job.template.spec;
const [container] = pod.containers;
const args = container?.args ?? [];
const [, namespace = '', secret = ''] =
  /^--to=kubernetes:(\S+)\/(\S+)#/.exec(args.find((arg) => arg.startsWith('--to=')) ?? '') ?? [];

const configuration = (manifest('ConfigMap', 'sactl')['data'] as Record<string, string>)['config.yaml'] ?? '';
const deploy = useNscale();

function withRecipient(text: string): string {
  return text.replace('age1…', ops.recipient);
}

/** A pod with the configuration of the ConfigMap, in which the recipients were filled in, and `kubectl` in its PATH. */
async function openPod(kubectl: string) {
  const home = await workFolder({ token: sandboxTokens.administrator });
  const mounted = configuration.replace('/run/secrets/sactl/token', join(home, 'token'));
  await writeFile(join(home, 'config.yaml'), withRecipient(mounted));
  const { run: runWith } = deploy();
  const env = { SACTL_CONFIG: join(home, 'config.yaml'), PATH: kubectl, NSCALE_SERVICE_TOKEN: '' };
  return { home, run: (argv: readonly string[]) => runWith(argv, { cwd: home, homeDirectory: home, env }) };
}

/** What the API server calls what kubectl does with `--raw`. */
function verbOf([word = '', , path = '']: readonly string[]): string {
  if (word === 'get') return /\/secrets\//.test(path) ? 'get' : 'list';
  return word === 'replace' ? 'update' : word;
}

describe.skipIf(process.platform === 'win32')('the store of the CronJob', () => {
  it('is a namespace of its own, and its Role has every verb that is needed and no other', async () => {
    const role = manifest('Role', 'sactl-state');
    const { namespace: own = '' } = role.metadata;
    const kubectl = await startKubectl({ namespace: own });
    onTestFinished(() => kubectl.close());
    expect(manifests.filter(({ metadata }) => metadata.namespace === own).map(({ kind }) => kind)).toEqual([
      'Role',
      'RoleBinding',
    ]);
    const { run: runIt } = await openPod(kubectl.bin);
    expect(await runIt(['state', 'init'])).toMatchObject({ code: 0 });
    const line = args.map((arg) => (arg.startsWith('--to=') ? '--to=file:token' : arg));
    expect(await runIt(line)).toMatchObject({ code: 0, stdout: expect.stringContaining('"rotated": [') });
    expect(kubectl.secrets.size).toBeGreaterThan(0);
    const verbs = [...new Set(kubectl.calls.map(verbOf))].toSorted();
    expect(role['rules']).toEqual([{ apiGroups: [''], resources: ['secrets'], verbs: expect.any(Array) }]);
    const [{ verbs: allowed } = { verbs: [] }] = role['rules'] as { verbs: string[] }[];
    expect(allowed.toSorted()).toEqual(verbs);
  });

  it('is refused until somebody has put in who can open what is kept', async () => {
    const home = await workFolder({ 'config.yaml': configuration });
    const context = testContext({ homeDirectory: home, cwd: home, env: { SACTL_CONFIG: join(home, 'config.yaml') } });
    const { code, stderr } = await runIn(context, [...args]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('is no age recipient (age1…)') });
  });
});

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
    const home = await workFolder();
    await writeFile(join(home, 'config.yaml'), withRecipient(configuration));
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
    expect(manifest('Secret', secret)).not.toHaveProperty('data');
    expect(manifest('Secret', secret)).not.toHaveProperty('stringData');
  });

  it('keeps nothing in the pod that has to last, is never there twice, and is not tried again by itself', () => {
    const state = container?.volumeMounts.find(({ name }) => name === 'state')?.mountPath ?? '?';
    const directory = container?.env.find(({ name }) => name === 'SACTL_STATE_DIR')?.value;
    expect(directory?.startsWith(`${state}/`)).toBe(true);
    expect(pod.volumes.filter((volume) => 'persistentVolumeClaim' in volume)).toEqual([]);
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
  it('are to patch the one Secret that it delivers to, and to use the namespace of the store', () => {
    expect(manifest('Role', 'sactl-rotate')).toMatchObject({ metadata: { namespace } });
    expect(manifest('Role', 'sactl-rotate')['rules']).toEqual([
      { apiGroups: [''], resources: ['secrets'], resourceNames: [secret], verbs: ['patch'] },
    ]);
    expect(manifest('Secret', secret)).toMatchObject({ metadata: { name: secret, namespace } });
    expect(manifests.filter(({ kind }) => kind === 'ClusterRole')).toEqual([]);
  });

  it('are given to its own service account and nobody else', () => {
    for (const name of ['sactl-rotate', 'sactl-state']) {
      const binding = manifest('RoleBinding', name);
      expect(binding).toMatchObject({ metadata: manifest('Role', name).metadata, roleRef: { kind: 'Role', name } });
      expect(binding['subjects']).toEqual([
        { kind: 'ServiceAccount', name: pod.serviceAccountName, namespace: 'sactl' },
      ]);
    }
    expect(manifest('ServiceAccount', pod.serviceAccountName)).toMatchObject({
      metadata: { name: pod.serviceAccountName, namespace: 'sactl' },
      automountServiceAccountToken: false,
    });
  });
});
