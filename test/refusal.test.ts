import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { builtFile } from '../src/built-file.ts';
import { refusal } from '../src/commands/refusal.ts';
import { shapeFile, shapeText } from '../src/commands/shape.ts';
import { programShape } from '../src/program.ts';
import { dist } from './commands/built-program.ts';
import { argvsOf } from './commands/help/lines.ts';
import { guesses } from './guess-table.ts';
import { run, type Outcome } from './harness/run.ts';

const program = await programShape(() => null);

function built(name: string): string | null {
  return builtFile(dist, name);
}

describe('a command line that is refused at once', () => {
  it('is held against what the build wrote', () => {
    expect(built(shapeFile)).toBe(shapeText(program));
  });

  it.each(['{bad', '', '[]'])('is left to the parser where what the build wrote was damaged: %j', async (text) => {
    const argv = ['sa', 'lst'];
    expect(await run(argv, { built: () => text })).toEqual(await run(argv));
  });

  it.each([
    ['sa list --nope'],
    ['sa list --json --nope'],
    ['sa list --sandbox --limit 3 --nope=x --other'],
    ['sa lst'],
    ['lst'],
    ['sandbox console augment create --nope x'],
  ])('is one with a word that there is not: sactl %s', async (line) => {
    expect(await refusal(program, line.split(' '))).not.toBeNull();
  });

  it.each([
    ['sa list'],
    ['sa list --help --nope'],
    ['sa list --debug --nope'],
    ['sa list --format nope --nope'],
    ['sa list --yes=false'],
    ['sa list --columns --nope'],
    ['sa list -- --nope'],
    ['sa list --search --nope x --other'],
    ['sa --tag=a=b list --nope'],
    ['whoami --dry-run --nope'],
    ['-x'],
    ['--json lst'],
    ["l'st"],
  ])('is none where the parser may say something else: sactl %s', async (line) => {
    expect(await refusal(program, line.split(' '))).toBeNull();
  });

  it.each(guesses)('is refused as by the parser: sactl %s', async (typed) => {
    const [argv = []] = argvsOf(`sactl ${typed}`);
    expect(await run(argv, { built })).toEqual(await run(argv));
  });

  it('is refused as by the parser whatever else is in it', async () => {
    let certain = 0;
    await fc.assert(
      fc.asyncProperty(commandLines, async (argv) => {
        const error = await refusal(program, argv);
        if (error === null) return;
        certain += 1;
        const atOnce = await run(argv, { built });
        expect([argv, atOnce]).toEqual([argv, await run(argv)]);
        expect(atOnce).toMatchObject({ code: 2, stdout: '' } satisfies Partial<Outcome>);
      }),
      { numRuns: 1500 },
    );
    expect(certain).toBeGreaterThan(100);
  });
});

/** Words of commands, flags that there are and are not, values for them, and what the parser reads in a way of its own. */
const words = fc.constantFrom(
  ...(
    'sa list rotate config set help sandbox console augment lst ci-deploy --json --id --id=x --format csv --format=yaml ' +
    '--format=nope --timeout 5s --wait=x --nope --nope=x --jsonn --no-color --yes --yes=false --tag=a=b --raw --to file:x ' +
    "-q . -q. -y -yq -x - -- -h --help --version --debug it's -3"
  ).split(' '),
  '',
  'a b',
);

const commandLines = fc
  .tuple(
    fc.constantFrom<string[]>([], ['sa'], ['sa', 'list'], ['sa', 'rotate'], ['config', 'set'], ['whoami']),
    fc.array(words, { maxLength: 5 }),
  )
  .map(([command, rest]) => command.concat(rest));
