import { expect, it } from 'vitest';

import { run } from '../../harness/run.ts';

const lines = ['--help', 'sa list --help', 'sa rotate --help', 'sandbox serve --help', 'completion --help', 'state'];

it.each(lines.flatMap((line) => [60, 80].map((columns) => ({ line, columns }))))(
  'sactl $line fits $columns columns, but for commands to be copied',
  async ({ line, columns }) => {
    const { code, stdout } = await run(line.split(' '), { terminal: columns });
    const long = stdout.split('\n').filter((each) => each.length > columns && !each.startsWith('  $ '));
    expect({ code, long }).toEqual({ code: 0, long: [] });
  },
);

it('has the same words at every width', async () => {
  const [narrow, wide] = await Promise.all(
    [60, 200].map(async (columns) =>
      (await run(['sa', 'rotate', '--help'], { terminal: columns })).stdout.split(/\s+/),
    ),
  );
  expect(narrow).toEqual(wide);
});

it('begins a meaning below its term where there is no room beside it', async () => {
  const { stdout } = await run(['sa', 'list', '--help'], { terminal: 44 });
  expect(stdout).toContain('  --wide\n      all columns that have something in\n      them, none cut\n');
});
