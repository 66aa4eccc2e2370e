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
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export function exampleText(path: string): string {
  return readFileSync(join(examples, path), 'utf8');
}

export const workflowNames = readdirSync(join(examples, 'workflows'));

export function workflow(name: string): Workflow {
  return parse(exampleText(`workflows/${name}`)) as Workflow;
}

export const action = parse(exampleText('github-action/action.yml')) as Action;

/** The objects of the CronJob's file, by their kind. */
export const manifests: ReadonlyMap<string, Readonly<Record<string, unknown>>> = new Map(
  parseAllDocuments(exampleText('kubernetes/rotate-cronjob.yaml')).map((document) => {
    const manifest = document.toJS() as Record<string, unknown>;
    return [String(manifest['kind']), manifest];
  }),
);

/** Every step of every example, with where it is. */
export const steps: readonly (readonly [where: string, step: Step])[] = [
  ...action.runs.steps.map((step): [string, Step] => ['github-action/action.yml', step]),
  ...workflowNames.flatMap((name) =>
    Object.values(workflow(name).jobs).flatMap((job) =>
      job.steps.map((step): [string, Step] => [`workflows/${name}`, step]),
    ),
  ),
];
