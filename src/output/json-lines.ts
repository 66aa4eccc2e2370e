import { compactJson } from './serialize.ts';

/** How lines on stderr are written where JSON was asked for. */
export interface JsonLinesOptions {
  /** Whether a person sees them: questions and progress stay as they are there. */
  readonly isTTY: boolean;
  /** Adds `sandbox: true`. */
  readonly sandbox: boolean;
}

/** Of a sealed text; its own lines are between them. */
const armor = /^-----(BEGIN|END) AGE ENCRYPTED FILE-----$/;

/** What redraws a line of progress. */
const redrawn = /^(?:\r\p{Cc}\[K)*/u;

/**
 * Text for stderr with every line as a JSON object (docs/design.md 3): `{note: {message}}`, `{debug: {message}}` for what
 * `--debug` adds, and `{capsule}` for each line of a sealed copy. Objects stay as they are, and so do commands to the runner of
 * a CI job, which work only at the start of a line.
 */
export function jsonLines(text: string, { isTTY, sandbox }: JsonLinesOptions): string {
  const marker = sandbox ? { sandbox: true } : {};
  let isSealed = false;
  function object(line: string): string {
    const mark = armor.exec(line)?.[1];
    if (mark !== undefined || isSealed) {
      isSealed = mark === undefined || mark === 'BEGIN';
      return compactJson({ capsule: line });
    }
    if (/^(?:\{|::|##vso\[|$)/.test(line)) return line;
    const before = redrawn.exec(line)?.[0] ?? '';
    const rest = line.slice(before.length);
    if (rest.startsWith('sactl: ')) return `${before}${compactJson({ note: { message: rest.slice(7) }, ...marker })}`;
    return isTTY ? line : compactJson({ debug: { message: line }, ...marker });
  }
  return text.split('\n').map(object).join('\n');
}
