// @module-tag slow
import { spawnSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { version } from '../../src/version.ts';
import {
  action,
  azurePipeline,
  azureText,
  exampleText,
  gitlabJob,
  gitlabText,
  jenkinsPipeline,
  jenkinsText,
  scripts,
  steps,
  workflow,
  workflowNames,
} from './documents.ts';
import { readDockerfile } from './image/dockerfile.ts';

const files = [
  '../action.yml',
  ...workflowNames.map((name) => `workflows/${name}`),
  'azure/rotate-nightly.yml',
  'gitlab/Dockerfile',
  'gitlab/rotate-nightly.yml',
  'jenkins/Jenkinsfile',
  'kubernetes/rotate-cronjob.yaml',
];

describe('every example', () => {
  it.each(files)('%s names this version of sactl and no other', (file) => {
    const named = [
      ...exampleText(file).matchAll(
        /(?:sactl(?:-glab)?[@:]|OWNER\/sactl@0+ # v|SACTL_VERSION(?:: | = ')|value: |default: |such as )(\d+\.\d+\.\d+)/g,
      ),
    ];
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(([, given]) => given !== version)).toEqual([]);
  });

  it.each(steps.filter(([, { uses }]) => uses !== undefined))(
    '%s uses %o, which nobody can change afterwards',
    (_, { uses }) => {
      expect(uses).toMatch(/@[0-9a-f]{40}$/);
    },
  );

  it('installs one exact version, and runs nothing of what it installs from', () => {
    const installs = scripts.flatMap(([, script]) => script.match(/npm install.*?sactl@\S+/g) ?? []);
    expect(installs.length).toBe(6);
    for (const line of installs) {
      expect(line).toMatch(/^npm install --global (?:--prefix "\S+" )?--ignore-scripts "sactl@\$\w*VERSION"/);
    }
  });

  it('puts nothing into a script that somebody else may have written', () => {
    expect(steps.filter(([, { run = '' }]) => run.includes('${{'))).toEqual([]);
  });

  it('takes what is secret from secrets, and gives it to the step that needs it alone', () => {
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
  it.runIf(check.error === undefined).each(scripts)(
    '%s has a script that shellcheck finds nothing in',
    (_, run, shell) => {
      const { stdout } = spawnSync('shellcheck', [`--shell=${shell}`, '-'], { input: run, encoding: 'utf8' });
      expect(stdout).toBe('');
    },
  );

  it.each(scripts)('%s prints no command before it is run, and no environment', (_, run) => {
    expect(run).not.toMatch(/set -\w*x|\bprintenv\b|^\s*(?:env|set)\s*$/m);
  });

  it.each(scripts.filter(([, run]) => run.includes('serviceaccounts rotate')))(
    '%s waits for another run, asks for nothing, and ends with the exit code of sactl',
    (_, run) => {
      expect(run).toMatch(/--wait/);
      expect(run).toMatch(/--yes/);
      expect(run).toMatch(/\|\| (?:code|failed)=\$\?|^verified=\$\(/m);
    },
  );
});

describe('every nightly rotation', () => {
  const azure = azurePipeline(azureText);
  const jenkins = jenkinsPipeline(jenkinsText);
  const gitlab = gitlabJob(gitlabText);

  it('runs alone, and to its end, by the means of its system', () => {
    expect(workflow('rotate-nightly.yml').concurrency).toMatchObject({ 'cancel-in-progress': false });
    expect(gitlab).toMatchObject({ resource_group: 'rotate-service-accounts', interruptible: false });
    expect(azure).toMatchObject({
      lockBehavior: 'sequential',
      trigger: 'none',
      pr: 'none',
      schedules: [{ always: true }],
    });
    expect(azure.jobs.map(({ environment }) => environment)).toEqual(['sactl']);
    expect(azureText).toContain('the check "Exclusive lock"');
    expect(jenkins.options).toContain('disableConcurrentBuilds');
  });

  it('ends by itself, later than it waits for another run, and is given time to keep an answer', () => {
    expect(gitlab.timeout).toBe('30 minutes');
    expect(azure.jobs).toMatchObject([{ timeoutInMinutes: 30, cancelTimeoutInMinutes: 2 }]);
    expect(jenkins.options).toContain('timeout');
    expect(workflow('rotate-nightly.yml').jobs['rotate']).toMatchObject({ 'timeout-minutes': 30 });
  });

  it('has, on GitLab, an image of sactl and one exact glab', () => {
    expect(readDockerfile(exampleText('gitlab/Dockerfile'))).toEqual([
      {
        base: `registry.example.com/sactl:${version}`,
        name: '0',
        instructions: [
          {
            keyword: 'COPY',
            flags: { from: expect.stringMatching(/^gitlab\/glab:v\d+\.\d+\.\d+$/) },
            text: '/usr/bin/glab /usr/local/bin/glab',
          },
        ],
      },
    ]);
    expect(gitlab.image).toEqual({ name: `registry.example.com/sactl-glab:${version}`, entrypoint: [''] });
  });

  it('has its credentials from its system alone', () => {
    const bound = jenkins.stages.flatMap(({ bindings }) => bindings.flatMap(({ variables }) => variables));
    const key = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
    expect(bound).toEqual(['NSCALE_SERVICE_TOKEN', 'RUNAI_CLIENT_SECRET', 'VAULT_TOKEN', ...key]);
    expect(Object.keys(jenkins.environment).filter((name) => secret.test(name))).toEqual([]);
    expect(Object.keys(gitlab.variables).filter((name) => secret.test(name))).toEqual([]);
    expect(gitlab.environment).toEqual({ name: 'sactl', action: 'access' });
    const mapped = azure.jobs.flatMap(({ strategy }) => strategy.runOnce.deploy.steps.map(({ env = {} }) => env));
    expect(
      Object.entries(Object.assign({}, ...mapped) as object).filter(([name, value]) => value !== `$(${name})`),
    ).toEqual([]);
    expect(jenkinsText).not.toContain('"""');
    // Jenkins prints the commands of a script that names no shell of its own.
    const printed = jenkins.stages.flatMap((stage) => stage.scripts.filter((run) => !run.startsWith('#!/bin/bash')));
    expect(printed.filter((run) => secret.test(run))).toEqual([]);
  });
});

const secret = /TOKEN|SECRET(?!_ID)|PASSWORD/;

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
});
