import { stripVTControlCharacters } from 'node:util';

import { describe, expect, it, test } from 'vitest';

import type { PromptChoice } from '../../src/context.ts';
import { typed } from './typed.ts';

const up = '\u001B[A';
const down = '\u001B[B';
const backspace = '\u007F';

/** 300 accounts: `ci-000` to `ci-299`. */
const accounts: readonly PromptChoice[] = Array.from({ length: 300 }, (_, index) => {
  const name = `ci-${String(index).padStart(3, '0')}`;
  return { value: `id-of-${index}`, label: `${name} (id-of-${index}), active`, names: [name, `id-of-${index}`] };
});

const groups: readonly PromptChoice[] = [
  { value: 'a', label: 'auditors', disabled: 'you may not grant auditor' },
  { value: 'i', label: 'inference' },
  { value: 'm', label: 'ml-training' },
  { value: 'o', label: 'observability' },
];

async function select(chunks: readonly string[], choices = accounts): Promise<string> {
  return (await typed((prompt) => prompt.select({ message: 'Which?', choices }), chunks)).answer;
}

async function choose(chunks: readonly string[], chosen: readonly string[] = []): Promise<readonly string[]> {
  return (await typed((prompt) => prompt.checkbox({ message: 'Groups', choices: groups, chosen }), chunks)).answer;
}

describe('one of many', () => {
  it.each([
    ['nothing typed', ['\r'], 'id-of-0'],
    ['a part of a name', ['17', '\r'], 'id-of-17'],
    ['a name in upper case', ['CI-123', '\r'], 'id-of-123'],
    ['an id', ['id-of-7', '\r'], 'id-of-7'],
    ['a name and a line end, pasted', ['ci-204\r'], 'id-of-204'],
    ['the next one', ['1', down, '\r'], 'id-of-10'],
    ['the one before', ['29', down, down, up, '\r'], 'id-of-129'],
    ['a filter that goes on after the cursor moved', ['1', down, '7', '\r'], 'id-of-17'],
    ['a filter that was corrected', ['29x', backspace, '\r'], 'id-of-29'],
  ])('is found by %s', async (_, chunks, id) => {
    expect(await select(chunks)).toBe(id);
  });

  it('is the one that is named exactly, whatever comes before it', async () => {
    const choices = [
      { value: '1', label: 'a-ci-deploy' },
      { value: '2', label: 'ci-deploy' },
    ];
    expect(await select(['ci-deploy\r'], choices)).toBe('2');
  });

  it('is none where nothing matches', async () => {
    const question = { message: 'Which?', choices: accounts };
    const { answer, shown } = await typed(
      (prompt) => prompt.select(question),
      ['nope', '\r', '\r', `${backspace.repeat(4)}ci-042`, '\r'],
    );
    expect(answer).toBe('id-of-42');
    expect(stripVTControlCharacters(shown)).toContain('Which? nope\n');
    expect(shown).toContain('nothing matches');
  });

  it('shows how many match, and starts where it is told', async () => {
    const question = { message: 'Which?', choices: accounts, default: 'id-of-9' };
    const { answer, shown } = await typed((prompt) => prompt.select(question), ['\r']);
    expect(answer).toBe('id-of-9');
    expect(shown).toContain('300; type to search, enter chooses');
  });
});

describe('several', () => {
  it.each([
    ['none', ['\r'], []],
    ['those that space chose', [' ', down, ' ', '\r'], ['i', 'm']],
    ['not one that space took back', [' ', ' ', '\r'], []],
    ['one that was searched', ['obs', ' ', '\r'], ['o']],
    ['one that was searched, by Enter', ['obs\r', '\r'], ['o']],
    ['those of two searches', ['obs', ' ', 'ml', ' ', '\r'], ['o', 'm']],
    ['never one that may not be chosen', ['audit', ' ', '\r', backspace.repeat(5), '\r'], []],
  ])('are %s', async (_, chunks, values) => {
    expect(await choose(chunks)).toEqual(values);
  });

  it('begin with those that are chosen already', async () => {
    expect(await choose(['\r'], ['a', 'm'])).toEqual(['a', 'm']);
    expect(await choose(['ml', ' ', '\r'], ['a', 'm'])).toEqual(['a']);
  });
});

test('Ctrl-C ends a choice', async () => {
  await expect(select(['1', '\u0003'])).rejects.toThrow('interrupted; nothing was changed');
});
