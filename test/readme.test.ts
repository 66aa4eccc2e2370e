import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { expect, it } from 'vitest';

import { topics } from '../src/commands/help/topics.ts';
import { wholeTree } from '../src/program.ts';

const path = fileURLToPath(new URL('../README.md', import.meta.url));

function commandRows(command: CommandUnknownOpts, prefix: string): string[] {
  return command.commands.flatMap((child) => {
    const name = `${prefix} ${child.name()}`.trim();
    if (child.commands.length > 0) return commandRows(child, name);
    const flags = child.options.map(({ flags: text }) => `\`${text.replaceAll('|', '\\|')}\``);
    return [`| \`${name}\` | ${child.summary()} | ${flags.join(', ')} |`];
  });
}

async function commandTable(): Promise<string> {
  const tree = await wholeTree();
  const common = tree.options.map((option) => `| \`${option.flags}\` | ${option.description} |`);
  return [
    '| command | what it does | its flags |',
    '|---|---|---|',
    ...commandRows(tree, ''),
    '',
    'Flags of every command that can honour them, before or after the command:',
    '',
    '| flag | what it does |',
    '|---|---|',
    ...common,
  ].join('\n');
}

function exitCodeTable(): string {
  const [{ rows = {} } = {}] = topics['exit-codes'].parts;
  return [
    '| code | meaning |',
    '|---|---|',
    ...Object.entries(rows).map(([code, text]) => `| ${code} | ${text} |`),
  ].join('\n');
}

function fill(text: string, name: string, block: string): string {
  const pattern = new RegExp(`(<!-- ${name}: generated -->\\n)[^]*?(\\n<!-- end -->)`);
  if (!pattern.test(text)) throw new Error(`README.md has no section ${name}`);
  return text.replace(pattern, (_, start: string, end: string) => `${start}${block}${end}`);
}

it('README.md shows the commands and exit codes there are (npm run readme mends it)', async () => {
  const text = readFileSync(path, 'utf8');
  const filled = fill(fill(text, 'commands', await commandTable()), 'exit codes', exitCodeTable());
  await expect(filled).toMatchFileSnapshot(path);
});
