import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { parse, parseAllDocuments } from 'yaml';

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
  readonly strategy?: { readonly matrix: { readonly include: readonly Record<string, string>[] } };
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

export function workflow(name: string): Workflow {
  return parse(exampleText(`workflows/${name}`)) as Workflow;
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

export interface GitlabJob {
  readonly interruptible: boolean;
  readonly timeout: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly parallel: { readonly matrix: readonly Readonly<Record<string, string>>[] };
  readonly script: readonly string[];
}

export const gitlabJob = (parse(exampleText('gitlab/rotate-nightly.yml')) as Record<string, GitlabJob>)[
  'rotate-service-accounts'
];

/** Every step of every example, with where it is. */
export const steps: readonly (readonly [where: string, step: Step])[] = [
  ...action.runs.steps.map((step): [string, Step] => ['action.yml', step]),
  ...workflowNames.flatMap((name) =>
    Object.values(workflow(name).jobs).flatMap((job) =>
      job.steps.map((step): [string, Step] => [`workflows/${name}`, step]),
    ),
  ),
  ...(gitlabJob?.script ?? []).map((run): [string, Step] => ['gitlab/rotate-nightly.yml', { run }]),
];
