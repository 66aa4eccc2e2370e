// @module-tag slow
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { useNscale } from '../harness/nscale.ts';
import { run, type Outcome } from '../harness/run.ts';
import { jqProgram } from './jq-program.ts';
import { temporaryDirectory } from './support.ts';

const nscale = useNscale();
const isPosix = process.platform !== 'win32';

const chosen = '[.[]|select(.tags.team==$team).name]';

/** The message of a usage error in JSON. */
function usageIn({ code, stdout, stderr }: Outcome): string {
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  const { error } = JSON.parse(stderr) as { error: { message: string } };
  return error.message;
}

describe('--arg', () => {
  it('gives every filter the text, as it is', async () => {
    const cwd = await temporaryDirectory();
    await writeFile(join(cwd, 'both.jq'), '[$team, $empty, $_2, ($ARGS.named | keys)]\n');
    const values = ['--arg', 'team=platform', '--arg', 'empty=', '--arg', '_2=1=2 "$x" é\n- '];
    const argv = ['--sandbox', 'sa', 'list', ...values, '-q', chosen, '--query-file', 'both.jq', '-q', '$_2|length'];
    const state = { env: { XDG_STATE_HOME: cwd }, cwd };
    expect(await run(argv, state)).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        '["ci-deploy","nightly-backup","terraform"]',
        '13',
        '["platform","","1=2 \\"$x\\" é\\n- ",["_2","empty","team"]]',
        '',
      ].join('\n'),
    });
  });

  it('may have any name that jq takes for a variable, and one that the filter takes for a key', async () => {
    const argv = ['sa', 'list', '--arg', 'env=a', '--arg', 'if=b', '-q', '[$env, $if, (.[0] | {env: .name})]'];
    const { stdout } = await nscale().run(argv);
    expect(stdout).toBe('["a","b",{"env":"ci-deploy"}]\n');
  });

  it('may be a hundred thousand characters long', async () => {
    const argv = ['sa', 'list', '--arg', `x=${'é'.repeat(50_000)}`, '-q', '$x | length'];
    expect(await nscale().run(argv)).toEqual({ code: 0, stdout: '50000\n', stderr: '' });
  });

  it('goes with a plain path, which needs none of it', async () => {
    const { stdout } = await nscale().run(['sa', 'list', '--arg', 'x=1', '-q', '.[0].name']);
    expect(stdout).toBe('ci-deploy\n');
  });

  it('is known when it is tried whether a filter prints the credential', async () => {
    const deployment = nscale();
    const argv = ['sa', 'rotate', '--id', 'ci-deploy', '--yes', '--arg', 'key=value', '-q'];
    const { code, stdout } = await deployment.run([...argv, '.credential[$key]']);
    expect({ code, length: stdout.length > 20 }).toEqual({ code: 0, length: true });
    expect(usageIn(await deployment.run([...argv, '$key']))).toMatch(/^the filter throws the credential away/);
    expect(deployment.mutations()).toHaveLength(1);
  });

  it.runIf(isPosix)('reaches a native jq as its own --arg', async () => {
    const JQ_PATH = await jqProgram();
    const env = { SACTL_JQ: 'native', JQ_PATH };
    const { stdout } = await nscale().run(['sa', 'list', '--arg', 'team=-x', '-q', '$team'], { env });
    expect(stdout).toBe('-x\n');
    const [compiled = ''] = (await readFile(`${JQ_PATH}.log`, 'utf8')).split('\n');
    expect(JSON.parse(compiled)).toEqual({ argv: ['-c', '--arg', 'team', '-x', '$team'], env: {} });
  });
});

describe('--arg is refused, and nothing is sent,', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['without a filter', ['a=b'], ['--arg goes only with -q or --query-file']],
    ['without a value', ['team'], ['--arg "team" must have the form <name>=<value>, in one word']],
    ['without a name', ['=x'], ['--arg "=x": a name has letters, digits and "_", and begins with no digit']],
    [
      'with names that no variable has',
      ['a-b=1', '1a=1', 'é=1', ' a=1', '$a=1'],
      ['a-b=1', '1a=1', 'é=1', 'a=1', '$a=1'].map(
        (pair) => `--arg "${pair}": a name has letters, digits and "_", and begins with no digit`,
      ),
    ],
    [
      "with jq's own names",
      ['ENV=1', '__loc__=1', 'ARGS=1'],
      ['ENV', '__loc__', 'ARGS'].map((name) => `--arg "${name}=1": $${name} is jq's own; choose another name`),
    ],
    ['twice for one name', ['a=1', 'b=2', 'a=1'], ['--arg names "a" twice']],
  ])('%s', async (title, values, expected) => {
    const deployment = nscale();
    const query = title === 'without a filter' ? ['--json'] : ['-q', '$team', '--arg', 'team=x'];
    const argv = ['sa', 'list', ...values.flatMap((value) => ['--arg', value]), ...query];
    const wanted = title === 'without a value' ? [...expected, '--arg names "team" twice'] : expected;
    expect(usageIn(await deployment.run(argv))).toBe(wanted.join('; '));
    expect(deployment.requests).toEqual([]);
  });

  it('as two words, and says what is meant', async () => {
    const deployment = nscale();
    expect(await deployment.run(['sa', 'list', '-q', '$team', '--arg', 'team', 'plat form'])).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`"hint":"did you mean sactl sa list -q '$team' --arg 'team=plat form'?"`),
    });
    expect(deployment.requests).toEqual([]);
  });

  it('where nothing is filtered', async () => {
    const { code, stderr } = await nscale().run(['completion', 'bash', '--arg', 'a=b']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--arg') });
  });
});
