import { describe, expect, it } from 'vitest';

import type { Topic } from '../../../src/commands/help/topic.ts';
import { exitCodeMeanings } from '../../../src/errors.ts';
import { topicText, topics } from '../../../src/commands/help/topics.ts';
import { run } from '../../harness/run.ts';

describe.each(Object.entries(topics))('sactl help %s', (name, topic) => {
  it.each([80, 200])('is read in a terminal of %s columns', async (terminal) => {
    const { code, stdout, stderr } = await run(['help', name], { terminal });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(topicText(topic, terminal));
    expect(stdout.split('\n').filter((line) => line.length > Math.min(terminal, 100))).toEqual([]);
  });
});

describe('a topic as data', () => {
  it('is the whole of it as JSON', async () => {
    const { code, stdout, stderr } = await run(['help', 'exit-codes', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ name: 'exit-codes', ...topics['exit-codes'] });
  });

  it('goes through a filter', async () => {
    const filter = '.blocks[].rows[]? | select(.term == "6").meaning';
    expect(await run(['help', 'exit-codes', '-q', filter])).toEqual({
      code: 0,
      stdout: `${exitCodeMeanings['6']}\n`,
      stderr: '',
    });
  });

  it('has its rows as csv', async () => {
    const { stdout } = await run(['help', 'environment', '--format', 'csv']);
    expect(stdout).toMatch(/^term,meaning\n/);
    expect(stdout).toContain('\nNO_COLOR,anything: no colours\n');
  });

  it('is refused with flags that contradict each other', async () => {
    expect(await run(['help', 'targets', '--json', '--format', 'csv'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('is paged at a terminal that is too low for it', async () => {
    const shown: string[] = [];
    const { stdout } = await run(['help', 'environment'], {
      terminal: 80,
      rows: 24,
      env: { TERM: 'xterm', PAGER: process.execPath },
      page: async (_, text) => void shown.push(text),
    });
    expect({ stdout, shown }).toEqual({ stdout: '', shown: [topicText(topics.environment, 80)] });
  });
});

it('rows are below each other, and what they mean is beside them', () => {
  const rows = [
    { term: 'pear', meaning: 'green' },
    { term: 'blood orange', meaning: 'orange outside, and red inside' },
  ];
  const topic: Topic = {
    title: 'Fruit',
    blocks: [
      { kind: 'title', text: 'sweet' },
      { kind: 'rows', rows },
      { kind: 'text', text: 'All of it is to be washed, or to be peeled.' },
    ],
  };
  expect(topicText(topic, 50)).toBe(
    [
      'Fruit',
      '',
      'sweet',
      '  pear          green',
      '  blood orange  orange outside, and red inside',
      '',
      'All of it is to be washed, or to be peeled.',
      '',
    ].join('\n'),
  );
});

it('a term that leaves too little room beside it stands above what it means', () => {
  const rows = [
    { term: 'pear', meaning: 'green' },
    { term: 'a blood orange of Sicily', meaning: 'orange outside, and red inside' },
  ];
  expect(topicText({ title: 'Fruit', blocks: [{ kind: 'rows', rows }] }, 50)).toBe(
    [
      'Fruit',
      '',
      '  pear              green',
      '  a blood orange of Sicily',
      '                    orange outside, and red inside',
      '',
    ].join('\n'),
  );
});
