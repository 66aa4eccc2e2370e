import { describe, expect, it } from 'vitest';

import { seedNscale } from '../../../src/sandbox/nscale/seed.ts';
import { accountIds } from '../../../src/sandbox/nscale/seed-ids.ts';
import type { NscaleState } from '../../../src/sandbox/nscale/state.ts';
import { testNow, type TestContextOptions } from '../../harness/context.ts';
import { useNscale } from '../../harness/nscale.ts';

const nscale = useNscale();

/** A deployment whose accounts have these names. */
function accountsNamed(...given: readonly string[]): NscaleState {
  const state = seedNscale(testNow);
  const accounts = given.flatMap((name, at) => {
    const [account] = structuredClone(state.accounts);
    const id = `c0000000-0000-4000-8000-00000000000${at + 1}`;
    return account === undefined ? [] : [Object.assign(account, { name, id })];
  });
  return { ...state, accounts };
}

/** How many requests a list makes. */
async function requests(flags: readonly string[], options: TestContextOptions): Promise<number> {
  const deployment = nscale();
  expect((await deployment.run(['sa', 'list', ...flags], options)).code).toBe(0);
  return deployment.requests.length;
}

describe('the table of sa list', () => {
  it.each([
    [80, 'NAME +STATUS +EXPIRES +ID', 'ci-deploy +active +in 3 days'],
    [120, 'NAME +STATUS +TAGS +CREATED +EXPIRES +ID', 'ci-deploy +active +team=platform +87 days ago +in 3 days'],
    [
      200,
      'NAME +STATUS +GROUPS +TAGS +CREATED +CREATED BY +EXPIRES +ID',
      'ci-deploy +active +ml-training, inference +team=platform +87 days ago +ann@example.com +in 3 days',
    ],
  ])('fits %s columns, with whole names and ids', async (terminal, header, row) => {
    const { code, stdout, stderr } = await nscale().run(['sa', 'list', '--no-color'], { terminal });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(terminal);
    expect(lines[0]).toMatch(new RegExp(`^${header}$`));
    expect(lines[1]).toMatch(new RegExp(`^${row} +${accountIds.ciDeploy}$`));
    expect(lines).toHaveLength(14);
  });

  it('asks for the names of groups only where a wide terminal shows them', async () => {
    const least = await requests([], {});
    expect(await requests([], { terminal: 139 })).toBe(least);
    expect(await requests(['--wide'], {})).toBe(least);
    expect(await requests(['--json'], { terminal: 200 })).toBe(least);
    expect(await requests([], { terminal: 140 })).toBe(least + 1);
    expect(await requests(['--columns', 'groups'], { terminal: 80 })).toBe(least + 1);
  });

  it('leaves ids out where names are whole and alone, and the terminal has no room', async () => {
    const long = 'inference-gateway-of-the-vision-team';
    const alone = nscale({ state: accountsNamed(`${long}-1`, `${long}-2`) });
    expect((await alone.run(['sa', 'list', '--no-color'], { terminal: 80 })).stdout).toBe(
      [
        'NAME                                    STATUS  CREATED      EXPIRES',
        'inference-gateway-of-the-vision-team-1  active  87 days ago  in 3 days',
        'inference-gateway-of-the-vision-team-2  active  87 days ago  in 3 days',
        '',
      ].join('\n'),
    );
    const twins = nscale({ state: accountsNamed(long, long) });
    expect((await twins.run(['sa', 'list', '--no-color'], { terminal: 80 })).stdout).toBe(
      [
        'NAME                                  ID',
        'inference-gateway-of-the-vision-team  c0000000-0000-4000-8000-000000000001',
        'inference-gateway-of-the-vision-team  c0000000-0000-4000-8000-000000000002',
        '',
      ].join('\n'),
    );
  });

  it('shows with --wide all that there is, whole, also in a pipe and in csv', async () => {
    const argv = ['sa', 'list', '--wide', '--no-color', '--limit', '1'];
    const heading =
      'PROVIDER +NAME +DESCRIPTION +ORGANIZATION +STATUS +GROUPS +TAGS +CREATED +CREATED BY +UPDATED +EXPIRES +AGE +ID';
    const narrow = (await nscale().run(argv, { terminal: 60 })).stdout.split('\n');
    expect(narrow[0]).toMatch(new RegExp(`^${heading}$`));
    expect(narrow[1]).toMatch(/^nscale +ci-deploy +Deploys from the main branch +d4600d6e-.* +c1f0[-0-9a-f]{32}$/);
    expect((await nscale().run(argv)).stdout.split('\n')[0]).toMatch(new RegExp(`^${heading}$`));
    const csv = await nscale().run([...argv, '--format', 'csv']);
    expect(csv.stdout).toMatch(/^provider,profile,name,description,.*,age,id\r?\n/);
  });
});
