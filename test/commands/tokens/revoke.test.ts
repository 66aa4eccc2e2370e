import { describe, expect, it } from 'vitest';

import { augmentMachine } from './augment.ts';

const revoke = ['tokens', 'revoke', '--id', 'ci'];

describe('tokens revoke', () => {
  it('records what a person did, and prints the account as get does', async () => {
    const { run } = await augmentMachine();
    const argv = [...revoke, '--token', 'one', '--done', '--yes', '--json'];
    const { code, stdout, stderr } = await run(argv);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'sactl: no copy of the token "one" is left here, so its revocation cannot be checked\n',
    });
    expect(stdout).toBe((await run(['sa', 'get', '--id', 'ci', '--json'])).stdout);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'ci',
      tokens: [
        { name: 'one', state: 'revoked', verified: false },
        { name: 'two', state: 'active' },
      ],
    });
  });

  it('lets a person choose the token, and leaves out what is revoked', async () => {
    const { run } = await augmentMachine();
    await run([...revoke, '--token', 'one', '--done', '--yes']);
    const labels: string[] = [];
    const { code } = await run(revoke, {
      terminal: 100,
      prompt: {
        select: ({ message, choices }) => {
          labels.push(message, ...choices.map(({ label }) => label));
          return Promise.resolve('two');
        },
        confirm: () => Promise.resolve(true),
      },
    });
    expect(code).toBe(0);
    expect(labels).toEqual(['Which token of ci?', expect.stringMatching(/^two \(sha256:\w+\), active$/)]);
    const listed = await run(['tokens', 'list', '--id', 'ci', '-q', '.[].state']);
    expect(listed.stdout).toBe('revoked\nrevoked\n');
  });

  it('has nothing to choose from in an account without tokens', async () => {
    const { run } = await augmentMachine();
    const argv = ['tokens', 'revoke', '--id', 'docs', '--no-color'];
    expect(await run(argv, { terminal: 100 })).toEqual({
      code: 3,
      stdout: '',
      stderr: 'sactl: docs has no token to choose from\n',
    });
  });

  it('does not find a token that is not recorded', async () => {
    const { run, inventory } = await augmentMachine();
    const before = await inventory();
    const { code, stderr } = await run([...revoke, '--token', 'three', '--done', '--yes']);
    expect(code).toBe(3);
    expect(stderr).toContain('"ci" has no token "three"');
    expect(await inventory()).toBe(before);
  });
});
