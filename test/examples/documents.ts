import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { parse, parseAllDocuments } from 'yaml';

import { readJenkinsfile, type Pipeline } from './jenkinsfile.ts';

const examples = resolve(import.meta.dirname, '../../examples');

export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly steps: readonly Step[];
  readonly needs?: string;
  readonly environment?: string;
  readonly permissions?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
}

export interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly 'cancel-in-progress': boolean };
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

export interface Action {
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly default?: string; readonly required?: boolean }>
  >;
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export function exampleText(path: string): string {
  return readFileSync(join(examples, path), 'utf8');
}

export const workflowNames = readdirSync(join(examples, 'workflows'));

/** @param edit what somebody made of it */
export function workflow(name: string, edit: (text: string) => string = (text) => text): Workflow {
  return parse(edit(exampleText(`workflows/${name}`))) as Workflow;
}

export const action = parse(exampleText('../action.yml')) as Action;

export interface Manifest extends Readonly<Record<string, unknown>> {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** The objects of the CronJob's file. */
export const manifests: readonly Manifest[] = parseAllDocuments(exampleText('kubernetes/rotate-cronjob.yaml')).map(
  (document) => document.toJS() as Manifest,
);

/** The object of this kind and name. @throws Error where it is not there exactly once */
export function manifest(kind: string, name: string): Manifest {
  const [found, ...others] = manifests.filter((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined || others.length > 0) throw new Error(`${kind} ${name} is not there once`);
  return found;
}

/** https://docs.gitlab.com/ci/yaml/ */
export interface GitlabJob {
  readonly image: { readonly name: string; readonly entrypoint: readonly string[] };
  readonly environment: { readonly name: string; readonly action: string };
  readonly resource_group: string;
  readonly interruptible: boolean;
  readonly timeout: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly script: readonly string[];
}

export const gitlabText = exampleText('gitlab/rotate-nightly.yml');

export function gitlabJob(text: string): GitlabJob {
  return (parse(text) as { 'rotate-service-accounts': GitlabJob })['rotate-service-accounts'];
}

/** https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/ */
export interface AzureStep {
  readonly task?: string;
  readonly bash?: string;
  readonly inputs?: Readonly<Record<string, unknown>> & { readonly inlineScript?: string };
  readonly env?: Readonly<Record<string, string>>;
}

export interface AzurePipeline {
  readonly trigger: string;
  readonly pr: string;
  readonly lockBehavior: string;
  readonly schedules: readonly { readonly always: boolean }[];
  readonly variables: readonly { readonly group?: string; readonly name?: string; readonly value?: string }[];
  readonly jobs: readonly {
    readonly environment: string;
    readonly timeoutInMinutes: number;
    readonly cancelTimeoutInMinutes: number;
    readonly strategy: { readonly runOnce: { readonly deploy: { readonly steps: readonly AzureStep[] } } };
  }[];
}

export const azureText = exampleText('azure/rotate-nightly.yml');

export function azurePipeline(text: string): AzurePipeline {
  return parse(text) as AzurePipeline;
}

export const jenkinsText = exampleText('jenkins/Jenkinsfile');

export function jenkinsPipeline(text: string): Pipeline {
  return readJenkinsfile(text);
}

/** Every step of GitHub's examples, with where it is. */
export const steps: readonly (readonly [where: string, step: Step])[] = [
  ...action.runs.steps.map((step): [string, Step] => ['action.yml', step]),
  ...workflowNames.flatMap((name) =>
    Object.values(workflow(name).jobs).flatMap((job) =>
      job.steps.map((step): [string, Step] => [`workflows/${name}`, step]),
    ),
  ),
];

/** Every script of every example, with where it is and the shell that runs it. */
export const scripts: readonly (readonly [where: string, script: string, shell: 'bash' | 'sh'])[] = [
  ...steps.flatMap(([where, { run }]) => (run === undefined ? [] : [[where, run, 'bash'] as const])),
  ...gitlabJob(gitlabText).script.map((run) => ['gitlab/rotate-nightly.yml', run, 'sh'] as const),
  ...azurePipeline(azureText).jobs.flatMap(({ strategy }) =>
    strategy.runOnce.deploy.steps.flatMap(({ bash, inputs }) => {
      const run = bash ?? inputs?.inlineScript;
      return run === undefined ? [] : [['azure/rotate-nightly.yml', run, 'bash'] as const];
    }),
  ),
  ...jenkinsPipeline(jenkinsText).stages.flatMap(({ scripts: all }) =>
    all.map((run) => ['jenkins/Jenkinsfile', run, run.startsWith('#!/bin/bash') ? 'bash' : 'sh'] as const),
  ),
];
