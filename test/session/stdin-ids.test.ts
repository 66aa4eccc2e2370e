import { describe, expect, it } from 'vitest';

import { accountIds } from '../../src/sandbox/nscale/seed-ids.ts';
import { problems } from '../commands/support.ts';
import { run } from '../harness/run.ts';
import { useNscale } from '../harness/nscale.ts';

const nscale = useNscale();

describe('--id - reads the one id from standard input', () => {
  it.each([
    ['sa get -q .name', 'ci-deploy\n'],
    ['sa update --description x -q .name', 'ci-deploy\n'],
    ['sa delete --yes -q .name', 'ci-deploy\n'],
    ['sa rotate --yes --dry-run --to file:{name} -q .operation', 'rotate\n'],
  ])('in %s', async (argv, stdout) => {
    const outcome = await nscale().run([...argv.split(' '), '--id', '-'], {
      stdin: `\n  ${accountIds.ciDeploy}\r\n`,
      cwd: '/',
    });
    expect(outcome).toMatchObject({ code: 0, stdout });
  });

  it.each([
    ['recover show', 'there is no journal entry "nobody"'],
    ['state show', '"nobody"'],
    ['accessrules delete --yes', '--id "nobody" is not the number of an access rule'],
    ['audit list', ''],
  ])('in %s', async (argv, stderr) => {
    const outcome = await run([...argv.split(' '), '--id', '-'], {
      stdin: 'nobody\n',
      env: { RUNAI_TOKEN: 'x', RUNAI_BASE_URL: 'https://runai.example.com' },
    });
    expect(outcome.stderr).toContain(stderr);
    expect(outcome.stderr).not.toContain('"-"');
  });

  it.each([
    ['', '--id - reads an id from standard input, which is empty'],
    ['a\nb\n\nc', '--id - takes one id here, and standard input has 3 lines'],
  ])('and refuses %j', async (stdin, problem) => {
    const deployment = nscale();
    const { code, stdout, stderr } = await deployment.run(['sa', 'delete', '--yes', '--id', '-'], { stdin });
    expect({ code, stdout, stderr, sent: deployment.requests }).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([problem]),
      sent: [],
    });
  });

  it('and not from a terminal', async () => {
    const { code, stderr } = await nscale().run(['sa', 'get', '--id', '-', '--no-color'], { terminal: 80 });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: problems(['--id - reads ids from standard input, which is a terminal']),
    });
  });
});
