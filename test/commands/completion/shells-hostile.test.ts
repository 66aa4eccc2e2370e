// @module-tag slow
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { Command } from '@commander-js/extra-typings';
import { describe, expect, it } from 'vitest';

import { isRepeatable } from '../../../src/commands/completion/index.ts';
import { completionScript } from '../../../src/commands/completion/script.ts';
import { realShells } from './real-shells.ts';
import { useShell } from './use-shell.ts';

// The program prints no such names; the scripts trust neither it nor what it was given.

const hostileNames = [
  '$(touch pwned)',
  '`touch pwned`',
  'prod; touch pwned',
  'prod & touch pwned',
  'prod | touch pwned',
  'a b',
  '*',
  '~root',
  "it's",
  '"',
  'a\\b',
];

/** A program that prints these names for any arguments. */
function printing(names: readonly string[]): string {
  return `cat <<'end of names'\n${names.join('\n')}\nend of names`;
}

/** A tree whose descriptions would do harm where they are not quoted. */
function hostileTree(): Command {
  const harm = `it's "x" $(touch pwned) \`touch pwned\` ; \\ : [a] \${b} 100% &`;
  const root = new Command('sactl').description(harm).option('--level <name>', harm);
  root.command('start').summary(harm).option('--now', harm);
  root.command('stop').summary(harm);
  return root;
}

describe.each(realShells)('$title', { timeout: 30_000 }, (shell) => {
  it.runIf(shell.isInstalled)('runs nothing that the name of a profile says', async () => {
    const { home, offers, runAll } = await useShell(shell, { sactl: printing([...hostileNames, 'prod']) });
    expect(await offers('sactl --profile ')).toContain('prod');
    await runAll?.('sactl --profile ');
    await runAll?.('sactl --profile=');
    expect(existsSync(join(home, 'pwned'))).toBe(false);
  });

  const quotesNothing = ['bash', 'powershell'].includes(shell.name);
  it.runIf(shell.isInstalled && quotesNothing)('offers no name that needs quotes', async () => {
    const { offers } = await useShell(shell, { sactl: printing([...hostileNames, 'prod']) });
    expect(await offers('sactl --profile ')).toEqual(['prod']);
  });

  it.runIf(shell.isInstalled)('runs nothing that a description says', async () => {
    const script = completionScript(shell.name, { tree: hostileTree(), isRepeatable });
    const { home, offers, runAll } = await useShell(shell, { script });
    expect(await offers('sactl st')).toEqual(expect.arrayContaining(['start', 'stop']));
    expect(await offers('sactl start --n')).toContain('--now');
    await runAll?.('sactl st');
    expect(existsSync(join(home, 'pwned'))).toBe(false);
  });

  it.runIf(shell.isInstalled).each([
    ['fails', 'echo broken >&2; exit 1'],
    ['is not there', 'rm "$0"; exit 127'],
  ])('says nothing when the program %s', async (_, sactl) => {
    const { offers } = await useShell(shell, { sactl });
    expect(await offers('sactl --profile ')).toEqual([]);
    expect(await offers('sactl --profile ')).toEqual([]);
    expect(await offers('sactl sa li')).toEqual(['list']);
  });
});
