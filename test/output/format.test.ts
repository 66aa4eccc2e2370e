import { formats } from '../../src/model/format.ts';
import { describe, expect, test } from 'vitest';
import { flagProblems, outputKind, type OutputFlags } from '../../src/output/renderer.ts';

describe('what is printed', () => {
  test.each<[OutputFlags, string]>([
    [{}, 'table'],
    [{ json: true }, 'json'],
    [{ query: ['.id'] }, 'query'],
    [{ query: [] }, 'table'],
    [{ queryFile: 'x.jq' }, 'query'],
    [{ format: 'json' }, 'json'],
    [{ format: 'csv' }, 'csv'],
    [{ configuredFormat: 'yaml' }, 'yaml'],
    [{ configuredFormat: 'yaml', json: true }, 'json'],
    [{ configuredFormat: 'yaml', query: ['.'] }, 'query'],
    [{ configuredFormat: 'yaml', format: 'table' }, 'table'],
  ])('with %j is %s', (flags, kind) => {
    expect(outputKind(flags)).toBe(kind);
    expect(flagProblems(flags)).toEqual([]);
  });
});

describe('flags that exclude each other', () => {
  const rule = 'exclude each other: each says what is printed';
  test.each<[OutputFlags, string[]]>([
    [{ json: true, query: ['.'] }, [`--json and -q ${rule}; -q alone filters that JSON`]],
    [{ json: true, queryFile: 'x' }, [`--json and --query-file ${rule}; --query-file alone filters that JSON`]],
    [{ json: true, format: 'json' }, [`--json and --format ${rule}`]],
    [{ query: ['.'], format: 'csv' }, [`-q and --format ${rule}`]],
    [{ json: true, query: ['.'], format: 'csv' }, [`--json and -q and --format ${rule}`]],
    [
      { json: true, query: ['.'], columns: ['id'] },
      [`--json and -q ${rule}; -q alone filters that JSON`, '--columns goes only with --format table or csv'],
    ],
  ])('%j', (flags, problems) => {
    expect(flagProblems(flags)).toEqual(problems);
  });

  test('-q and --query-file go together', () => {
    expect(flagProblems({ query: ['.'], queryFile: 'x' })).toEqual([]);
  });
});

describe('--raw and --columns', () => {
  test.each(formats)('with --format %s', (format) => {
    const takesRaw = format === 'json' || format === 'ndjson';
    const takesColumns = format === 'table' || format === 'csv';
    expect(flagProblems({ format, raw: true })).toEqual(
      takesRaw ? [] : ['--raw goes only with --json, -q, --query-file or --format ndjson'],
    );
    expect(flagProblems({ format, columns: ['id'] })).toEqual(
      takesColumns ? [] : ['--columns goes only with --format table or csv'],
    );
  });

  test('--raw goes with --json and -q, and not alone', () => {
    expect(flagProblems({ raw: true, json: true })).toEqual([]);
    expect(flagProblems({ raw: true, query: ['.'] })).toEqual([]);
    expect(flagProblems({ raw: true })).toHaveLength(1);
  });
});
