// @module-tag slow
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { UsageError } from '../../src/errors.ts';
import { prepareQuery } from '../../src/output/query.ts';
import { testContext } from '../harness/context.ts';
import { useNscale } from '../harness/nscale.ts';
import { jqProgram } from './jq-program.ts';
import { rejection, temporaryDirectory } from './support.ts';

const nscale = useNscale();

const environment =
  'a filter sees nothing of the environment; pass what it needs with --arg name=value, and use it as $name';
const files = 'a filter sees no files';

/** The filter, what jq says where it has no such name, and why there is none. */
const refused: readonly (readonly [filter: string, said: string, reason: string])[] = [
  ['$ENV.TEAM', '$ENV is not defined at line 1, column 1', environment],
  ['env.TEAM', 'env/0 is not defined at line 1, column 1', environment],
  ['.[] | select(.tags.team == $ENV.TEAM)', '$ENV is not defined at line 1, column 28', environment],
  ['"team: \\(env.TEAM)"', 'env/0 is not defined at line 1, column 10', environment],
  ['"a\\("b\\($ENV)")"', '$ENV is not defined at line 1, column 9', environment],
  ['@sh "echo \\(env)"', 'env/0 is not defined at line 1, column 13', environment],
  ['{$ENV}', '$ENV is not defined at line 1, column 2', environment],
  ['{a: env}', 'env/0 is not defined at line 1, column 5', environment],
  ['{(env.A): 1}', 'env/0 is not defined at line 1, column 3', environment],
  ['[1]|.[env|length]', 'env/0 is not defined at line 1, column 7', environment],
  ['def f: env; 1 | f', 'env/0 is not defined at line 1, column 8', environment],
  ['(def env: 1; env) + env', 'env/0 is not defined at line 1, column 21', environment],
  ['(1 as $ENV | $ENV), $ENV', '$ENV is not defined at line 1, column 21', environment],
  ['def f($env): $ENV; f(1)', '$ENV is not defined at line 1, column 14', environment],
  ['.a //env', 'env/0 is not defined at line 1, column 6', environment],
  ['# env\n.a | env # $ENV', 'env/0 is not defined at line 2, column 6', environment],
  ['try env catch .', 'env/0 is not defined at line 1, column 5', environment],
  ['1 -env', 'env/0 is not defined at line 1, column 4', environment],
  ['path(env)', 'env/0 is not defined at line 1, column 6', environment],
  ['_00 as $_00 | env', '_00/0 is not defined at line 1, column 1', ''],
  ['"_00" | env', 'env/0 is not defined at line 1, column 9', environment],
  ['"a" | modulemeta', 'modulemeta/0 is not defined at line 1, column 7', files],
  ['input_filename', 'input_filename/0 is not defined at line 1, column 1', files],
  ['get_search_list, get_jq_origin', 'get_search_list/0 is not defined at line 1, column 1', files],
  ['import "a" as a; a::f', '"import" is not available', files],
  ['\n # mine\n# env\n\timport "a" as $a; $a', '"import" is not available', files],
  ['# ends here \\\\\nimport "a" as a; .', '"import" is not available', files],
  ['include "a"; f', '"include" is not available', files],
  ['module {name: "m"}; import "a" as a; .', '"module" is not available', files],
];

/** Filters in which the same words mean something else. */
const accepted: readonly (readonly [filter: string, printed: string])[] = [
  ['.env', '1\n'],
  ['. | .env', '1\n'],
  ['.["env"] + .a.env', '3\n'],
  ['."env" | .', '1\n'],
  ['.env as $env | $env', '1\n'],
  ['. as {env: $x} | $x', '1\n'],
  ['. as $ENV | $ENV.env', '1\n'],
  ['. as {$ENV} | $ENV', 'null\n'],
  ['{env: 1, ENV: 2}', '{"env":1,"ENV":2}\n'],
  ['{env}', '{"env":1}\n'],
  ['1 as $ENV | {$ENV}', '{"ENV":1}\n'],
  ['def env: 5; env', '5\n'],
  ['def env: 5; "\\(env)"', '5\n'],
  ['def f(env): env + 1; f(1)', '2\n'],
  ['def f($env): env + $env; f(1)', '2\n'],
  ['reduce (1, 2) as $ENV (0; . + $ENV)', '3\n'],
  ['label $ENV | 1, break $ENV, 2', '1\n'],
  ['"env $ENV \\" env"', 'env $ENV " env\n'],
  ['"\\("env")"', 'env\n'],
  ['1 # env $ENV', '1\n'],
  ['1 as $ENVIRONMENT | $ENVIRONMENT', '1\n'],
  ['def environment: 2; environment', '2\n'],
  ['def my_env: 3; my_env', '3\n'],
  ['.import, {import: 1}, {include: 2}', 'null\n{"import":1}\n{"include":2}\n'],
  ['"import \\"a\\" as a;"', 'import "a" as a;\n'],
  ['# goes on \\\nimport "a" as a;\n1', '1\n'],
  ['# goes on \\\\\\\r\ninclude "a";\n1', '1\n'],
  ['.modulemeta', 'null\n'],
  ['def module_of: 1; module_of', '1\n'],
];

const document = { env: 1, a: { env: 2 } };

async function printed(env: Record<string, string>, filter: string): Promise<string> {
  const query = await prepareQuery(testContext({ env: { TEAM: 'x', ...env } }).ctx, { query: [filter] });
  return (await query(document, { isSecret: false })).join('');
}

describe('the built-in jq', () => {
  it.each(refused)('refuses %j', async (filter, said, reason) => {
    const error = await rejection(printed({}, filter));
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toHaveProperty('message', expect.stringContaining(end(said, reason)));
  });

  it.each(accepted)('runs %j', async (filter, expected) => {
    expect(await printed({}, filter)).toBe(expected);
  });
});

it('a value of --arg never stands in for the environment', async () => {
  for (let number = 0; number < 20; number += 1) {
    const arg = [`_${String(number).padStart(2, '0')}=x`];
    const error = await rejection(prepareQuery(testContext().ctx, { query: ['$ENV'], arg }));
    expect(error).toHaveProperty('message', expect.stringContaining('$ENV is not defined'));
  }
});

describe.runIf(process.platform !== 'win32')('a native jq', () => {
  it('refuses and runs the same, and has neither read a file nor seen a variable', async () => {
    const JQ_PATH = await jqProgram();
    const env = { SACTL_JQ: 'native', JQ_PATH };
    for (const [filter, said, reason] of some(refused)) {
      expect(await rejection(printed(env, filter))).toMatchObject({
        exitCode: 2,
        message: expect.stringContaining(end(said, reason)),
      });
    }
    for (const [filter, expected] of some(accepted)) expect(await printed(env, filter)).toBe(expected);
    const runs = (await readFile(`${JQ_PATH}.log`, 'utf8')).trimEnd().split('\n');
    expect(runs.length).toBeGreaterThan(8);
    for (const run of runs) {
      expect(JSON.parse(run)).toHaveProperty('env', {});
      expect(run).not.toMatch(/import "a"|include "a"/);
    }
  });
});

function end(said: string, reason: string): string {
  return ` does not compile: ${said}${reason && ': '}${reason}`;
}

/** A few, because each starts programs. */
function some<Row>(rows: readonly Row[]): readonly Row[] {
  return rows.filter((_, index) => index % 8 === 0);
}

describe('a filter that asks for the environment', () => {
  it.each([
    ['-q', '$ENV.TEAM', '-q "$ENV.TEAM" does not compile: $ENV is not defined at line 1, column 1'],
    ['--query-file', 'team.jq', '--query-file "team.jq" does not compile: env/0 is not defined at line 2, column 9'],
  ])('in %s is exit 2, and nothing is sent', async (flag, value, said) => {
    const cwd = await temporaryDirectory();
    await writeFile(join(cwd, 'team.jq'), '.[]\n| .tags[env.TEAM]\n');
    const deployment = nscale();
    const { code, stdout, stderr } = await deployment.run(['sa', 'list', flag, value], { cwd, env: { TEAM: 'x' } });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'usage', message: `${said}: ${environment}`, hint: null, exitCode: 2 },
    });
    expect(deployment.requests).toEqual([]);
  });
});
