import type { Environment } from '../context.ts';
import { ActionRequiredError, CliError, FailedError, UsageError } from '../errors.ts';
import { compactJson } from './serialize.ts';
import { hintText, printedAction, type ConnectionFlags, type PrintedAction } from '../model/hint.ts';
import { ciSystem } from '../model/run-environment.ts';
import { safeText } from '../model/text.ts';
import type { Style } from './style.ts';
import { systemCode } from '../files/system-error.ts';

export interface ErrorOptions {
  /** One line of JSON instead of lines for people. */
  readonly json: boolean;
  /** Adds causes, and the stack of an error that is a bug. */
  readonly debug: boolean;
  /** Adds `sandbox: true` to JSON. */
  readonly sandbox?: boolean;
  /** What commands in the hint need to mean the same connection. */
  readonly connection?: ConnectionFlags;
  /** Of stderr; plain text without it. */
  readonly style?: Style;
}

/**
 * The text for stderr, every line ended (docs/design.md 3). With `debug`, what is added comes first, so that the last line of JSON
 * output is the error object.
 */
export function renderError(error: unknown, options: ErrorOptions): string {
  const known = toCliError(error);
  const mark = options.sandbox === true ? { sandbox: true } : {};
  const lines = options.json
    ? [compactJson({ error: errorObject(known, options), ...mark })]
    : humanLines(known, options);
  const details = options.debug ? [...causeLines(error), ...stackLines(error)] : [];
  const all = options.json ? [...details, ...lines] : [...lines, ...details];
  return all.map((line) => `${line}\n`).join('');
}

/**
 * The error as a command to the runner of this CI job, which shows it on the run's page: one line, ended; empty where the
 * system has none. Text of others cannot end it, or be another command (`safeText`).
 */
export function renderAnnotation(
  error: unknown,
  env: Environment,
  options: Pick<ErrorOptions, 'connection' | 'sandbox'>,
): string {
  const annotation = ciSystem(env)?.annotation ?? null;
  if (annotation === null) return '';
  const { message, hint, exitCode } = errorObject(toCliError(error), options);
  const title = `${options.sandbox === true ? 'sandbox: ' : ''}sactl ended with exit code ${exitCode}`;
  return `${annotation({ title, message: hint === null ? message : `${message}; hint: ${hint}` })}\n`;
}

/** The error itself when the user can act on it; anything else is a bug of ours (`code: 'bug'`, exit 1). */
export function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  return new FailedError('bug', `this is a bug in sactl: ${describe(error)}`, {
    hint: 'please report it, with what the same command prints with --debug',
    cause: error,
  });
}

/** In characters: names in an error may be of any length. */
const longestLine = 4000;

function shortly(text: string): string {
  return safeText(text, longestLine);
}

function humanLines(error: CliError, options: ErrorOptions): string[] {
  const paint: Style['paint'] = options.style?.paint ?? ((_, text) => text);
  function failure(text: string): string {
    return `${paint('bad', 'sactl:')} ${shortly(text)}`;
  }
  function hintLine(text: string): string {
    return `${paint('heading', 'hint:')} ${shortly(text)}`;
  }
  if (error instanceof ActionRequiredError) {
    return actionsOf(error, options).flatMap(({ goal, url, command }) => [
      failure(`to be done by a person: ${goal}`),
      `  at ${url}`,
      hintLine(command),
    ]);
  }
  const problems = error instanceof UsageError ? shown(error.problems) : [error.message];
  const hint = hintOf(error, options);
  return [...problems.map(failure), ...(hint === null ? [] : [hintLine(hint)])];
}

function hintOf(error: CliError, options: Pick<ErrorOptions, 'connection'>): string | null {
  if (error instanceof ActionRequiredError) return actionsOf(error, options)[0]?.command ?? null;
  return error.hint === null ? null : shortly(hintText(error.hint, options.connection));
}

function actionsOf(error: ActionRequiredError, options: Pick<ErrorOptions, 'connection'>): readonly PrintedAction[] {
  return error.actions.map((action) => {
    const { goal, url, command } = printedAction(action, options.connection);
    return { goal: safeText(goal), url: safeText(url), command: safeText(command) };
  });
}

const mostProblems = 20;

function shown(problems: readonly string[]): readonly string[] {
  if (problems.length <= mostProblems) return problems;
  const rest = problems.length - mostProblems;
  return [...problems.slice(0, mostProblems), `and ${rest} more problems like these`];
}

/** An error as JSON has it (docs/design.md 3). */
export interface ErrorObject extends Pick<
  CliError,
  'code' | 'message' | 'provider' | 'status' | 'traceId' | 'retryable' | 'exitCode'
> {
  readonly hint: string | null;
  /** Only where a newer credential took the place of the one that was to be delivered. */
  readonly superseded?: true;
  /** Only where something is left to a person. */
  readonly actionsRequired?: readonly PrintedAction[];
}

export function errorObject(error: CliError, options: Pick<ErrorOptions, 'connection'> = {}): ErrorObject {
  const { code, message, provider, status, traceId, retryable, exitCode } = error;
  return {
    code,
    message: shortly(message),
    hint: hintOf(error, options),
    provider,
    status,
    traceId: traceId === null ? null : safeText(traceId),
    retryable,
    exitCode,
    ...(error.superseded ? { superseded: true as const } : {}),
    ...(error instanceof ActionRequiredError ? { actionsRequired: actionsOf(error, options) } : {}),
  };
}

/** Deeper causes add nothing; the limit also ends a chain that leads back to itself. */
const deepestCause = 8;

function causeLines(error: unknown): string[] {
  const lines: string[] = [];
  let current = causeOf(error);
  while (current !== undefined && lines.length < deepestCause) {
    lines.push(`  caused by ${describe(current)}`);
    current = causeOf(current);
  }
  return lines;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

/** Frames only: the stack repeats the message, which `describe` may have had a reason to leave out. */
function stackLines(error: unknown): string[] {
  if (error instanceof CliError || !(error instanceof Error)) return [];
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames.map((frame) => `  ${safeText(frame)}`);
}

/** Name and message. A SyntaxError quotes the text it could not read, which may be a credential: its message is left out. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `a ${typeof error} was thrown`;
  const message = error instanceof SyntaxError ? '' : safeText(error.message);
  const reason = message === '' ? (systemCode(error) ?? '') : message;
  return reason === '' ? error.name : `${error.name}: ${reason}`;
}
