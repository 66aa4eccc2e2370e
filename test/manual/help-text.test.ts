import { describe, expect, it } from 'vitest';

import { readBlocks } from '../../scripts/manual/help-text.ts';
import { marksOf } from '../../scripts/manual/help-text.ts';
import { shellLines } from '../../scripts/manual/help-text.ts';

describe('a help text', () => {
  it('has titles, rows and sentences', () => {
    const text = '\nStates:\n  kept       it is in it\n  under-way  another run\nAll other\nstates.\n\nBye.\n';
    expect(readBlocks(text)).toEqual([
      { kind: 'title', text: 'States' },
      {
        kind: 'rows',
        rows: [
          { term: 'kept', meaning: 'it is in it' },
          { term: 'under-way', meaning: 'another run' },
        ],
      },
      { kind: 'text', text: 'All other states.' },
      { kind: 'text', text: 'Bye.' },
    ]);
  });

  it('has lines to be typed', () => {
    expect(readBlocks('In a shell.\n  $ one\n  $ two  three\nElsewhere:\n  four\n')).toEqual([
      { kind: 'text', text: 'In a shell.' },
      { kind: 'code', lines: ['$ one', '$ two  three'] },
      { kind: 'title', text: 'Elsewhere' },
      { kind: 'code', lines: ['four'] },
    ]);
  });
});

describe('a sentence of the help', () => {
  const cases: readonly (readonly [text: string, marked: string])[] = [
    ['with -f or --stdin, read-only', 'with [literal -f] or [literal --stdin], read-only'],
    ['see "sactl help targets".', 'see [quoted sactl help targets].'],
    ['as <type>:<name or id>.', 'as [syntax <type>:<name or id>].'],
    ['With @<nth> only', 'With [syntax @<nth>] only'],
    ['below $XDG_STATE_HOME, or CI', 'below [literal $XDG_STATE_HOME], or CI'],
    ['in ~/.augment/session.json. A', 'in [literal ~/.augment/session.json]. A'],
    ['has {name} in it', 'has [literal {name}] in it'],
  ];

  it.each(cases)('%s', (text, marked) => {
    const marks = marksOf(text).map((mark) => (mark.kind === 'plain' ? mark.text : `[${mark.kind} ${mark.text}]`));
    expect(marks.join('')).toBe(marked);
  });
});

describe('a command line', () => {
  it('stays on one line where it fits', () => {
    expect(shellLines('sactl sa list --json', 20)).toEqual(['sactl sa list --json']);
  });

  it('is continued before flags and pipes, and never inside quotes', () => {
    const command = "sactl sa list -q '.[] | -x' | sactl sa rotate --id - --all";
    expect(shellLines(command, 30)).toEqual([
      "sactl sa list -q '.[] | -x' \\",
      '    | sactl sa rotate --id - \\',
      '    --all',
    ]);
  });
});
