import { stripVTControlCharacters } from 'node:util';

import type { Outcome } from '../harness/run.ts';

/** A command line as a page shows it. */
export interface Shown {
  readonly line: string;
  /** What the page shows below it; `…` stands for any text. */
  readonly output: readonly string[];
  /** Whether the page shows `echo $?` with it: the last line of the output is the exit code then. */
  readonly withCode: boolean;
  /** Where its text is in the page, with the line breaks of a line that goes on. */
  readonly text: string;
}

/** `console` blocks show lines and what they print, `sh` blocks lines alone. */
export function shownIn(page: string): readonly Shown[] {
  const blocks = page.matchAll(/^```(console|sh)\n([^]*?)^```/gm);
  return [...blocks].flatMap(([, kind, block = '']) => (kind === 'sh' ? linesOf(block) : sessionOf(block)));
}

function linesOf(block: string): Shown[] {
  const lines = block.replaceAll(/ \\\n\s*/g, ' ').split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => ({ line: bare(line), output: [], withCode: false, text: line }));
}

function sessionOf(block: string): Shown[] {
  return block.split(/^\$ /m).flatMap((part) => {
    const [line = '', ...output] = part.replaceAll(/ \\\n\s*/g, ' ').split('\n');
    if (line === '') return [];
    const printed = output.filter((text) => text !== '');
    return [{ line: bare(line), output: printed, withCode: line.includes('; echo $?'), text: `$ ${part}` }];
  });
}

function bare(line: string): string {
  return line.replace(/ {2,}#.*$|; echo \$\?$/, '');
}

/** Whether the program did what the page shows: it printed every line, and ended with the code. */
export function isTrue(shown: Shown, outcome: Outcome): boolean {
  const code = shown.withCode ? Number(shown.output.at(-1)) : 0;
  const printed = linesOfOutput(outcome);
  return outcome.code === code && patternsOf(shown).every((pattern) => printed.some((line) => pattern.test(line)));
}

/** What each line that is shown matches. */
function patternsOf({ output, withCode }: Shown): readonly RegExp[] {
  const shown = withCode ? output.slice(0, -1) : output;
  return shown.map((text) => {
    const parts = text.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
    return new RegExp(`^${parts.join('.*')}$`);
  });
}

function linesOfOutput({ stdout, stderr }: Outcome): readonly string[] {
  const plain = stripVTControlCharacters(`${stdout}\n${stderr}`);
  return plain.split(/[\r\n]/).map((text) => text.trimEnd());
}

/** The text of a shown line with what the program printed below it in place of what the page has there. */
export function transcriptOf({ text, withCode, output }: Shown, outcome: Outcome): string {
  const [typed = ''] = /^\$ (?:.* \\\n)*.*\n/.exec(text) ?? [];
  if (output.length === 0) return text;
  const code = withCode ? [String(outcome.code)] : [];
  const printed = linesOfOutput(outcome).filter((line) => line !== '');
  const end = /\n*$/.exec(text)?.[0] ?? '';
  return `${typed}${[...printed, ...code].join('\n')}${end}`;
}
