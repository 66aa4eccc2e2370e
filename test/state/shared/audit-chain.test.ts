// @module-tag slow
import { describe, expect, it } from 'vitest';

import { testNow } from '../../harness/context.ts';
import { useMachines } from '../../harness/machines.ts';
import { useNscale } from '../../harness/nscale.ts';

const deploy = useNscale();
const rotate = 'sa rotate --provider nscale --id ci-deploy --yes --to file:token -q .verified'.split(' ');
const update = 'sa update --provider nscale --id ci-deploy --yes --description x -q .name'.split(' ');
const list = ['audit', 'list', '-q', '.[].operation'];

/** A log of a rotation, an update and another rotation, of two machines. */
async function threeEvents() {
  const { machine, store, pass } = useMachines(deploy());
  const [first, second] = [machine('runner-1'), machine('laptop')];
  for (const [at, argv] of [rotate, update, rotate].entries()) {
    pass(60_000);
    expect(
      await (at === 1 ? second : first).run(argv, { overrides: { now: () => testNow + at * 60_000 } }),
    ).toMatchObject({ code: 0 });
  }
  const events = [...store.objects.keys()].filter((name) => name.startsWith('prod/audit/')).toSorted();
  return { second, store, events };
}

describe('the audit log in a store', () => {
  it('has the hash of the event before, and is whole', async () => {
    const { second, store, events } = await threeEvents();
    const previous = events.map((name) => JSON.parse(textOf(store.objects.get(name)?.bytes)).previous as unknown);
    const one = [expect.stringMatching(/^[0-9a-f]{64}$/)];
    expect(previous).toEqual([[], one, one]);
    expect(await second.run(list)).toEqual({ code: 0, stdout: 'rotate\nupdate\nrotate\n', stderr: '' });
  });

  it.each([
    ['the first', 0, 'the one before 2026'],
    ['one in between', 1, 'the one before 2026'],
    ['the last', 2, 'the last one'],
  ])('shows that %s is missing', async (_name, at, which) => {
    const { second, store, events } = await threeEvents();
    store.write(events[at] ?? '', '');
    const { code, stdout, stderr } = await second.run(list);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toHaveLength(3);
    expect(stderr).toMatch(
      /^sactl: the audit log is not complete: of the events of \S+, .* is missing or was changed\n$/,
    );
    expect(stderr).toContain(which);
  });

  it('shows that one was changed', async () => {
    const { second, store, events } = await threeEvents();
    const name = events[1] ?? '';
    store.write(name, textOf(store.objects.get(name)?.bytes).replace('laptop', 'runner-9'));
    const { stderr } = await second.run(list);
    expect(stderr).toMatch(
      /^sactl: the audit log is not complete: .*the one before 2026.* is missing or was changed\n$/,
    );
  });
});

function textOf(bytes: Uint8Array = new Uint8Array()): string {
  return Buffer.from(bytes).toString();
}
