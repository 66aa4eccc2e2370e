import { spawnSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { version } from '../../src/version.ts';
import { action, exampleText, steps, workflow, workflowNames } from './documents.ts';

const files = [
  '../action.yml',
  ...workflowNames.map((name) => `workflows/${name}`),
  'gitlab/rotate-nightly.yml',
  'kubernetes/rotate-cronjob.yaml',
];

describe('every example', () => {
  it.each(files)('%s names this version of sactl and no other', (file) => {
    const named = [...exampleText(file).matchAll(/(?:sactl[@:]|SACTL_VERSION: |default: |such as )(\d+\.\d+\.\d+)/g)];
    expect(named.filter(([, given]) => given !== version)).toEqual([]);
  });

  it.each(steps.filter(([, { uses }]) => uses !== undefined))(
    '%s uses %o, which nobody can change afterwards',
    (_, { uses }) => {
      expect(uses).toMatch(/@[0-9a-f]{40}$/);
    },
  );

  it('installs one exact version, and runs nothing of what it installs from', () => {
    const installs = steps.flatMap(([, { run = '' }]) => run.match(/npm install.*/g) ?? []);
    expect(installs.length).toBeGreaterThan(0);
    expect(new Set(installs)).toEqual(
      new Set([
        'npm install --global --ignore-scripts "sactl@$SACTL_VERSION"',
        'npm install --global --prefix "$place" --ignore-scripts "sactl@$VERSION"; then',
      ]),
    );
  });

  it('puts nothing into a script that somebody else may have written', () => {
    expect(steps.filter(([, { run = '' }]) => run.includes('${{'))).toEqual([]);
  });

  it('takes what is secret from secrets, and gives it to the step that needs it alone', () => {
    const secret = /TOKEN|SECRET(?!_ID)|PASSWORD/;
    const given = steps.flatMap(([, { env = {} }]) => Object.entries(env));
    const wrong = given.filter(([name, value]) => secret.test(name) && !/^(?:\$\{\{ secrets\.\w+ \}\})?$/.test(value));
    expect(wrong).toEqual([]);
    for (const name of workflowNames) {
      const { env = {}, jobs } = workflow(name);
      const wide = [env, ...Object.values(jobs).map((job) => job.env ?? {})].flatMap(Object.keys);
      const open = new Set(['SACTL_VERSION', 'SACTL_STATE', 'SACTL_STATE_RECIPIENTS']);
      expect(wide.filter((variable) => !open.has(variable))).toEqual([]);
    }
  });

  const check = spawnSync('shellcheck', ['--version']);
  it.runIf(check.error === undefined).each(steps.filter(([, { run }]) => run !== undefined))(
    '%s has a script that shellcheck finds nothing in: $1.name',
    (_, { run = '' }) => {
      const { stdout } = spawnSync('shellcheck', ['--shell=bash', '-'], { input: run, encoding: 'utf8' });
      expect(stdout).toBe('');
    },
  );
});

describe.each(workflowNames)('the workflow %s', (name) => {
  const { permissions, jobs, concurrency } = workflow(name);

  it('has no permission beyond taking the role of its store', () => {
    expect(permissions).toEqual({ 'id-token': 'write' });
    expect(Object.values(jobs).map((job) => job.permissions)).toEqual(Object.values(jobs).map(() => undefined));
  });

  it('ends by itself', () => {
    expect(Object.values(jobs).filter((job) => job['timeout-minutes'] === undefined)).toEqual([]);
  });

  it('runs alone, and to its end, where it rotates', () => {
    const rotates = JSON.stringify(jobs).includes('rotate');
    expect(concurrency?.['cancel-in-progress']).toBe(rotates ? false : undefined);
  });

  it('leaves no credential of git behind', () => {
    const checkouts = Object.values(jobs).flatMap((job) =>
      job.steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@')),
    );
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([]);
  });
});

describe('the action', () => {
  it('says of every input and output what it is', () => {
    const all = [...Object.entries(action.inputs), ...Object.entries(action.outputs)];
    expect(all.filter(([, { description }]) => description.length < 10)).toEqual([]);
    for (const [name] of all) expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    const { to, ...others } = action.inputs;
    expect(to).toEqual({ description: expect.any(String), required: true });
    expect(Object.values(others).filter((input) => input.default === undefined)).toEqual([]);
    expect(action.inputs['version']).toMatchObject({ default: version });
  });

  it('has every input and output in the table for its users', () => {
    const part = /^## The action$[^]*?(?=^## )/m.exec(exampleText('README.md'))?.[0] ?? '';
    const all = [...Object.keys(action.inputs), ...Object.keys(action.outputs)];
    expect(all.filter((name) => !part.includes(`\`${name}\``))).toEqual([]);
  });

  // https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
  it('has the keys that GitHub documents, and a shell for every script', () => {
    expect(Object.keys(action)).toEqual(['name', 'description', 'branding', 'inputs', 'outputs', 'runs']);
    expect(action.runs.using).toBe('composite');
    const known = new Set(['name', 'id', 'if', 'shell', 'env', 'run', 'uses', 'with']);
    expect(action.runs.steps.flatMap(Object.keys).filter((key) => !known.has(key))).toEqual([]);
    expect(action.runs.steps.filter(({ run, shell }) => (run === undefined) !== (shell === undefined))).toEqual([]);
  });

  it('looks at every input before anything is installed', () => {
    const [first] = action.runs.steps;
    const looked = Object.values(first?.env ?? {}).map((value) => /inputs\.([\w-]+)/.exec(value)?.[1]);
    expect(looked).toEqual(Object.keys(action.inputs));
  });

  it('prints no command before it is run, and no environment', () => {
    for (const [, { run = '' }] of steps) expect(run).not.toMatch(/set -\w*x|\bprintenv\b|^\s*(?:env|set)\s*$/m);
  });
});
