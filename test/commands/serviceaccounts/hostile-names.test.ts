// @module-tag slow
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Account } from '../../../src/model/account.ts';
import { runnerCommand, unprintable } from '../../harness/hostile.ts';
import { useNscale, type NscaleOptions } from '../../harness/nscale.ts';
import { predictable, workFolder } from '../support.ts';

const nscale = useNscale();

const names = [
  '::error::x',
  ' \u200D::add-mask::x',
  'a\n::stop-commands::x',
  '##[group]x',
  'a ##vso[task.setvariable variable=a]b',
  'a\u001B[2Jb',
  'a\u009B31mb',
  'a\u202Eb\u2066c',
  'a\u2028b',
  'a\u007Fb',
  'a\uD800b',
];

/** A service on which `ci-deploy` has another name. */
function naming(name: string): NscaleOptions {
  return {
    ...predictable,
    intercept: async (request, next) => {
      const answer = await next(request);
      const body = await answer.text();
      return new Response(
        body.replaceAll('"ci-deploy"', () => JSON.stringify(name)),
        answer,
      );
    },
  };
}

/** What is printed, in none of whose lines anything steers a terminal or the runner of a job. */
function calm(text: string): string {
  for (const line of text.split(/\r?\n/)) {
    expect(line).not.toMatch(unprintable);
    expect(line).not.toMatch(runnerCommand);
  }
  return text;
}

describe.each(names)('an account with the name %j', (name) => {
  it.each([
    ['--json'],
    ['--json', '--raw'],
    ['--format', 'ndjson'],
    ['--format', 'ndjson', '--raw'],
    ['--format', 'yaml'],
    ['--format', 'csv'],
    ['--format', 'csv', '--columns', 'name'],
    ['--format', 'table'],
    ['-q', '.'],
    ['-q', '.[] | {name}'],
    ['-q', '.[] | [.name | @json]'],
  ])('steers nothing in a list with %s %s %s', async (...flags) => {
    const { code, stdout, stderr } = await nscale(naming(name)).run(['sa', 'list', ...flags]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    calm(stdout);
  });

  it('is the same name to whoever reads the JSON', async () => {
    const { stdout } = await nscale(naming(name)).run(['sa', 'list', '--json']);
    const accounts = JSON.parse(stdout) as readonly Account[];
    expect(accounts.map((account) => account.name)).toContain(name);
  });

  it('steers nothing in errors, in the report and in the audit log', async () => {
    const deployment = nscale(naming(name));
    const cwd = await workFolder();
    const argv = ['sa', 'rotate', '--all', '--yes', '--to', 'file:{id}', '--report', 'r.json'];
    const failed = await deployment.run([...argv, '--to', 'file:none/{id}', '--json'], { cwd });
    expect(failed.code).toBe(2);
    calm(failed.stdout + failed.stderr);
    const done = await deployment.run(argv, { cwd });
    expect(done.code).toBe(0);
    calm(done.stdout + done.stderr + readFileSync(join(cwd, 'r.json'), 'utf8'));
    const log = readFileSync(join(deployment.stateDirectory, 'audit.jsonl'), 'utf8');
    expect(calm(log)).toContain('"operation":"rotate"');
  });
});

it('a string that a filter prints is as it is, as with jq', async () => {
  const name = '::error::a\u009B31m';
  const { stdout } = await nscale(naming(name)).run(['sa', 'list', '-q', '.[].name | select(startswith("::"))']);
  expect(stdout).toBe(`${name}\n`);
});
