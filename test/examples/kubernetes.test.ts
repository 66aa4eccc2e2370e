// @module-tag slow
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { workFolder } from '../commands/support.ts';
import { ops } from '../harness/age.ts';
import { testContext } from '../harness/context.ts';
import { startKubectl } from '../harness/kubectl.ts';
import { runIn } from '../harness/run.ts';
import { manifest, manifests } from './documents.ts';
import { openMachine, outlasting, understand } from './machine.ts';
import { openTools, type Answer, type Tools } from './tools.ts';
import { openWorld, type World } from './world.ts';

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
const namespace = /^--to=kubernetes:(\S+)\/\{name\}#credential$/.exec(
  args.find((arg) => arg.startsWith('--to=')) ?? '',
)?.[1];

/** The accounts, and so the Secrets. */
const secretNames = args.flatMap((arg) => /^--id=(.*)/.exec(arg)?.[1] ?? []).toSorted();

const configuration = (manifest('ConfigMap', 'sactl')['data'] as Record<string, string>)['config.yaml'] ?? '';

function withRecipient(text: string): string {
  return text.replace('age1…', ops.recipient);
}

/** The cluster: the namespace of the store, and the Secrets that are patched, as far as the API server tells them. */
async function openCluster() {
  const role = manifest('Role', 'sactl-state');
  const store = await startKubectl({ namespace: role.metadata.namespace ?? '' });
  onTestFinished(() => store.close());
  const patched = new Map<string, string>();
  const tools = await openTools({
    kubectl: ({ argv, input }) => {
      if (argv[0] !== 'apply') return runKubectl(store.bin, argv, input);
      const { metadata, data } = JSON.parse(input) as { metadata: { name: string }; data: Record<string, string> };
      const isTrial = argv.includes('--dry-run=server');
      const [key = '', value = ''] = Object.entries(data)[0] ?? [];
      const place = `${argv[argv.indexOf('-n') + 1] ?? ''}/${metadata.name}#${key}`;
      if (!isTrial) patched.set(place, Buffer.from(value, 'base64').toString());
      return {};
    },
  });
  return { store, patched, ...tools };
}

function runKubectl(bin: string, argv: readonly string[], input: string): Promise<Answer> {
  return new Promise((ended) => {
    const child = execFile(join(bin, 'kubectl'), argv, (error, stdout, stderr) => {
      ended({ code: error === null ? 0 : 1, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/** A pod with the configuration of the ConfigMap, in which the owner's own values were filled in. */
async function openPod({ values, secrets }: World, { bin }: Tools) {
  const machine = await openMachine({ programs: bin });
  await machine.install();
  const home = machine.path;
  const files = { nscale: secrets.nscale, runai: secrets.runai };
  for (const [name, text] of Object.entries(files)) await writeFile(join(home, name), text, { mode: 0o600 });
  const mounted = configuration
    .replaceAll('/run/secrets/sactl', home)
    .replace('https://acme.run.ai', values['RUNAI_BASE_URL'] ?? '')
    .replace('sactl-admin', values['RUNAI_CLIENT_ID'] ?? '')
    .replace('provider: nscale\n', `$&    endpoint: ${values['NSCALE_IDENTITY_SERVICE_API_ENDPOINT'] ?? ''}\n`);
  await writeFile(join(home, 'config.yaml'), withRecipient(mounted));
  const env = { SACTL_CONFIG: join(home, 'config.yaml'), SACTL_ORG: values['NSCALE_ORGANIZATION_ID'] ?? '' };
  return { machine, run: (argv: readonly string[]) => machine.run(['sactl', ...argv], env) };
}

/** What the API server calls what kubectl does. */
function verbOf([word = '', , path = '']: readonly string[]): string {
  if (word === 'apply') return 'patch';
  if (word === 'get') return /\/secrets\//.test(path) ? 'get' : 'list';
  return word === 'replace' ? 'update' : word;
}

function verbsOf(role: string): readonly string[] {
  const [{ verbs } = { verbs: [] }] = manifest('Role', role)['rules'] as { verbs: readonly string[] }[];
  return verbs.toSorted();
}

describe.skipIf(process.platform === 'win32')('a night of the CronJob', outlasting, () => {
  it('rotates what is due of both providers into the two Secrets, with its rights and no others', async () => {
    const [world, cluster] = [await openWorld(), await openCluster()];
    const opened = await openPod(world, cluster);
    expect(await opened.run(['state', 'init'])).toMatchObject({ code: 0 });
    const night = await opened.run(args);
    expect(night).toMatchObject({ code: 0, output: expect.stringContaining('"rotated": [') });
    expect([...cluster.patched.keys()].toSorted()).toEqual(
      secretNames.map((name) => `${namespace}/${name}#credential`),
    );
    expect(await world.isLive('nscale', cluster.patched.get(`${namespace}/ci-deploy#credential`))).toBe(true);
    expect(await world.isLive('runai', cluster.patched.get(`${namespace}/batch-trainer#credential`))).toBe(true);
    const ofStore = cluster.calls.filter(({ argv }) => argv.some((word) => word.includes('/namespaces/sactl-state/')));
    const others = cluster.calls.filter((call) => !ofStore.includes(call));
    expect([...new Set(ofStore.map(({ argv }) => verbOf(argv)))].toSorted()).toEqual(verbsOf('sactl-state'));
    expect([...new Set(others.map(({ argv }) => verbOf(argv)))]).toEqual(verbsOf('sactl-rotate'));
    const seen = JSON.stringify([night.output, cluster.calls.map(({ argv, env }) => ({ argv, env }))]);
    for (const secret of [...cluster.patched.values(), ...Object.values(world.secrets)]) {
      expect(seen).not.toContain(secret);
    }
    const again = await opened.run(args);
    expect(again).toMatchObject({ code: 0, output: expect.stringContaining('"rotated": []') });
    expect(world.rotations()).toBe(2);
  });

  it('sends nothing where the namespace of the store cannot be reached', async () => {
    const [world, cluster] = [
      await openWorld(),
      await openTools({ kubectl: () => ({ code: 1, stderr: 'Forbidden\n' }) }),
    ];
    const opened = await openPod(world, cluster);
    const { code, output } = await opened.run(args.map((arg) => (arg.startsWith('--to=') ? '--to=file:{name}' : arg)));
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('cannot read the state') });
    expect(world.rotations()).toBe(0);
  });

  it('is refused until somebody has put in who can open what is kept', async () => {
    const home = await workFolder({ 'config.yaml': configuration });
    const context = testContext({ homeDirectory: home, cwd: home, env: { SACTL_CONFIG: join(home, 'config.yaml') } });
    const { code, stderr } = await runIn(context, [...args]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('is not an age recipient (age1…)') });
  });
});

describe('the CronJob', () => {
  it('is a command line that sactl understands', async () => {
    await expect(understand(args)).resolves.toBeUndefined();
  });

  it('works with the profiles of its ConfigMap', async () => {
    const home = await workFolder();
    await writeFile(join(home, 'config.yaml'), withRecipient(configuration));
    const env = { SACTL_CONFIG: join(home, 'config.yaml') };
    const context = testContext({ homeDirectory: home, cwd: home, env });
    const { code, stdout } = await runIn(context, ['config', 'explain', '--json']);
    expect(code).toBe(0);
    expect(stdout).toContain('/run/secrets/sactl/');
    const mounted = container?.volumeMounts.map(({ mountPath }) => mountPath);
    expect(mounted).toEqual(expect.arrayContaining(['/run/secrets/sactl', '/etc/sactl']));
  });

  it('has no secret but by the name of a Secret', () => {
    expect(container?.env.filter(({ value }) => value === undefined)).toEqual([]);
    expect(container?.env.map(({ name }) => name)).toEqual(['SACTL_CONFIG', 'SACTL_STATE_DIR', 'HOME']);
    for (const name of secretNames) {
      expect(manifest('Secret', name)).not.toHaveProperty('data');
      expect(manifest('Secret', name)).not.toHaveProperty('stringData');
    }
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
      { apiGroups: [''], resources: ['secrets'], resourceNames: expect.any(Array), verbs: ['patch'] },
    ]);
    const [{ resourceNames } = { resourceNames: [] }] = manifest('Role', 'sactl-rotate')['rules'] as {
      resourceNames: readonly string[];
    }[];
    expect(resourceNames.toSorted()).toEqual(secretNames);
    for (const name of secretNames) expect(manifest('Secret', name)).toMatchObject({ metadata: { name, namespace } });
    expect(manifests.filter(({ metadata }) => metadata.namespace === 'sactl-state').map(({ kind }) => kind)).toEqual([
      'Role',
      'RoleBinding',
    ]);
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
