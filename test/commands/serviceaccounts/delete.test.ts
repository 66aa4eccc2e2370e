import { describe, expect, it } from 'vitest';

import { accountIds, groupIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import { useNscale } from '../../harness/nscale.ts';
import { augmentMachine, ciId } from '../tokens/augment.ts';
import { accountsPath, accountsUrl, problems } from '../support.ts';

const nscale = useNscale();

const id = accountIds.scratch;
const sent = [`DELETE ${accountsPath}/${id}`];

describe('sa delete', () => {
  it('deletes an account and says which', async () => {
    const deployment = nscale();
    expect(await deployment.run(['sa', 'delete', '--id', 'scratch', '--yes'])).toEqual({
      code: 0,
      stdout: `Deleted scratch (${id}).\n`,
      stderr: '',
    });
    expect(deployment.mutations()).toEqual(sent);
    expect(deployment.state.accounts.some((account) => account.id === id)).toBe(false);
  });

  it('prints four keys as JSON', async () => {
    const argv = ['sa', 'delete', '--id', id, '-y', '-q', '.'];
    expect(await nscale().run(argv)).toEqual({
      code: 0,
      stdout: `{"deleted":true,"provider":"nscale","id":"${id}","name":"scratch"}\n`,
      stderr: '',
    });
  });

  it('needs --yes and --id where nobody can be asked', async () => {
    const deployment = nscale();
    expect(await deployment.run(['sa', 'delete'])).toEqual({
      code: 2,
      stdout: '',
      stderr: problems([
        '--id is missing: give the id or the exact name of an account',
        'this needs a confirmation, and there is no terminal to ask on: add --yes',
      ]),
    });
    expect(deployment.requests).toEqual([]);
  });

  it.each([true, false])('asks on a terminal, and the answer %j counts', async (answer) => {
    const deployment = nscale();
    const outcome = await deployment.run(['sa', 'delete', '--id', 'terraform', '--no-color'], {
      terminal: 100,
      prompt: { confirm: () => Promise.resolve(answer) },
    });
    const { terraform } = accountIds;
    const asked =
      '  - its token stops working at once, and everything that uses it\n' +
      `  - it leaves group ${groupIds.platformAdmins}\n` +
      '  - it cannot be brought back\n';
    expect({ ...outcome, sent: deployment.mutations().length }).toEqual(
      answer
        ? { code: 0, stdout: `Deleted terraform (${terraform}).\n`, stderr: asked, sent: 1 }
        : { code: 2, stdout: '', stderr: asked + problems(['not confirmed; nothing was changed']), sent: 0 },
    );
  });

  it('previews without asking for confirmation', async () => {
    const deployment = nscale();
    const argv = ['sa', 'delete', '--id', 'scratch', '--dry-run', '-q', '.requests[], .effects[0]'];
    expect(await deployment.run(argv)).toEqual({
      code: 0,
      stdout:
        `{"method":"DELETE","url":"${accountsUrl}/${id}","body":null}\n` +
        'its token stops working at once, and everything that uses it\n',
      stderr: '',
    });
    expect(deployment.mutations()).toEqual([]);
  });
});

it('sa delete --done is refused where sactl deletes itself, and nothing is sent', async () => {
  const deployment = nscale();
  const outcome = await deployment.run(['sa', 'delete', '--id', 'scratch', '--yes', '--done']);
  expect({ ...outcome, sent: deployment.mutations() }).toEqual({
    code: 2,
    stdout: '',
    stderr: problems(['--done is for providers without an API; nscale does it itself']),
    sent: [],
  });
});

describe('sa delete of an account that only a person can delete', () => {
  const argv = ['sa', 'delete', '--id', 'ci', '--done', '--yes'];

  it('prints four keys as JSON once it is recorded', async () => {
    const { run } = await augmentMachine();
    expect(await run([...argv, '-q', '.'])).toEqual({
      code: 0,
      stdout: `{"deleted":true,"provider":"augment","id":"${ciId}","name":"ci"}\n`,
      stderr: '',
    });
  });

  it('is fine with --ignore-missing when it is recorded already', async () => {
    const { run } = await augmentMachine();
    await run(argv);
    expect((await run(argv)).code).toBe(3);
    expect(await run([...argv, '--ignore-missing'])).toEqual({
      code: 0,
      stdout: 'Nothing to delete: ci is not there.\n',
      stderr: '',
    });
  });
});

describe('sa delete of an account that is not there', () => {
  it('is not found', async () => {
    const { code, stderr } = await nscale().run(['sa', 'delete', '--id', 'nobody', '--yes']);
    expect(code).toBe(3);
    expect(stderr).toContain('no service account "nobody"');
  });

  it('is fine with --ignore-missing, and deletes nothing', async () => {
    const deployment = nscale();
    const argv = ['sa', 'delete', '--id', 'nobody', '--yes', '--ignore-missing'];
    expect(await deployment.run(argv)).toEqual({
      code: 0,
      stdout: 'Nothing to delete: nobody is not there.\n',
      stderr: '',
    });
    const json = await deployment.run([...argv, '-q', '.']);
    expect(json.stdout).toBe('{"deleted":false,"provider":"nscale","id":"nobody","name":null}\n');
    expect(deployment.mutations()).toEqual([]);
  });

  it.each([
    [[], 3, ''],
    [['--ignore-missing'], 0, 'false\n'],
  ])('also when it goes away just before: %j', async (flags, code, stdout) => {
    const deployment = nscale({
      intercept: (request, next) => {
        if (request.method === 'DELETE') {
          deployment.state.accounts = deployment.state.accounts.filter((account) => account.id !== id);
        }
        return next(request);
      },
    });
    const argv = ['sa', 'delete', '--id', 'scratch', '--yes', '-q', '.deleted', ...flags];
    expect(await deployment.run(argv)).toMatchObject({ code, stdout });
  });

  it('does not hide an ambiguous name', async () => {
    const argv = ['sa', 'delete', '--id', 'inference-gateway', '--yes', '--ignore-missing'];
    const deployment = nscale();
    expect((await deployment.run(argv)).code).toBe(5);
    expect(deployment.mutations()).toEqual([]);
  });
});
