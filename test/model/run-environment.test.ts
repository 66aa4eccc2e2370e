import { describe, expect, it } from 'vitest';

import { ciSystems } from '../../src/model/ci-systems.ts';
import { ciSystem, filled, isCI, isTerminal, runAddress } from '../../src/model/run-environment.ts';
import { ciJobs } from '../harness/ci-jobs.ts';

const jobs = Object.entries(ciJobs);
const terminals = { stdin: { isTTY: true }, stdout: { isTTY: true }, stderr: { isTTY: true } };

it('has a job of every system to test with', () => {
  expect(Object.keys(ciJobs)).toEqual(ciSystems.map(({ name }) => name));
});

describe.each(jobs)('a job of %s', (name, { env, url }) => {
  const { CI: _, ...withoutCI } = env;

  it('is known, and no terminal of it has a person', () => {
    expect(ciSystem(withoutCI)?.name).toBe(name);
    expect(isCI(withoutCI)).toBe(true);
    expect(isTerminal({ ...terminals, env: withoutCI })).toBe(false);
  });

  it.each(['0', 'false', ' False '])('has a person where CI is "%s"', (CI) => {
    expect(isTerminal({ ...terminals, env: { ...env, CI } })).toBe(true);
    expect(ciSystem({ ...env, CI })?.name).toBe(name);
  });

  it('names the page of its run', () => {
    expect(runAddress(env)).toBe(url);
    expect(runAddress({ ...env, CI: 'false' })).toBe(url);
  });

  it('is none where its mark is empty or says no', () => {
    const { mark } = ciSystems.find((system) => system.name === name) ?? { mark: '' };
    for (const value of ['', ' ', '0', 'false', 'False']) {
      expect(ciSystem({ ...withoutCI, [mark]: value })).toBeNull();
      expect(isCI({ ...withoutCI, [mark]: value })).toBe(false);
    }
  });
});

it.each([{}, { CI: '' }, { CI: '0' }, { CI: 'false' }, { HOME: '/home/ann' }])('%j is no CI', (env) => {
  expect(isCI(env)).toBe(false);
  expect(isTerminal({ ...terminals, env })).toBe(true);
  expect(runAddress(env)).toBeNull();
});

it('a system that is not known is CI by that variable', () => {
  expect(isCI({ CI: '1' })).toBe(true);
  expect(ciSystem({ CI: '1' })).toBeNull();
});

it('the first system of the table counts', () => {
  const env = { ...ciJobs['jenkins']?.env, ...ciJobs['codebuild']?.env };
  expect(ciSystem(env)?.name).toBe('codebuild');
  expect(runAddress(env)).toBe(ciJobs['codebuild']?.url);
});

it('a run is named by variables that stand without a mark, but not by those of another system', () => {
  expect(runAddress({ BUILD_URL: 'https://ci.example/7' })).toBe('https://ci.example/7');
  expect(runAddress({ BUILDKITE: 'true', BUILD_URL: 'https://ci.example/7' })).toBeNull();
});

describe('a template', () => {
  it.each([
    ['{A}/{B}', { A: ' a ', B: 'b' }, 'a/b'],
    ['{A}/{B}', { A: 'a' }, null],
    ['{A}/{B}', { A: 'a', B: ' ' }, null],
    ['{A}', { A: '{B}', B: 'b' }, '{B}'],
    ['{A}', { A: 'https://user:pass@host/a@b' }, 'https://host/a@b'],
    ['{A}', { A: 'https://token@host' }, 'https://host'],
    ['{A}', { A: 'git@host:a/b' }, 'git@host:a/b'],
    [null, {}, null],
  ])('%s in %j is %s', (template, env, expected) => {
    expect(filled(template, env)).toBe(expected);
  });
});
