import { describe, expect, test } from 'vitest';
import { sactl } from '../../src/model/hint.ts';
import {
  AuthError,
  ConflictError,
  ExitCode,
  FailedError,
  InterruptedError,
  NotFoundError,
  UsageError,
} from '../../src/errors.ts';
import { renderError, toCliError } from '../../src/output/error.ts';
import { testStyle } from './support.ts';

const human = { json: false, debug: false };
const json = { json: true, debug: false };

describe('for people', () => {
  test.each([
    [
      'message and hint',
      new NotFoundError('nscale has no account "x"', { hint: 'sactl sa list' }),
      'sactl: nscale has no account "x"\nhint: sactl sa list\n',
    ],
    ['no hint', new FailedError('output', 'cannot write'), 'sactl: cannot write\n'],
    [
      'every problem of a usage error',
      new UsageError(['--id is missing', '--org: "x" is no id'], { hint: 'see --help' }),
      'sactl: --id is missing\nsactl: --org: "x" is no id\nhint: see --help\n',
    ],
    ['an interruption', new InterruptedError(), 'sactl: interrupted; nothing was changed\n'],
    [
      'hostile text',
      new ConflictError('exists', '::error::a\n::b\u001B[2J', { hint: '##[x]\nsecond' }),
      'sactl: : :error::a ::b\nhint: # #[x] second\n',
    ],
  ])('%s', (_, error, expected) => {
    expect(renderError(error, human)).toBe(expected);
  });

  test('is coloured by the style it is given', () => {
    const style = testStyle({ paint: (tone, text) => `<${tone}>${text}</>` });
    expect(renderError(new UsageError('x', { hint: 'y' }), { ...human, style })).toBe(
      '<bad>sactl:</> x\n<heading>hint:</> y\n',
    );
  });
});

describe('as JSON', () => {
  test('is one line with every key, in a fixed order', () => {
    const error = new AuthError('forbidden', 'not allowed', {
      hint: 'ask',
      provider: 'nscale',
      status: 403,
      traceId: 'abc',
    });
    expect(renderError(error, json)).toBe(
      '{"error":{"code":"forbidden","message":"not allowed","hint":"ask","provider":"nscale","status":403,"traceId":"abc","retryable":false,"exitCode":4}}\n',
    );
  });

  test('has null for what is unknown, and joins problems', () => {
    expect(renderError(new UsageError(['a', 'b\nc']), json)).toBe(
      '{"error":{"code":"usage","message":"a; b c","hint":null,"provider":null,"status":null,"traceId":null,"retryable":false,"exitCode":2}}\n',
    );
  });

  test('ends with the error object when --debug adds lines', () => {
    const error = new FailedError('output', 'cannot reach nscale', { cause: new Error('reset') });
    const lines = renderError(error, { json: true, debug: true }).trimEnd().split('\n');
    expect(lines[0]).toBe('  caused by Error: reset');
    expect(JSON.parse(lines.at(-1) ?? '')).toHaveProperty('error.code', 'output');
  });
});

describe('an error nobody expected', () => {
  test('is a bug of ours, with exit code 1', () => {
    const error = new TypeError('x is not a function');
    expect(toCliError(error)).toMatchObject({ code: 'bug', exitCode: ExitCode.failed });
    expect(renderError(error, human)).toBe(
      'sactl: this is a bug in sactl: TypeError: x is not a function\n' +
        'hint: please report it, with what the same command prints with --debug\n',
    );
  });

  test('shows its stack only with --debug', () => {
    const error = new TypeError('two\nlines');
    expect(renderError(error, human)).not.toContain('error.test.ts');
    expect(renderError(error, { json: false, debug: true })).toMatch(/\n {2}at .*error\.test\.ts/);
  });

  test.each([
    ['a string', 'secret'],
    ['an object', { token: 'secret' }],
    ['a parser’s error, which quotes its input', new SyntaxError('Unexpected token in "secret"')],
    ['a cause that is an object', new Error('failed', { cause: { token: 'secret' } })],
    ['a parser’s error as cause', new Error('failed', { cause: new SyntaxError('"secret"') })],
  ])('never prints %s', (_, thrown) => {
    for (const options of [
      { json: false, debug: true },
      { json: true, debug: true },
    ]) {
      expect(renderError(thrown, options)).not.toContain('secret');
      expect(renderError(thrown, options)).toContain('this is a bug in sactl');
    }
  });

  test('is told apart from an error the user can act on', () => {
    const known = new FailedError('output', 'x');
    expect(toCliError(known)).toBe(known);
    expect(renderError(known, { json: false, debug: true })).toBe('sactl: x\n');
  });
});

describe('a hint with a command', () => {
  const connection = [['--profile', 'prod'], ['--sandbox']] as const;

  test('has the flags of the connection behind it, wherever it stands', () => {
    const hint = ['issue another: ', sactl`serviceaccounts rotate --id ${'a; (b'} --yes`, '; then look'];
    expect(renderError(new FailedError('failed', 'y', { hint }), { ...human, connection })).toContain(
      "hint: issue another: sactl serviceaccounts rotate --id 'a; (b' --yes --profile prod --sandbox; then look\n",
    );
  });

  test('has none of them where only its words say what a command says', () => {
    const hint = 'issue another: sactl serviceaccounts rotate --id a';
    expect(renderError(new FailedError('failed', 'y', { hint }), { ...human, connection })).toContain(
      `hint: ${hint}\n`,
    );
  });
});

test('a line is read by people, and no longer than that', () => {
  const error = new UsageError('x'.repeat(100_000), { hint: 'y'.repeat(100_000) });
  for (const options of [human, json]) {
    const text = renderError(error, options);
    expect(text.length).toBeLessThan(10_000);
    expect(text).toContain('x…');
  }
});

describe('causes', () => {
  test('are listed with --debug', () => {
    const reset = Object.assign(new Error(''), { code: 'ECONNRESET' });
    const failed = new TypeError('fetch\nfailed', { cause: reset });
    const error = new FailedError('output', 'cannot reach nscale', { cause: failed });
    expect(renderError(error, { json: false, debug: true })).toBe(
      'sactl: cannot reach nscale\n  caused by TypeError: fetch failed\n  caused by Error: ECONNRESET\n',
    );
    expect(renderError(error, human)).toBe('sactl: cannot reach nscale\n');
  });

  test('that lead back to themselves end', () => {
    const error = new Error('a');
    error.cause = error;
    const text = renderError(new FailedError('failed', 'b', { cause: error }), { json: false, debug: true });
    expect(text.split('\n')).toHaveLength(10);
  });
});
