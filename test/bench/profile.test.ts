import { describe, expect, it } from 'vitest';

import { summaryOf, summaryText, type Profile, type ProfileNode } from '../../scripts/bench/profile.js';

function node(id: number, functionName: string, url = '', [lineNumber, columnNumber] = [9, 4]): ProfileNode {
  return { id, callFrame: { functionName, url, lineNumber, columnNumber } };
}

const bundled = 'file:///bundle/bin.cjs';

function locate(file: string, line: number, column: number): string {
  return `${file.split('/').at(-1)}:${line}:${column}`;
}

const profile: Profile = {
  nodes: [
    node(1, '(root)'),
    node(2, '(program)'),
    node(3, '(garbage collector)'),
    node(4, '(idle)'),
    node(5, 'wrapSafe', 'node:internal/modules/cjs/loader'),
    node(6, 'load', 'node:internal/modules/cjs/loader'),
    node(7, 'parse'),
    node(8, 'toAccount', bundled),
    node(9, 'toAccount', bundled, [9, 4]),
    {
      ...node(10, '', bundled, [0, 0]),
      positionTicks: [
        { line: 3, ticks: 3 },
        { line: 70, ticks: 1 },
      ],
    },
    node(11, '', bundled, [12, 0]),
    node(12, 'wasm-function[164]', 'wasm://wasm/0038b0e6'),
    node(13, 'wasm-function[31]', 'wasm://wasm/0038b0e6'),
  ],
  samples: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 8, 12, 13],
  timeDeltas: [1000, 2000, 90_000, 3000, 1500, 500, 4000, 5000, 8000, 250, 750, 3000, 1000],
};

describe('the summary of a profile', () => {
  it('has the time on top of the stack of each function, by its place in the source, without waiting', () => {
    const { milliseconds, parts } = summaryOf([profile], locate, { runs: 1 });
    expect(milliseconds).toBe(30);
    expect(parts.map(({ what, where, milliseconds: own }) => [what, where, own])).toEqual([
      ['toAccount', 'bin.cjs:9:4', 9.75],
      ['(top level)', 'bin.cjs:2:0', 6],
      ['(WebAssembly)', null, 4],
      ['(compiling of files)', null, 3],
      ['(garbage collector)', null, 2],
      ['(top level)', 'bin.cjs:69:0', 2],
      ['(start of Node, loading of files)', null, 1.5],
      ['(program)', null, 1],
      ['parse', 'built into V8 or Node', 0.5],
      ['(anonymous)', 'bin.cjs:12:0', 0.25],
    ]);
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  it('of several runs is the time of one', () => {
    const { milliseconds, parts } = summaryOf([profile, profile], locate, { runs: 2 });
    expect(milliseconds).toBe(30);
    expect(parts[0]).toEqual({ what: 'toAccount', where: 'bin.cjs:9:4', milliseconds: 9.75, share: 0.325 });
  });

  it('is printed as a line for each of the most costly things', () => {
    expect(summaryText(summaryOf([profile], locate, { runs: 1 }))).toBe(
      [
        '      30.0 ms  in all\n',
        '       9.8 ms   33 %  toAccount  bin.cjs:9:4\n',
        '       6.0 ms   20 %  (top level)  bin.cjs:2:0\n',
        '       4.0 ms   13 %  (WebAssembly)\n',
        '       3.0 ms   10 %  (compiling of files)\n',
        '       2.0 ms    7 %  (garbage collector)\n',
      ].join(''),
    );
  });
});
