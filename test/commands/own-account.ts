import { expect, it } from 'vitest';

import type { Deployment } from '../harness/deployment.ts';

export const is = 'this is the account that sactl signs in with';
export const mayBe = 'this may be the account that sactl signs in with';
export const missing = '--allow-self is missing';

const stdin = '{"groups": []}';

/** A change by its name, its command line, and the method of the one request that it sends. */
export type OwnChange = readonly [name: string, argv: readonly string[], method: string];

/** What holds for every change of the caller's own account (docs/design.md 6); `deploy` gives one with its credential. */
export function testOwnChanges(deploy: () => Deployment<object>, changes: readonly OwnChange[]): void {
  it.each(changes)('%s needs --allow-self without a terminal', async (_, argv) => {
    const deployment = deploy();
    expect(await deployment.run([...argv, '--format', 'yaml'], { stdin })).toEqual({
      code: 2,
      stdout: '',
      stderr: `sactl: ${is}: ${missing}\n`,
    });
    expect(deployment.mutations()).toEqual([]);
  });

  it.each(changes)('%s is made with it', async (_, argv, method) => {
    const deployment = deploy();
    await deployment.run([...argv, '--allow-self', '--json'], { stdin });
    expect(deployment.mutations().map((request) => request.split(' ')[0])).toEqual([method]);
  });

  it.each(changes)('%s says so in its effects, and is refused in a dry run, too', async (_, argv) => {
    const deployment = deploy();
    const dry = [...argv.filter((word) => word !== '--yes'), '--dry-run', '-q', '.effects[-1]'];
    expect(await deployment.run([...dry, '--allow-self'], { stdin })).toEqual({
      code: 0,
      stdout: `${is}: only somebody else can undo this\n`,
      stderr: '',
    });
    expect((await deployment.run(dry, { stdin })).code).toBe(2);
    expect(deployment.mutations()).toEqual([]);
  });
}
