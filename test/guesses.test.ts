// @module-tag slow
import { describe, expect, it } from 'vitest';

import { argvsOf } from './commands/help/lines.ts';
import { parse } from './commands/help/parse.ts';
import { createWorld } from './commands/help/world.ts';
import { guesses } from './guess-table.ts';
import { run } from './harness/run.ts';

/** Commands that do not end, or that want something beside the sandbox. */
const elsewhere = /-f x|sandbox serve|--match|config set|recover open|state migrate|--ca-cert|tokens/;

it.each(guesses)('sactl %s', async (typed, problem, hint) => {
  const [argv = []] = argvsOf(`sactl ${typed}`);
  expect(await run(argv)).toEqual({ code: 2, stdout: '', stderr: `sactl: ${problem}\nhint: ${hint}\n` });

  const [, meant = ''] = /(?:^| )(sactl .*?)\??$/.exec(hint) ?? [];
  if (elsewhere.test(meant)) {
    await Promise.all(argvsOf(meant).map(parse));
    return;
  }
  const { code, stderr } = await (await createWorld()).run(meant);
  expect({ isMisuse: code === 2, stderr: code === 2 ? stderr : '' }).toEqual({ isMisuse: false, stderr: '' });
});

describe('a guess', () => {
  it('is in the JSON of an error, too', async () => {
    const { stderr } = await run(['users', 'ls', '--json']);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { message: "unknown command 'users'", hint: 'did you mean sactl sa list --json?' },
    });
  });

  it('takes the fields of --json, as gh has them, for a filter', async () => {
    const { stderr } = await run(['sa', 'list', '--json', 'id,name']);
    expect(JSON.parse(stderr)).toMatchObject({ error: { hint: "did you mean sactl sa list -q '.[] | {id, name}'?" } });
  });

  it('takes a filter of the aws CLI for one of jq', async () => {
    const { stderr } = await run(['sa', 'list', '--query', '[].name', '--output', 'text']);
    expect(JSON.parse(stderr)).toMatchObject({ error: { hint: "did you mean sactl sa list --query '.[].name'?" } });
  });

  it('takes the fields of --json for a filter where one account is meant', async () => {
    const { stderr } = await run(['sa', 'view', 'ci-deploy', '--json', 'name,id']);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { hint: "did you mean sactl sa get --id ci-deploy -q '{name, id}'?" },
    });
  });

  it('shows no value of a flag that is none', async () => {
    for (const argv of [['sa', 'list', '--token=s3cret'], ['sa', 'list', '--token', 's3cret'], ['--nope=s3cret']]) {
      const { code, stderr } = await run(argv);
      expect(code).toBe(2);
      expect(stderr).not.toContain('s3cret');
    }
  });

  it.each(['frobnicate', 'sa frobnicate', 'sa list --frobnicate', 'xyz list', 'orgs list acme', 'help frobnicate'])(
    'is not made of sactl %s',
    async (line) => {
      const { code, stderr } = await run(line.split(' '));
      expect({ code, stderr: stderr.split('\n')[1] }).toEqual({
        code: 2,
        stderr: expect.stringMatching(/^hint: sactl .*--help$/),
      });
    },
  );
});
