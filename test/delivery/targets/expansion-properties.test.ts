// @module-tag slow
import { dirname, sep } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createTargets } from '../../../src/delivery/targets/schemes.ts';
import { parseTargets } from '../../../src/delivery/targets/parse.ts';
import { placeFor } from '../../../src/delivery/targets/file-path.ts';
import type { Subject } from '../../../src/delivery/targets/target.ts';
import { UsageError } from '../../../src/errors.ts';
import { hostileText, unprintable } from '../../harness/hostile.ts';
import { createFolder, subject, type Folder } from './folder.ts';

const settings = { numRuns: 500, seed: 20261122 };

let folder: Folder;
beforeAll(async () => {
  folder = await createFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

/** Names, ids and organizations as a provider may send them. */
const hostile: fc.Arbitrary<Subject> = fc
  .record({
    name: hostileText(),
    id: fc.option(hostileText()),
    organization: fc.option(hostileText()),
    profile: fc.option(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,10}$/)),
  })
  .map((values) => Object.assign({}, subject, values));

/** What `work` gives; null where it refuses with problems of one line each. */
function orRefused<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const unsafe = error.problems.find((problem) => unprintable.test(problem));
    if (unsafe !== undefined) throw new Error(`unsafe: ${JSON.stringify(unsafe)}`, { cause: error });
    return null;
  }
}

describe('whatever an account is called', () => {
  const file = fc.constantFrom(
    '{name}',
    '{id}',
    '{org}',
    '{name}.token',
    '.{name}',
    '{org}{name}',
    '{profile}-{id}.env',
    '~{name}',
  );

  const plainTail = { options: {}, field: 'value' as const };

  test('a file stays in the folder that was typed', () => {
    fc.assert(
      fc.property(fc.constantFrom('', './', 'out/', '~/', '../up/'), file, hostile, (typed, name, of) => {
        const environment = folder.environment();
        const spec = {
          given: 'x',
          scheme: 'file' as const,
          isJson: false,
          body: typed + name,
          slot: null,
          ...plainTail,
        };
        const path = orRefused(() => placeFor(spec, of, environment).path);
        const plain = orRefused(() => placeFor({ ...spec, body: `${typed}x` }, of, environment).path);
        expect(path === null || dirname(path) === dirname(plain ?? '')).toBe(true);
      }),
      settings,
    );
  });

  test('a folder of its name stays in the folder that was typed', () => {
    fc.assert(
      fc.property(fc.constantFrom('', 'out/', '~/'), hostile, (typed, of) => {
        const environment = folder.environment();
        const spec = { given: 'x', scheme: 'file' as const, isJson: false, slot: null, ...plainTail };
        const path = orRefused(() => placeFor({ ...spec, body: `${typed}{name}/{id}` }, of, environment).path);
        const plain = orRefused(() => placeFor({ ...spec, body: `${typed}x/y` }, of, environment).path);
        const top = dirname(dirname(plain ?? ''));
        const isInside = path?.startsWith(`${top}${sep}`) === true && dirname(dirname(path)) === top;
        expect(path === null || isInside).toBe(true);
      }),
      settings,
    );
  });

  test('a variable and an output have names that are ones', () => {
    const kind = fc.constantFrom('dotenv:.env#', 'github-env:', 'github-output:');
    fc.assert(
      fc.property(kind, fc.constantFrom('{name}', 'T_{name}', '{org}_{id}'), hostile, (to, key, of) => {
        const [target] = targetsOf(to + key, of) ?? [];
        expect(target?.name.slice(to.length) ?? 'none').toMatch(/^[A-Za-z_][\w-]*$/);
      }),
      settings,
    );
  });

  test('names of targets are safe to print', () => {
    const value = fc.constantFrom(
      'file:{name}',
      'vault:secret/{name}#{id}',
      'kubernetes:ns/{name}#{id}',
      'gh-secret:acme/app#{name}',
      'github-env:{name}',
      'github-output:{name}',
      "exec:tool '{name}' --id={id}",
    );
    fc.assert(
      fc.property(value, hostile, (given, of) => {
        for (const { name } of targetsOf(given, of) ?? []) expect(name).not.toMatch(unprintable);
      }),
      settings,
    );
  });
});

test.each([
  ['dotenv:.env#{name}', '{name}'],
  ['github-env:{name}', '{x}<<EOF'],
  ['github-output:{name}', '{x}=y'],
])('%s refuses a name with braces in it: %s', (given, name) => {
  expect(targetsOf(given, { ...subject, name })).toBeNull();
});

describe('the arguments of a program', () => {
  test('are no options, unless the user typed one', async () => {
    const value = fc.constantFrom('exec:/bin/x {name}', 'exec:/bin/x {id} y', 'exec:/bin/x {org}{name}');
    fc.assert(
      fc.property(value, hostile, (given, of) => {
        const [target] = targetsOf(given, of) ?? [];
        if (target === undefined) return;
        const [, ...args] = target.name.slice('exec:'.length).split(' ');
        expect(args[0]?.replace(/^'/, '')).not.toMatch(/^-/);
      }),
      settings,
    );
  });
});

describe('any value of --to', () => {
  test('is a target or a problem of one line', () => {
    const kind = fc.constantFrom('file', 'file+json', 'dotenv', 'exec', 'vault', 'kubernetes', 'x', '');
    const value = fc
      .tuple(kind, hostileText(), fc.constantFrom('', '#', '#K'), hostileText())
      .map((parts) => `${parts[0]}:${parts.slice(1).join('')}`);
    fc.assert(
      fc.property(fc.oneof(value, hostileText()), hostile, (given, of) => {
        const { specs, problems } = parseTargets([given], folder.environment());
        expect(specs.length + problems.length).toBeGreaterThan(0);
        for (const problem of problems) expect(problem).not.toMatch(unprintable);
        orRefused(() => createTargets(specs, of, folder.environment()));
      }),
      settings,
    );
  });
});

function targetsOf(given: string, of: Subject): ReturnType<typeof createTargets> | null {
  const environment = folder.environment();
  const { specs, problems } = parseTargets([given], environment);
  expect(problems).toEqual([]);
  return orRefused(() => createTargets(specs, of, environment));
}
