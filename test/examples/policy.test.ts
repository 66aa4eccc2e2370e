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
        'npm install --global --ignore-scripts "sactl@$VERSION"',
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
    '%s has a script that shellcheck finds nothing in: %o',
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
  it('gives what installs sactl nothing that is secret', () => {
    const install = action.runs.steps.find(({ run = '' }) => run.includes('npm install'));
    const secret = ['NSCALE_SERVICE_TOKEN', 'RUNAI_CLIENT_SECRET', 'RUNAI_TOKEN', 'GH_TOKEN', 'AWS_SECRET_ACCESS_KEY'];
    for (const name of [...secret, 'AWS_SESSION_TOKEN']) expect(install?.env).toMatchObject({ [name]: '' });
  });

  it('says of every input what it is', () => {
    expect(Object.values(action.inputs).filter(({ description }) => description === '')).toEqual([]);
    expect(action.inputs['to']).toMatchObject({ required: true });
    expect(action.inputs['version']).toMatchObject({ default: version });
  });
});
