import { azurePipeline, azureText, gitlabJob, gitlabText, jenkinsPipeline, jenkinsText } from './documents.ts';
import { openRunner } from './github.ts';
import { openMachine, type Ended, type JobRun, type Machine, type Values } from './machine.ts';
import type { Secrets, World } from './world.ts';

// A night of each CI system, on a machine that was never there before: where its documents say that variables and secrets come
// from, how they say that a script is run, and the scripts of the examples themselves.

export interface NightOptions {
  /** In place of those of the world; one that is empty was never set. */
  readonly secrets?: Partial<Secrets>;
  /** What somebody made of the example. */
  readonly edit?: (text: string) => string;
}

export interface System {
  readonly name: string;
  readonly night: (world: World, options?: NightOptions) => Promise<JobRun>;
  /** What its state store is here: all kinds are used the same way. */
  readonly store: (world: World) => string;
  /** Where the credential of an account goes. */
  readonly places: Readonly<Record<'ci-deploy' | 'nightly-train' | 'batch-trainer', string>>;
}

function folderOf({ folder }: World): string {
  return `file:${folder}`;
}

function bucketOf({ bucket }: World): string {
  return bucket.address;
}

function same(text: string): string {
  return text;
}

/** Without what was never set. */
function set(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

/** What a user has by default, or in other files. */
function elsewhere({ values }: World): Values {
  const names = ['SACTL_SANDBOX', 'NSCALE_IDENTITY_SERVICE_API_ENDPOINT', 'NSCALE_ORGANIZATION_ID'];
  return Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
}

const github: System = {
  name: 'GitHub Actions',
  store: folderOf,
  night: async (world, { secrets, edit = same } = {}) => {
    const all = { ...world.secrets, ...secrets };
    const { runJob } = await openRunner(world);
    return runJob('rotate-nightly.yml', 'rotate', {
      vars: { ...world.values, SACTL_STATE: folderOf(world) },
      secrets: { SACTL_NSCALE_TOKEN: all.nscale, SACTL_RUNAI_SECRET: all.runai, SACTL_GH_TOKEN: all.gh },
      env: elsewhere(world),
      edit,
    });
  },
  places: {
    'ci-deploy': 'gh acme/app#CI_DEPLOY_TOKEN',
    'nightly-train': 'gh acme/app#NIGHTLY_TRAIN_TOKEN',
    'batch-trainer': 'gh acme/app#BATCH_TRAINER_SECRET',
  },
};

/** Every variable of the project that the job's environment has is in the job: https://docs.gitlab.com/ci/variables/ */
const gitlab: System = {
  name: 'GitLab CI',
  store: bucketOf,
  night: async (world, { secrets, edit = same } = {}) => {
    const all = { ...world.secrets, ...secrets };
    const { script, variables } = gitlabJob(edit(gitlabText));
    const machine = await openMachine(world);
    // The image has it.
    await machine.install();
    const project = {
      SACTL_STATE: bucketOf(world),
      NSCALE_SERVICE_TOKEN: all.nscale,
      RUNAI_CLIENT_SECRET: all.runai,
      GITLAB_TOKEN: all.glab,
      AWS_ACCESS_KEY_ID: world.bucket.accessKeyId,
      AWS_SECRET_ACCESS_KEY: all.s3,
    };
    const system = { CI: 'true', GITLAB_CI: 'true', CI_PROJECT_PATH: 'acme/app', CI_SERVER_HOST: 'gitlab.example.com' };
    const env = { ...variables, ...world.values, ...set(project), ...system, HOME: machine.path };
    return ended(machine, await machine.run(['sh', '-e', '-c', script.join('\n')], env));
  },
  places: {
    'ci-deploy': 'glab acme/app#CI_DEPLOY_TOKEN',
    'nightly-train': 'glab acme/app#NIGHTLY_TRAIN_TOKEN',
    'batch-trainer': 'glab acme/app#BATCH_TRAINER_SECRET',
  },
};

/** Variables are in the environment of every step, secret ones where a step maps them; `$(X)` that is not set stays as it is. */
const azure: System = {
  name: 'Azure Pipelines',
  store: folderOf,
  night: async (world, { secrets, edit = same } = {}) => {
    const all = { ...world.secrets, ...secrets };
    const pipeline = azurePipeline(edit(azureText));
    const machine = await openMachine(world);
    const { values } = world;
    const hidden = set({
      SACTL_STATE: folderOf(world),
      NSCALE_SERVICE_TOKEN: all.nscale,
      RUNAI_CLIENT_SECRET: all.runai,
    });
    const own = pipeline.variables.map(({ name = '', value = '' }) => [name, value] as const);
    const visible = { ...values, ...set(Object.fromEntries(own)) };
    const system = { TF_BUILD: 'True', AGENT_TEMPDIRECTORY: machine.path, AZURE_CONFIG_DIR: all.az };
    let last: Ended = { code: 0, output: '' };
    for (const { bash, inputs, env = {} } of pipeline.jobs[0]?.strategy.runOnce.deploy.steps ?? []) {
      const script = bash ?? inputs?.inlineScript;
      if (script === undefined || last.code !== 0) continue;
      const mapped = Object.entries(env).map(([name, value]) => [
        name,
        value.replaceAll(/\$\((\w+)\)/g, (macro, key: string) => hidden[key] ?? visible[key] ?? macro),
      ]);
      const stepEnv = { ...visible, ...system, ...(Object.fromEntries(mapped) as Values) };
      const { code, output } = await machine.run(['bash', '-c', script], stepEnv);
      last = { code, output: last.output + output };
    }
    return ended(machine, last);
  },
  places: {
    'ci-deploy': 'az acme-ci/ci-deploy',
    'nightly-train': 'az acme-ci/nightly-train',
    'batch-trainer': 'az acme-ci/batch-trainer',
  },
};

/** A credential that is not there ends the build: https://plugins.jenkins.io/credentials-binding */
const jenkins: System = {
  name: 'Jenkins',
  store: bucketOf,
  night: async (world, { secrets, edit = same } = {}) => {
    const all = { ...world.secrets, ...secrets };
    const pipeline = jenkinsPipeline(edit(jenkinsText));
    const machine = await openMachine(world);
    const credentials: Readonly<Record<string, readonly string[]>> = {
      'sactl-nscale': [all.nscale],
      'sactl-runai': [all.runai],
      'sactl-vault': [all.vault],
      'sactl-state': [world.bucket.accessKeyId, all.s3],
    };
    const system = { CI: 'true', JENKINS_URL: 'https://jenkins.example.com/', WORKSPACE_TMP: machine.path };
    const filledIn = { ...world.values, SACTL_STATE: bucketOf(world) };
    let last: Ended = { code: 0, output: '' };
    for (const { scripts, bindings } of pipeline.stages) {
      const missing = bindings.find(({ id }) => credentials[id]?.every((value) => value !== '') !== true);
      if (missing !== undefined) last = { code: 1, output: `${last.output}ERROR: ${missing.id}\n` };
      const bound = bindings.flatMap(({ id, variables }) =>
        variables.map((name, index) => [name, credentials[id]?.[index] ?? '']),
      );
      const env = { ...pipeline.environment, ...filledIn, ...system, ...(Object.fromEntries(bound) as Values) };
      for (const script of scripts) {
        if (last.code !== 0) continue;
        const { code, output } = await machine.run([...shellOf(script), '-c', script], env);
        last = { code, output: last.output + output };
      }
    }
    return ended(machine, last);
  },
  places: {
    'ci-deploy': 'vault secret/ci/ci-deploy#token',
    'nightly-train': 'vault secret/ci/nightly-train#token',
    'batch-trainer': 'vault secret/ci/batch-trainer#secret',
  },
};

/** https://www.jenkins.io/doc/pipeline/steps/workflow-durable-task-step/#sh-shell-script */
function shellOf(script: string): readonly [string, ...string[]] {
  return script.startsWith('#!/bin/bash') ? ['bash'] : ['sh', '-xe'];
}

async function ended({ calls }: Machine, { code, output }: Ended): Promise<JobRun> {
  return { code, output, calls: await calls() };
}

export const systems = [github, gitlab, azure, jenkins] as const;
