import { describe, expect, test } from 'vitest';

import { FailedError, UsageError } from '../../src/errors.ts';
import type { Column } from '../../src/output/columns.ts';
import { listDocument, type OutputDocument } from '../../src/output/document.ts';
import { prepareRenderer, type OutputFlags } from '../../src/output/renderer.ts';
import { testContext } from '../harness/context.ts';
import { rejection } from './support.ts';

async function render(flags: OutputFlags, document: OutputDocument): Promise<string> {
  const renderer = await prepareRenderer(testContext().ctx, flags);
  return renderer.render(document);
}

function valueOf(value: unknown): OutputDocument {
  return { value, human: () => 'for people\n' };
}

const account = {
  id: 'a1',
  name: 'say "hi", ok',
  note: 'two\nlines',
  count: 9007199254740991,
  ratio: 0.1,
  enabled: false,
  gone: null,
  groups: ['g1', 'g2'],
};

describe('formats', () => {
  test.each<[string, OutputFlags, unknown, string]>([
    ['table is the text for people', {}, account, 'for people\n'],
    ['json is indented by two', { json: true }, { a: [1], b: {} }, '{\n  "a": [\n    1\n  ],\n  "b": {}\n}\n'],
    ['json of an empty list', { json: true }, [], '[]\n'],
    ['json of nothing is null', { format: 'json' }, undefined, 'null\n'],
    ['json escapes what steers', { json: true }, '\u001B[31m::x\u202E', '"\\u001b[31m::x\\u202e"\n'],
    ['ndjson is a line per item', { format: 'ndjson' }, [{ a: 1 }, null, 'x'], '{"a":1}\nnull\n"x"\n'],
    ['ndjson of an object is one line', { format: 'ndjson' }, { a: [1, 2] }, '{"a":[1,2]}\n'],
    ['ndjson of an empty list is nothing', { format: 'ndjson' }, [], ''],
    ['ndjson never has an item on two lines', { format: 'ndjson' }, ['a\nb'], '"a\\nb"\n'],
    ['yaml', { format: 'yaml' }, { a: [1, null], b: 'x' }, 'a:\n  - 1\n  - null\nb: x\n'],
    ['yaml of an empty list', { format: 'yaml' }, [], '[]\n'],
    [
      'yaml quotes what YAML 1.1 reads as something else',
      { format: 'yaml' },
      ['yes', 'no', '1', '2026-11-30T08:00:00Z', 'null', '~'],
      '- "yes"\n- "no"\n- "1"\n- "2026-11-30T08:00:00Z"\n- "null"\n- "~"\n',
    ],
    ['yaml escapes control characters', { format: 'yaml' }, ['\u001B[31m'], '- "\\e[31m"\n'],
    [
      'csv of an object has its scalar keys',
      { format: 'csv' },
      account,
      'id,name,note,count,ratio,enabled\na1,"say ""hi"", ok",two\\u000alines,9007199254740991,0.1,false\n',
    ],
    [
      'csv of objects has the keys of all',
      { format: 'csv' },
      [{ a: 1 }, { b: '=1+1', a: null }, 3],
      'a,b,value\n1,,\n,=1+1,\n,,3\n',
    ],
    ['csv of an empty list without columns is nothing', { format: 'csv' }, [], ''],
  ])('%s', async (_, flags, value, expected) => {
    expect(await render(flags, valueOf(value))).toBe(expected);
  });

  test('json never has a colour, not even on a terminal', async () => {
    const { ctx } = testContext({ terminal: 80 });
    const renderer = await prepareRenderer(ctx, { json: true, color: true });
    expect(await renderer.render(valueOf({ a: 'x' }))).toBe('{\n  "a": "x"\n}\n');
  });

  test('yaml repeats equal objects instead of referring to them', async () => {
    const shared = { a: 1 };
    expect(await render({ format: 'yaml' }, valueOf([shared, shared]))).toBe('- a: 1\n- a: 1\n');
  });
});

describe('a list', () => {
  const columns: readonly Column<{ readonly id: string; readonly at: string | null }>[] = [
    { name: 'id', value: (row) => row.id },
    { name: 'at', value: (row) => row.at, isTime: true },
  ];
  const rows = [
    { id: 'a', at: '2026-11-25T12:00:00Z' },
    { id: 'b', at: null },
  ];

  test.each<[OutputFlags, string]>([
    [{}, 'ID  AT\na   2026-11-25T12:00:00Z\nb   -\n'],
    [{ format: 'csv' }, 'id,at\na,2026-11-25T12:00:00Z\nb,\n'],
    [{ format: 'ndjson' }, '{"id":"a","at":"2026-11-25T12:00:00Z"}\n{"id":"b","at":null}\n'],
    [{ query: ['.[].id'] }, 'a\nb\n'],
  ])('with %j', async (flags, expected) => {
    expect(await render(flags, listDocument({ rows, columns }))).toBe(expected);
  });

  test('that is empty keeps its csv header and shows people nothing', async () => {
    const empty = listDocument({ rows: [], columns });
    expect(await render({ format: 'csv' }, empty)).toBe('id,at\n');
    expect(await render({}, empty)).toBe('');
    expect(await render({ json: true }, empty)).toBe('[]\n');
  });

  test('is relative and coloured for people at a terminal', async () => {
    const { ctx } = testContext({ terminal: 80 });
    const renderer = await prepareRenderer(ctx, {});
    expect(await renderer.render(listDocument({ rows, columns }))).toBe(
      '\u001B[1mID\u001B[22m  \u001B[1mAT\u001B[22m\na   in 3 days\nb   -\n',
    );
  });
});

describe('--raw', () => {
  const document: OutputDocument = { value: { id: 'ours' }, raw: () => [{ id: 'theirs' }], human: () => '' };

  test.each<[OutputFlags, string]>([
    [{ json: true }, '[\n  {\n    "id": "theirs"\n  }\n]\n'],
    [{ format: 'ndjson' }, '{"id":"theirs"}\n'],
    [{ query: ['.[0].id'] }, 'theirs\n'],
    [{ query: ['map(.id)'] }, '["theirs"]\n'],
  ])('with %j prints the provider’s answer', async (flags, expected) => {
    expect(await render({ ...flags, raw: true }, document)).toBe(expected);
  });

  test('is a usage error where there is no such answer', async () => {
    const error = await rejection(render({ raw: true, json: true }, valueOf(1)));
    expect(error).toEqual(new UsageError('--raw: this command has no answer of a provider to print'));
  });
});

describe('problems', () => {
  test('are all reported at once, before anything is rendered', async () => {
    const flags: OutputFlags = { json: true, query: ['.[', '.', '}'], queryFile: 'none.jq' };
    const error = await rejection(prepareRenderer(testContext().ctx, flags));
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toHaveProperty('problems', [
      '--json and -q exclude each other: each says what is printed; -q alone filters that JSON',
      'cannot read --query-file "none.jq": no such file or directory (ENOENT)',
      '-q ".[" does not compile: syntax error, unexpected end of file at line 1, column 2',
      '-q "}" does not compile: syntax error, unexpected INVALID_CHARACTER, expecting end of file at line 1, column 1',
    ]);
  });

  test('of flags alone are reported with filters that are fine', async () => {
    const error = await rejection(prepareRenderer(testContext().ctx, { query: ['.'], format: 'csv' }));
    expect(error).toHaveProperty('exitCode', 2);
  });

  test('of a secret document never quote it', async () => {
    const document = { ...valueOf({ token: 'eyJhbGciOi' }), secretDocument: true };
    const error = await rejection(render({ query: ['.token | error'] }, document));
    expect(error).toBeInstanceOf(FailedError);
    expect(JSON.stringify([error, String(error)])).not.toContain('eyJ');
    expect(error).toHaveProperty('message', '-q ".token | error" failed on this result');
  });
});
