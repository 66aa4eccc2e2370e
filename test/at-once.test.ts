import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { answerAtOnce } from '../src/at-once.ts';
import { pageOf, type HelpPage } from '../src/commands/help/pages.ts';
import { topicNames } from '../src/commands/help/topic-names.ts';
import { shells } from '../src/commands/completion/shells.ts';
import { wholeTree } from '../src/program.ts';
import { builtScript } from './commands/completion/built-script.ts';
import { dist } from './commands/built-program.ts';
import { workFolder } from './commands/support.ts';
import { testContext } from './harness/context.ts';
import { run } from './harness/run.ts';

async function answer(argv: readonly string[], { folder = dist, columns = 100 } = {}): Promise<string | null> {
  return answerAtOnce(argv, { folder, context: () => testContext().ctx, columns: () => columns });
}

describe('what is answered before the program is loaded', () => {
  it.each(shells)('is the script for %s', async (shell) => {
    expect(await answer(['completion', shell])).toBe(await builtScript(shell));
  });

  it('is the version, and the names of profiles', async () => {
    expect(await answer(['--version'])).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await answer(['__profiles'])).toBe('');
  });

  it.each([
    [['sa']],
    [['completion']],
    [['completion', 'tcsh']],
    [['completion', 'bash', '--help', '--json']],
    [['--version', '--json']],
    [['__profiles', '--json']],
    ...topicNames.map((name) => [['help', name]]),
    [['help', 'frobnicate']],
    [['sa', 'list', '--json', '--help']],
    [['sa', '--help', 'list']],
    [['sa', 'frobnicate', '--help']],
    [['sa', 'list', 'x', '--help']],
  ])('is nothing for %j', async (argv) => {
    expect(await answer(argv)).toBeNull();
  });

  it.each(['{bad', '', '[]', 'null', '{"commands":1}'])(
    'is nothing where what the build wrote was damaged: %j',
    async (text) => {
      const folder = await workFolder();
      await writeFile(join(folder, 'help.json'), text);
      expect(await answer(['--help'], { folder })).toBeNull();
    },
  );

  it.each([[['completion', 'bash']], [['--help']]])(
    'is nothing for %j where the build has not written it yet',
    async (argv) => {
      expect(await answer(argv, { folder: await workFolder() })).toBeNull();
    },
  );
});

/** The words of every command. */
function pathsIn({ commands }: HelpPage, words: readonly string[] = []): readonly (readonly string[])[] {
  return [words, ...commands.flatMap((command) => pathsIn(command, [...words, command.names[0] ?? '']))];
}

describe('help at once', () => {
  it('is what the program prints, for every command', async () => {
    const commands = pathsIn(pageOf(await wholeTree()));
    for (const words of commands) {
      const argv = [...words, '--help'];
      expect([argv, await answer(argv)]).toEqual([argv, (await run(argv)).stdout]);
    }
    expect(commands.length).toBeGreaterThan(50);
  });

  it.each([[[]], [['-h']], [['help']], [['help', 'sa', 'list']], [['help', 'help']], [['sa', 'list', '-h']]])(
    'is what the program prints for %j',
    async (argv) => {
      expect(await answer(argv)).toBe((await run(argv)).stdout);
    },
  );

  it.each([40, 60, 80, 200])('fits a terminal of %i columns as the program does', async (columns) => {
    const argv = ['sa', 'rotate', '--help'];
    const terminal = { terminal: columns };
    expect(await answer(argv, { columns })).toBe((await run(argv, terminal)).stdout);
  });
});
