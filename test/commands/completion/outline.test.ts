import { Command } from '@commander-js/extra-typings';
import { describe, expect, it } from 'vitest';

import { providerNames } from '../../../src/model/account.ts';
import { isRepeatable } from '../../../src/commands/completion/index.ts';
import { readTree } from '../../../src/commands/read-tree.ts';
import { outlineOf, type Outline } from '../../../src/commands/completion/outline.ts';
import { listColumns } from '../../../src/fleet/selection.ts';
import { wholeTree } from '../../../src/program.ts';
import { run } from '../../harness/run.ts';

const outline = outlineOf(readTree(await wholeTree(), isRepeatable));

function flagsOf({ commands, shared }: Outline, wanted: string): readonly string[] {
  const command = commands.find(({ path }) => path === wanted);
  const common = shared[command?.shared ?? -1] ?? [];
  return [...(command?.flags ?? []), ...common].flatMap(({ names }) => names);
}

function wordsOf({ commands }: Outline, wanted: string): readonly string[] {
  return commands.find(({ path }) => path === wanted)?.words.flatMap(({ names }) => names) ?? [];
}

describe('what completion knows', () => {
  const paths = outline.commands.map(({ path }) => path).filter((path) => !path.startsWith('help'));

  it.each(paths.filter((path) => wordsOf(outline, path).length === 0))(
    'is every flag that the help of "%s" shows, and no other',
    async (path) => {
      const { stdout } = await run([...path.split(' '), '--help']);
      const own = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, long = '']) => long);
      const [, common = ''] = /^Common flags [^:]*: ([^]*?)\n\n/m.exec(stdout) ?? [];
      const shown = [...own, ...common.split(/,\s+/), '--help', '--version'];
      const known = flagsOf(outline, path).filter((name) => name.startsWith('--'));
      expect(known.toSorted()).toEqual(shown.toSorted());
    },
  );

  it('is every common flag where the verb is not typed yet', () => {
    for (const path of ['', 'serviceaccounts', 'sandbox console']) {
      expect(flagsOf(outline, path)).toEqual(expect.arrayContaining(['--provider', '-q', '-y', '--version', '-h']));
    }
  });

  it('is commands and their aliases', () => {
    expect(wordsOf(outline, '')).toEqual(
      expect.arrayContaining(['serviceaccounts', 'sa', 'serviceaccount', 'whoami', 'completion']),
    );
    expect(wordsOf(outline, 'sandbox console augment')).toEqual(['create', 'issue', 'revoke', 'delete']);
    expect(wordsOf(outline, 'completion')).toEqual(['bash', 'zsh', 'fish', 'powershell']);
  });

  it('is what help can be asked about, which is no flag', () => {
    expect(wordsOf(outline, 'help')).toEqual([
      ...wordsOf(outline, ''),
      'setup',
      'config',
      'flags',
      'exit-codes',
      'targets',
      'environment',
    ]);
    expect(wordsOf(outline, 'help serviceaccounts')).toEqual(wordsOf(outline, 'serviceaccounts'));
    expect(flagsOf(outline, 'help serviceaccounts')).toEqual([]);
  });

  it('is what the values of flags can be', () => {
    const { values } = outline;
    expect(values.get('--provider')).toEqual({ kind: 'choices', choices: [...providerNames, 'all'] });
    const choices = listColumns.map(({ name }) => name);
    expect(choices).toContain('age');
    expect(values.get('--sort')).toEqual({ kind: 'sort', choices });
    expect(values.get('--columns')).toEqual({ kind: 'list', choices });
    expect(values.get('--profile')).toEqual({ kind: 'profiles' });
    expect(values.get('--to')).toEqual({ kind: 'targets' });
    expect(values.get('--id')).toEqual({ kind: 'anything' });
    for (const flag of ['--file', '--query-file', '--ca-cert', '--report']) {
      expect({ flag, ...values.get(flag) }).toEqual({ flag, kind: 'files' });
    }
    expect(values.has('--json')).toBe(false);
  });

  it('is which flags may be repeated, and what short ones are short for', () => {
    expect(outline.repeatable).toEqual(expect.arrayContaining(['--query', '--to', '--group', '--tag']));
    expect(outline.repeatable).not.toContain('--name');
    expect(Object.fromEntries(outline.short)).toEqual({
      '-q': '--query',
      '-y': '--yes',
      '-h': '--help',
      '-f': '--file',
    });
  });
});

describe('a command tree', () => {
  it('in which a flag means two things is refused, because the scripts know it by its name alone', () => {
    const root = new Command('sactl');
    root.command('a').option('--file <path>', 'a file');
    root.command('b').option('--file', 'whether it is a file');
    expect(() => outlineOf(readTree(root, isRepeatable))).toThrow(
      '--file takes different values in different commands',
    );
  });
});
