import { normalize, sep } from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { expand, hasPlaceholder, placeholderProblems } from '../../../src/delivery/targets/expand.ts';
import { UsageError } from '../../../src/errors.ts';
import { createFolder, subject } from './folder.ts';

/** null when the values are refused. */
function expandOrNull(text: string, change: { name: string; id: string }): string | null {
  try {
    return expand(text, { ...subject, ...change });
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

describe('expand', () => {
  test.each([
    ['plain', 'plain'],
    ['', ''],
    ['{provider}/{profile}/{org}/{id}/{name}', 'nscale/prod/acme/sa-1/ci-deploy'],
    ['{name}{name}', 'ci-deployci-deploy'],
    ['{', '{'],
    ['}{', '}{'],
  ])('turns %j into %j', (text, expected) => {
    expect(expand(text, subject)).toBe(expected);
  });

  test('does not read a value again', () => {
    expect(expand('{name}', { ...subject, name: '{id} $& $1' })).toBe('{id} $& $1');
  });

  test.each([
    ['{id}', { id: null }, 'the id of an account is not known before it is created; use {name}'],
    ['{profile}', { profile: null }, 'there is no profile that {profile} could stand for'],
    ['{org}', { organization: null }, 'there is no organization that {org} could stand for'],
    ['{name}', { name: '' }, '{name} would be "" here, and an empty value names nothing'],
    ['{name}', { name: '.' }, '{name} would be "." here, and that names a folder'],
    ['{name}', { name: '..' }, '{name} would be ".." here, and that names a folder'],
    [
      '{org}',
      { organization: '../x' },
      '{org} would be "../x" here, and a value with a slash would lead to another folder',
    ],
    ['{id}', { id: 'a\\b' }, '{id} would be "a\\b" here, and a value with a slash would lead to another folder'],
    [
      '{name}',
      { name: 'a\u001B[31mb\0' },
      '{name} would be "ab" here, and it has control characters, spaces at an end or the like',
    ],
    [
      '{name}',
      { name: 'ci ' },
      '{name} would be "ci" here, and it has control characters, spaces at an end or the like',
    ],
    ['{Name}', {}, '{Name} is not a placeholder; the placeholders are {provider} {profile} {org} {id} {name} {NAME}'],
  ])('refuses %j of %j', async (text, change, message) => {
    await using folder = await createFolder();
    const failure = await folder.failure(() => expand(text, { ...subject, ...change }));
    expect(failure).toBe(`UsageError: ${message}`);
  });

  test('names every value that is missing, each once', () => {
    expect(() => expand('{id}-{id}-{profile}', { ...subject, id: null, profile: null })).toThrow(
      new UsageError([
        'the id of an account is not known before it is created; use {name}',
        'there is no profile that {profile} could stand for',
      ]),
    );
  });

  const values = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('.', '..', '../..', '/etc/passwd', '..\\x', '...', 'ci', '\0', '\n..'),
  );

  test('never leads out of the folder it stands in', () => {
    fc.assert(
      fc.property(values, values, (name, id) => {
        const path = expandOrNull('top/{name}/x{id}', { name, id });
        if (path === null) return;
        const parts = normalize(path).split(sep);
        expect(parts).toStrictEqual(['top', name, `x${id}`]);
      }),
    );
  });
});

describe('placeholders', () => {
  test.each([
    ['{foo}', true],
    ['a{id}b', true],
    ['{ }', true],
    ['a{', false],
    ['plain', false],
  ])('%j has one: %j', (text, expected) => {
    expect(hasPlaceholder(text)).toBe(expected);
  });

  test('that stand for nothing are named', () => {
    expect(placeholderProblems('{name}-{foo}-{}')).toStrictEqual([
      '{foo} is not a placeholder; the placeholders are {provider} {profile} {org} {id} {name} {NAME}',
      '{} is not a placeholder; the placeholders are {provider} {profile} {org} {id} {name} {NAME}',
    ]);
  });
});
