import type { ConnectionFlags } from './model/hint.ts';
import { isSandboxOn, type Context } from './context.ts';
import { sandboxMark } from './session/note.ts';
import { CliError, ExitCode } from './errors.ts';
import type { Style } from './output/style.ts';
import { runProgram } from './program.ts';

/**
 * Runs one command line (`argv` without node and script) and returns its exit code. The only place that catches:
 * whatever is thrown below is printed here, as lines or, with `--json`, `-q` or `--format json`, as one line of JSON.
 */
export async function main(argv: readonly string[], ctx: Context): Promise<ExitCode> {
  // The words themselves are read, because the parser may be what fails.
  const words = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const sandbox = words.includes('--sandbox') || isSandboxOn(ctx.env);
  const stderr = forgiving(sandbox ? markLines(ctx.stderr) : ctx.stderr);
  const marked = { ...ctx, stderr };
  try {
    return await runProgram(argv, marked);
  } catch (error) {
    await report(marked, error, { words, sandbox });
    return error instanceof CliError ? error.exitCode : ExitCode.failed;
  }
}

async function report(
  ctx: Context,
  error: unknown,
  { words, sandbox }: { words: readonly string[]; sandbox: boolean },
): Promise<void> {
  const { renderError } = await import('./output/error.ts');
  const text = renderError(error, {
    json: wantsJson(words),
    debug: words.includes('--debug'),
    sandbox,
    connection: givenConnection(words),
    ...(ctx.stderr.isTTY ? { style: await stderrStyle(ctx, words) } : {}),
  });
  await ctx.stderr.write(text);
}

/** Only a terminal has colours, and only then they are loaded. */
async function stderrStyle(ctx: Context, words: readonly string[]): Promise<Style> {
  const { styleFor } = await import('./output/style.ts');
  return styleFor(ctx, { stream: 'stderr', color: !words.includes('--no-color') });
}

const connectionFlag = /^(--(?:provider|profile|org|endpoint|sandbox))(?:=(.*))?$/s;

/** The flags that say which connection was meant: a command in a hint is run with the same ones. */
function givenConnection(words: readonly string[]): ConnectionFlags {
  return words.flatMap((word, index) => {
    const [, flag, value = words[index + 1] ?? ''] = connectionFlag.exec(word) ?? [];
    if (flag === undefined) return [];
    return [flag === '--sandbox' ? [flag] : [flag, value]] as const;
  });
}

const jsonFlag = /^(?:--json|-y*q.*|--query(?:-file)?(?:=.*)?|--format=json)$/s;

function wantsJson(words: readonly string[]): boolean {
  return words.some((word, index) => jsonFlag.test(word) || (word === 'json' && words[index - 1] === '--format'));
}

/** Where stderr cannot be written to, the exit code is all that is left to say it: no note is worth a failure. */
function forgiving(stderr: Context['stderr']): Context['stderr'] {
  return { ...stderr, write: (text) => stderr.write(text).catch(() => undefined) };
}

/**
 * Where a line begins that is not empty, with what clears the one that is drawn anew. A command to the runner of a job is
 * one only at the beginning of its line.
 */
const lineStart = /(?<![^\n])(\r\p{Cc}\[K)?(?![{\n\r]|::add-mask::)(?=[^])/gu;

/** Every line says that it is not about the real world; lines of JSON say it themselves. */
function markLines(stderr: Context['stderr']): Context['stderr'] {
  return {
    ...stderr,
    write: (text) => stderr.write(text.replaceAll(lineStart, `$1${sandboxMark}`)),
  };
}
