import type { ConnectionFlags } from './model/hint.ts';
import type { Context } from './context.ts';
import { isReadByRunner, isSandboxOn } from './model/run-environment.ts';
import { sandboxMark } from './session/note.ts';
import { refusal } from './commands/refusal.ts';
import { readBuilt, shapeFile, type CommandShape } from './commands/shape.ts';
import { CliError, ExitCode } from './errors.ts';
import { renderAnnotation, renderError } from './output/error.ts';
import type { Style } from './output/style.ts';

/**
 * Runs one command line (`argv` without node and script) and returns its exit code. The only place that catches
 * errors. Where JSON was asked for, by `--json`, `-q`, `--query-file` or `--format json` or `ndjson`, each line on stderr is
 * JSON, and the error is the last one.
 * @param begin called before anything is read or sent; it may end the process. Not called for a command line that is refused
 * without the parser
 */
export async function main(
  argv: readonly string[],
  ctx: Context,
  begin: () => Promise<void> = () => Promise.resolve(),
): Promise<ExitCode> {
  // Read from the words, because the parser may be what failed.
  const words = wordsOf(argv);
  const sandbox = words.includes('--sandbox') || isSandboxOn(ctx.env);
  const json = wantsJson(words);
  const lines = sandbox ? markLines(ctx.stderr) : ctx.stderr;
  const stderr = forgiving(json ? asJson(lines, sandbox) : lines);
  try {
    await refuseAtOnce(argv, ctx);
    await begin();
    const { runProgram } = await import('./program.ts');
    return await runProgram(argv, { ...ctx, stderr });
  } catch (error) {
    const options = {
      json,
      debug: words.includes('--debug'),
      sandbox,
      connection: givenConnection(words),
      ...(stderr.isTTY ? { style: await stderrStyle({ ...ctx, stderr }, words) } : {}),
    };
    // JSON is for scripts, which may read all of stderr.
    const isAnnotated = !options.json && isReadByRunner(stderr);
    await stderr.write(renderError(error, options) + (isAnnotated ? renderAnnotation(error, ctx.env, options) : ''));
    return error instanceof CliError ? error.exitCode : ExitCode.failed;
  }
}

/** @throws UsageError for a command or flag that there is not, where that is certain without the parser */
async function refuseAtOnce(argv: readonly string[], { built }: Context): Promise<void> {
  const text = built(shapeFile);
  const program = text === null ? null : readBuilt<CommandShape>(text);
  const error = program === null ? null : await refusal(program, argv);
  if (error !== null) throw error;
}

/** Colours are loaded for a terminal only. */
async function stderrStyle(ctx: Context, words: readonly string[]): Promise<Style> {
  const { styleFor } = await import('./output/style.ts');
  return styleFor(ctx, { stream: 'stderr', color: !words.includes('--no-color') });
}

const connectionFlag = /^(--(?:provider|profile|org|endpoint|sandbox))(?:=(.*))?$/s;

/** The flags that name the connection, which commands in hints need, too. */
function givenConnection(words: readonly string[]): ConnectionFlags {
  return words.flatMap((word, index) => {
    const [, flag, value = words[index + 1] ?? ''] = connectionFlag.exec(word) ?? [];
    if (flag === undefined) return [];
    return [flag === '--sandbox' ? [flag] : [flag, value]] as const;
  });
}

const jsonFlag = /^(?:--json|-y*q.*|--query(?:-file)?(?:=.*)?|--format=(?:nd)?json)$/s;

function wordsOf(argv: readonly string[]): readonly string[] {
  return argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
}

/** Whether a flag asks for JSON. */
export function wantsJson(argv: readonly string[]): boolean {
  const words = wordsOf(argv);
  return words.some(
    (word, index) => jsonFlag.test(word) || (/^(?:nd)?json$/.test(word) && words[index - 1] === '--format'),
  );
}

/** What turns lines into JSON is loaded with the first one. */
function asJson(stderr: Context['stderr'], sandbox: boolean): Context['stderr'] {
  const { isTTY } = stderr;
  return {
    ...stderr,
    write: async (text) => {
      const { jsonLines } = await import('./output/json-lines.ts');
      await stderr.write(jsonLines(text, { isTTY, sandbox }));
    },
  };
}

/** A note that cannot be written is no failure; the exit code still tells. */
function forgiving(stderr: Context['stderr']): Context['stderr'] {
  return { ...stderr, write: (text) => stderr.write(text).catch(() => undefined) };
}

/**
 * Marks every line as the sandbox's, but for empty ones, and behind the sequence that redraws one; lines of JSON have a key for
 * that. Commands to a CI runner stay at the start of their line, where alone they work; text of others is none (`safeText`).
 */
function markLines(stderr: Context['stderr']): Context['stderr'] {
  // Made here, and not at every start (`isPlain` in `model/text.ts`).
  const lineStart = /(?<![^\n])(\r\p{Cc}\[K)?(?![{\n\r]|::|##vso\[)(?=[^])/gu;
  return { ...stderr, write: (text) => stderr.write(text.replaceAll(lineStart, `$1${sandboxMark}`)) };
}
