import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { chosenBy, comparisons } from '../../scripts/bench/budgets.js';
import { sidesIn } from '../../scripts/bench/commands.js';
import { samplesOf, type Cost } from '../../scripts/bench/measure.js';
import { exitCodeOf, headLine, rowLine } from '../../scripts/bench/report.js';
import { growthRowsOf, rowsOf } from '../../scripts/bench/rows.js';

const comparison = {
  name: 'list-40000',
  work: '`sa list`',
  than: 'a bare script',
  most: { time: 1.5, memory: null },
  mostOnNode20: { time: 0.8 },
  growsFrom: 'list-10000',
  growth: { time: 1.1 },
};

function costs(time: number, cpu = time): Cost[] {
  return Array.from({ length: 6 }, () => ({ time, cpu, memory: time * 1000, rotating: Number.NaN }));
}

const samples = { ours: costs(2, 3), theirs: costs(1) };
const values = { ours: [2, 2, 2, 2, 2, 2], theirs: [1, 1, 1, 1, 1, 1], ratios: [2, 2, 2, 2, 2, 2] };

describe('rows', () => {
  it('are one for each budget', () => {
    const about = { name: 'list-40000', work: 'sa list', than: 'a bare script' };
    expect(rowsOf(comparison, samples, '24.1.0')).toEqual([
      {
        ...about,
        ...values,
        measure: 'time',
        unit: 'seconds',
        median: 2,
        interval: [2, 2],
        budget: 1.5,
        verdict: 'OVER',
        cpu: { ours: [3, 3, 3, 3, 3, 3], theirs: values.theirs, median: 3 },
      },
      {
        ...about,
        ours: values.ours.map((value) => value * 1000),
        theirs: values.theirs.map((value) => value * 1000),
        ratios: values.ratios,
        measure: 'memory',
        unit: 'kilobytes',
        median: 2,
        interval: [2, 2],
        budget: null,
        verdict: null,
        cpu: null,
      },
    ]);
  });

  it('have the budgets of Node 20 there', () => {
    expect(rowsOf(comparison, samples, '20.19.0').map(({ budget }) => budget)).toEqual([0.8]);
  });

  it('have our CPU time alone where the other side is no process', () => {
    const ideal = { ours: samples.ours, theirs: costs(1, Number.NaN) };
    const rows = rowsOf(comparison, ideal, '24.1.0');
    expect(rows.map(({ cpu }) => cpu)).toEqual([{ ours: [3, 3, 3, 3, 3, 3], theirs: null, median: 3 }, null]);
    expect(rows.map(rowLine)[0]).toBe(
      '  time               2.00 x  (2.00-2.00)       CPU 3.00 s  budget 1.50 x  OVER\n',
    );
  });

  it('have no CPU time where ours is not known', () => {
    const foreign = { ours: costs(2, Number.NaN), theirs: samples.theirs };
    expect(rowsOf(comparison, foreign, '24.1.0').map(({ cpu }) => cpu)).toEqual([null, null]);
  });

  it('compare the ratios with those of a smaller list', () => {
    const smaller = { ours: costs(1.6), theirs: costs(1) };
    expect(growthRowsOf(comparison, { samples, smaller })).toEqual([
      {
        name: 'list-40000',
        work: 'sa list',
        than: 'the same of list-10000',
        measure: 'growth of time',
        unit: 'ratio',
        ours: values.ours,
        theirs: [1.6, 1.6, 1.6, 1.6, 1.6, 1.6],
        ratios: [1.25, 1.25, 1.25, 1.25, 1.25, 1.25],
        median: 1.25,
        interval: [1.25, 1.25],
        budget: 1.1,
        verdict: 'OVER',
        cpu: null,
      },
    ]);
  });
});

describe('what is printed', () => {
  const rows = rowsOf(comparison, samples, '24.1.0');

  it('is a line for each row', () => {
    expect([headLine(comparison), ...rows.map(rowLine)].join('')).toBe(
      [
        'list-40000: sa list / a bare script\n',
        '  time               2.00 x  (2.00-2.00)       CPU 3.00 x  budget 1.50 x  OVER\n',
        '  memory             2.00 x  (2.00-2.00)                   for comparison\n',
      ].join(''),
    );
  });

  it('fails where a row is over its budget', () => {
    expect(exitCodeOf(rows)).toBe(1);
    expect(exitCodeOf(rows.filter(({ verdict }) => verdict !== 'OVER'))).toBe(0);
  });
});

describe('a sample', () => {
  it('is the fastest of the starts that make a round, in turns, after a round that does not count', async () => {
    const order: string[] = [];
    let time = 9;
    function side(name: string) {
      return () => {
        order.push(name);
        time -= 1;
        return Promise.resolve({ time, cpu: 1, memory: 1, rotating: Number.NaN });
      };
    }
    const sides = { ours: side('ours'), theirs: side('theirs') };
    const { ours, theirs } = await samplesOf(sides, { how: { program: '', flags: [] }, rounds: 1, starts: 2 });
    expect(order).toEqual(['ours', 'theirs', 'theirs', 'ours', 'theirs', 'ours', 'ours', 'theirs']);
    expect([...ours, ...theirs].map((cost) => cost.time)).toEqual([2, 1]);
  });
});

describe('comparisons', () => {
  it('each have commands', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sactl-'));
    try {
      const sides = sidesIn({ url: 'http://127.0.0.1', folder });
      expect(Object.keys(sides)).toEqual(comparisons.map(({ name }) => name));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are chosen by their names, or by a part of them, with the smaller ones that they grow from', () => {
    expect(chosenBy('list-4').map(({ name }) => name)).toEqual(['list-10000', 'list-40000']);
    expect(chosenBy('list-1').map(({ name }) => name)).toEqual(['list-1']);
    expect(chosenBy('')).toEqual(comparisons);
  });
});
