import { describe, expect, it } from 'vitest';

import { isRepeatable } from '../../../src/commands/completion/index.ts';
import { readTree } from '../../../src/commands/read-tree.ts';
import { outlineOf } from '../../../src/commands/completion/outline.ts';
import { completionScript } from '../../../src/commands/completion/script.ts';
import { shells } from '../../../src/commands/completion/shells.ts';
import { wholeTree } from '../../../src/program.ts';

// What holds of the scripts wherever the shells are not installed; shells.test.ts runs them.

const tree = await wholeTree();
const outline = outlineOf(readTree(tree, isRepeatable));

describe.each(shells)('the script for %s', (shell) => {
  const script = completionScript(shell, { tree, isRepeatable });

  it('names every command, flag and kind of target', () => {
    const names = [
      ...outline.commands.flatMap(({ path, words, flags }) => [
        path,
        ...words.flatMap((word) => word.names),
        ...flags.flatMap((flag) => flag.names),
      ]),
      ...outline.shared.flat().flatMap((flag) => flag.names),
      'gh-secret',
      'kubernetes',
      'expiresAt',
      'ndjson',
    ];
    expect(names.filter((name) => !script.includes(name))).toEqual([]);
  });

  it('is plain text that no shell reads differently in another locale', () => {
    expect(script).toMatch(/^[\n -~]+$/);
    expect(script.endsWith('\n')).toBe(true);
  });

  it('calls sactl for nothing but the names of profiles, and drops what that says of problems', () => {
    const calls = script.split('\n').filter((line) => /\bsactl\b.*__profiles|command sactl|& sactl/.test(line));
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatch(/ sactl __profiles 2>(?:\/dev\/null|\$null)/);
  });

  it('evaluates nothing', () => {
    expect(script).not.toMatch(/\beval\b|Invoke-Expression|\biex\b|compgen -W/);
  });
});
