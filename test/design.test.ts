import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { expect, it } from 'vitest';

import { wholeTree } from '../src/program.ts';

const text = readFileSync(fileURLToPath(new URL('../docs/design.md', import.meta.url)), 'utf8');
const [, section = ''] = /^## 1\. Commands\n([^]*?)^## 2\. /m.exec(text) ?? [];

function flagsIn(words: string): readonly string[] {
  return [...words.matchAll(/`(--[a-z-]+)`/g)].map(([, flag = '']) => flag).toSorted();
}

/** The flags of each command, as the table says. */
function documented(): Record<string, readonly string[]> {
  const rows = section.matchAll(/^\| (`.+?) \|(.*)\|$/gm);
  const commands = [...rows].flatMap(([, names = '', flags = '']) =>
    [...names.matchAll(/`([a-z ]+)`/g)].map(([, name = '']) => [name, flagsIn(flags)] as const),
  );
  return Object.fromEntries(commands);
}

function declared(command: CommandUnknownOpts, path = ''): [string, readonly string[]][] {
  return command.commands.flatMap((child): [string, readonly string[]][] => {
    const name = `${path} ${child.name()}`.trim();
    if (child.commands.length > 0) return declared(child, name);
    return [[name, child.options.map(({ long, flags }) => long ?? flags).toSorted()]];
  });
}

it('docs/design.md 1 has the commands and flags there are', async () => {
  expect(documented()).toEqual(Object.fromEntries(declared(await wholeTree())));
});

it('docs/design.md 1 has the common flags there are', async () => {
  const [, common = ''] = /^Common flags, [^:]*:(.*)$/m.exec(section) ?? [];
  const { options } = await wholeTree();
  expect(flagsIn(common)).toEqual(options.map(({ long, flags }) => long ?? flags).toSorted());
});
