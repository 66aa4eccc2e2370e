import type { Context } from '../context.ts';
import { JqLimitError, JqMemoryError } from './jq-error.ts';
import type { JqModule } from './jq-module.ts';
import { CliError, ExitCode } from '../errors.ts';
import { addressSpaceHint } from '../model/hint.ts';
import { safeJson, safeText } from '../model/text.ts';

/** The result of one run of jq. */
export interface JqResult {
  /** One JSON value per line, compact. */
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A filter, and what `--arg` gives it. */
export interface JqProgram {
  readonly filter: string;
  /** `$name` in the filter is the text `value`. */
  readonly named: readonly NamedText[];
}

export interface NamedText {
  readonly name: string;
  readonly value: string;
}

/** A jq that can be run: the embedded one or the user's own. */
export interface JqEngine {
  /**
   * Runs a program on a JSON text; an empty text only compiles it: exit code 3 on failure.
   * @throws JqMemoryError, and JqLimitError for what the engine does not do as jq does it
   */
  readonly run: (program: JqProgram, input: string) => Promise<JqResult>;
}

/** Compact JSON, one value per line. Never `-r`: jq-wasm trims its output. */
export function jqFlags({ named }: JqProgram): readonly string[] {
  return ['-c', ...named.flatMap(({ name, value }) => ['--arg', name, value])];
}

/**
 * The embedded jq 1.8.2 (docs/decisions/jq.md), loaded at the first run. It cannot see our environment. It has 2 GiB of its
 * own, enough for about 300 MB of accounts; beyond that it aborts, and a new one is loaded for the next run. It is
 * synchronous: only a signal without a listener ends an endless filter, hence `blocking`.
 */
export function embeddedJq(blocking: Context['blocking']): JqEngine {
  let loading: Promise<JqModule> | null = null;
  async function run(program: JqProgram, input: string): Promise<JqResult> {
    loading ??= load();
    const jq = await loading;
    try {
      // `--` because a filter may start with a dash.
      return blocking(() => jq.raw(input, program.filter, [...jqFlags(program), '--']));
    } catch (error) {
      loading = null;
      throw error instanceof JqLimitError ? error : new JqMemoryError(error);
    }
  }
  return { run };
}

/** @throws CliError (`memory`) where a limit of the address space leaves too little for WebAssembly */
async function load(): Promise<JqModule> {
  const { loadModule } = await import('./jq-module.ts');
  try {
    return await loadModule();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const message = 'this machine gives the program too little address space for the built-in jq';
    throw new CliError('memory', ExitCode.failed, message, { hint: addressSpaceHint, cause });
  }
}

/** jq's output with raw strings, as `jq -r` prints them; nothing in other values steers a terminal or a runner. */
export function rawLines(stdout: string): string {
  const lines = safeJson(stdout)
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => `${line.startsWith('"') ? String(JSON.parse(line)) : line}\n`).join('');
}

/** Why a filter does not compile, in jq's words and on one line: `syntax error, unexpected end of file at line 1, column 3`. */
export function compileMessage(stderr: string): string {
  const first = stderr.split('\n', 1)[0] ?? '';
  return safeText(
    first
      .replace(/^jq: error: /, '')
      .replace(' (Unix shell quoting issues?)', '')
      .replace(' at <top-level>,', ' at')
      .replace(/:\s*$/, ''),
  );
}

/** Why a filter failed, in jq's words and on one line: `Cannot index number with string ("b")`. It may quote the document. */
export function runMessage(stderr: string): string {
  const last = stderr.indexOf('jq: error (at ');
  const message = last === -1 ? stderr : stderr.slice(last);
  return safeText(message.replace(/^jq: error \(at [^)]*\)(?:: )?/, '')) || 'jq gave no reason';
}
