// @module-tag slow
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { UsageError } from '../../../src/errors.ts';
import { faultEffects, printFault, type Fault, type FaultName } from '../../../src/sandbox/faults/fault.ts';
import { providerNames } from '../../../src/model/account.ts';
import { faultsFromEnvironment, parseFaults } from '../../../src/sandbox/faults/parse.ts';
import { sandboxProviders } from '../../../src/sandbox/providers.ts';

test.each<[string, Fault]>([
  ['nscale.rotate=drop-after-commit@1', { provider: 'nscale', operation: 'rotate', name: 'drop-after-commit', nth: 1 }],
  ['runai.token=503', { provider: 'runai', operation: 'token', name: '503', nth: null }],
  ['augment.read=expired', { provider: 'augment', operation: 'read', name: 'expired', nth: null }],
  ['runai.*=slow@12', { provider: 'runai', operation: '*', name: 'slow', nth: 12 }],
])('%s', (text, fault) => {
  expect(parseFaults([text], '--fault')).toEqual([fault]);
});

const nscaleOperations = 'list, create, update, rotate, delete, read, *';
const allOperations = 'list, create, update, rotate, delete, read, token, *';
const names =
  '429, 503, expired, drop-before-commit, drop-after-commit, 500-after-commit, html-502, truncated, cut-json, slow';
const shape = 'write <provider>.<operation>=<fault>[@<nth>], e.g. nscale.rotate=drop-after-commit@1';

describe('is refused with everything that is wrong', () => {
  test.each<[string, readonly string[]]>([
    ['', [shape]],
    ['nscale', [shape]],
    ['nscale.rotate', [shape]],
    ['rotate=503', [shape]],
    ['nscale.rotate=503@1@2', [shape]],
    ['nscale.rotate.now=503', [shape]],
    ['aws.list=503', ['the provider must be one of nscale, runai, augment']],
    ['toString.list=503', ['the provider must be one of nscale, runai, augment']],
    ['NSCALE.list=503', ['the provider must be one of nscale, runai, augment']],
    ['nscale.token=503', [`the operation must be one of ${nscaleOperations}`]],
    ['nscale.=503', [`the operation must be one of ${nscaleOperations}`]],
    ['augment.list=503', ['the operation must be one of read, *']],
    ['runai.list=404', [`the fault must be one of ${names}`]],
    ['runai.list=toString', [`the fault must be one of ${names}`]],
    ['runai.list=503@', ['what follows @ is the number of one request, from 1']],
    ['runai.list=503@0', ['what follows @ is the number of one request, from 1']],
    ['runai.list=503@2-4', ['what follows @ is the number of one request, from 1']],
    ['runai.list=503@1234567890', ['what follows @ is the number of one request, from 1']],
    [
      'x.y=z@q',
      [
        'the provider must be one of nscale, runai, augment',
        `the operation must be one of ${allOperations}`,
        `the fault must be one of ${names}`,
        'what follows @ is the number of one request, from 1',
      ],
    ],
    ['nscale.delete=truncated', ['the answer to nscale.delete has no body to cut']],
    ['runai.update=cut-json@1', ['the answer to runai.update has no body to cut']],
  ])('%j', (text, problems) => {
    expect(problemsOf([text])).toEqual(problems.map((problem) => `--fault "${text}": ${problem}`));
  });

  test('in all of several', () => {
    expect(problemsOf(['aws.list=503', 'nscale.list=503', 'nscale.list=502'])).toEqual([
      '--fault "aws.list=503": the provider must be one of nscale, runai, augment',
      `--fault "nscale.list=502": the fault must be one of ${names}`,
    ]);
  });

  test.each([
    ['nscale.list=503', 'nscale.list=slow'],
    ['nscale.list=503', 'nscale.list=503@2'],
    ['nscale.*=503', 'nscale.list=slow'],
    ['nscale.list=503@2', 'nscale.list=slow@2'],
  ])('%s leaves nothing to %s', (earlier, later) => {
    expect(problemsOf([earlier, later])).toEqual([`--fault "${later}": ${earlier} before it leaves nothing to hit`]);
  });
});

test.each([
  ['nscale.list=503@1', 'nscale.list=slow'],
  ['nscale.list=503', 'nscale.*=slow'],
  ['nscale.*=503@1', 'nscale.list=slow@1'],
  ['nscale.*=503', 'runai.*=slow'],
])('%s goes with %s', (...texts) => {
  expect(parseFaults(texts, '--fault').map(printFault)).toEqual(texts);
});

test('messages repeat what was written on one line, and not all of a long one', () => {
  const [problem = ''] = problemsOf([`::error::\u001B[31m\n${'x'.repeat(1000)}`]);
  expect(problem).toMatch(/^--fault ": :error:: x+…": write /);
  expect(problem.length).toBeLessThan(250);
});

describe('SACTL_SANDBOX_FAULT', () => {
  test.each([undefined, '', ' \n'])('%j arms nothing', (value) => {
    expect(faultsFromEnvironment({ SACTL_SANDBOX_FAULT: value })).toEqual([]);
  });

  test('holds several', () => {
    const value = ' nscale.list=503@1  runai.*=slow\n';
    expect(faultsFromEnvironment({ SACTL_SANDBOX_FAULT: value }).map(printFault)).toEqual([
      'nscale.list=503@1',
      'runai.*=slow',
    ]);
  });

  test('is named when it is wrong', () => {
    expect(() => faultsFromEnvironment({ SACTL_SANDBOX_FAULT: 'nscale' })).toThrow(
      new UsageError(`SACTL_SANDBOX_FAULT "nscale": ${shape}`),
    );
  });
});

test('what is printed parses to the same fault', () => {
  fc.assert(
    fc.property(faults(), (fault) => {
      expect(parseFaults([printFault(fault)], '--fault')).toEqual([fault]);
    }),
  );
});

test('any text gives faults or a usage error of one-line problems', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('nscale', 'rotate', '503', '.', '=', '@', '1', '*'),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      for (const problem of problemsOf([parts.join('')])) {
        expect(problem).toMatch(/^--fault "[^\n\r\u2028\u2029]*$/);
      }
    }),
  );
});

/** Faults that can act. */
function faults(): fc.Arbitrary<Fault> {
  return fc
    .record({
      provider: fc.constantFrom(...providerNames),
      operation: fc.constantFrom('*' as const, ...sandboxProviders.runai.faults.operations),
      name: fc.constantFrom(...(Object.keys(faultEffects) as FaultName[])),
      nth: fc.option(fc.integer({ min: 1, max: 999_999_999 })),
    })
    .filter(({ provider, operation, name }) => {
      const { operations, bodiless } = sandboxProviders[provider].faults;
      if (operation === '*') return true;
      const isCut = name === 'truncated' || name === 'cut-json';
      return operations.includes(operation) && !(isCut && bodiless.includes(operation));
    });
}

function problemsOf(texts: readonly string[]): readonly string[] {
  try {
    parseFaults(texts, '--fault');
    return [];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.problems;
  }
}
