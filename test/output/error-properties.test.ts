// @module-tag slow
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { sactl, type ConnectionFlags } from '../../src/model/hint.ts';
import { ActionRequiredError, AuthError, CliError, ExitCode, FailedError, UsageError } from '../../src/errors.ts';
import { renderAnnotation, renderError } from '../../src/output/error.ts';
import { hostileText, runnerCommand, unprintable } from '../harness/hostile.ts';

const settings = { numRuns: 1000, seed: 20261122 };

/** Errors whose every word somebody else may have chosen, and things that are thrown and are none. */
const thrown: fc.Arbitrary<unknown> = fc
  .record({ message: hostileText(), hint: fc.option(hostileText()), traceId: hostileText() })
  .chain(({ message, hint, traceId }) => {
    const cause = new Error(message, { cause: new TypeError(traceId) });
    const command = sactl`tokens revoke --token ${hint ?? message}`;
    const details = { hint: hint === null ? null : [hint, command], provider: 'nscale', traceId, cause };
    const action = { goal: message, url: traceId, command };
    return fc.constantFrom<unknown>(
      new FailedError('failed', message, details),
      new AuthError('forbidden', message, details),
      new UsageError([message, traceId], details),
      new ActionRequiredError([action, action], { cause }),
      cause,
      message,
      { message },
      null,
    );
  });

const options = fc.record({
  json: fc.boolean(),
  debug: fc.boolean(),
  sandbox: fc.boolean(),
  connection: fc.subarray<ConnectionFlags[number]>([['--profile', 'prod'], ['--org', 'acme'], ['--sandbox']]),
});

test('any error is lines that steer neither a terminal nor the runner of a job', () => {
  fc.assert(
    fc.property(thrown, options, (error, chosen) => {
      const text = renderError(error, chosen);
      expect(text.endsWith('\n')).toBe(true);
      for (const line of text.slice(0, -1).split('\n')) {
        expect(line).not.toMatch(unprintable);
        expect(line).not.toMatch(runnerCommand);
        expect(line).not.toBe('');
      }
    }),
    settings,
  );
});

/** What comes before the text in an annotation, and what must not be in it as it is. */
const runners = [
  [{ GITHUB_ACTIONS: 'true' }, /^::error title=(?:sandbox%3A )?sactl ended with exit code \d+::/, /%(?!25|0D|0A)/],
  [{ TF_BUILD: 'True' }, /^##vso\[task\.logissue type=error\]/, /%(?!AZP25|3B|0D|0A|5D)|[\];]/],
] as const;

test.each(runners)('in a job of %j it is one command, which its text cannot leave', (env, start, unescaped) => {
  fc.assert(
    fc.property(thrown, options, (error, chosen) => {
      const annotation = renderAnnotation(error, env, chosen);
      expect(annotation).toMatch(start);
      expect(annotation.endsWith('\n')).toBe(true);
      const text = annotation.slice(0, -1).replace(start, '');
      expect(text).not.toMatch(unprintable);
      expect(text).not.toMatch(runnerCommand);
      expect(text).not.toMatch(unescaped);
    }),
    settings,
  );
});

test('in JSON its last line is the error, with the exit code that the program leaves with', () => {
  fc.assert(
    fc.property(thrown, options, (error, chosen) => {
      const text = renderError(error, { ...chosen, json: true });
      const parsed = JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
      const exitCode = error instanceof CliError ? error.exitCode : ExitCode.failed;
      expect(parsed['error']).toMatchObject({ exitCode, retryable: false });
      expect(Object.keys(parsed)).toEqual(chosen.sandbox ? ['error', 'sandbox'] : ['error']);
    }),
    settings,
  );
});
