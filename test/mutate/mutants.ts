import { createHash } from 'node:crypto';

import { operators, type Edit, type OperatorName } from './operators.ts';
import { nodesOf } from '../harness/syntax.ts';

/** One mistake in one file. */
export interface Mutant extends Edit {
  /** The same as long as the line that it changes is the same. */
  readonly id: string;
  /** Relative to the project, with slashes. */
  readonly file: string;
  readonly line: number;
  readonly operator: OperatorName;
  /** What is changed, in one line, for people. */
  readonly change: string;
}

/** Every mutant of a file, in the order of its text. */
export function mutantsOf(file: string, text: string): readonly Mutant[] {
  const names = Object.keys(operators).filter((name): name is OperatorName => Object.hasOwn(operators, name));
  const edits = nodesOf(file, text).flatMap((found) =>
    names.flatMap((operator) => operators[operator](found, text).map((edit) => ({ operator, edit }))),
  );
  const times = new Map<string, number>();
  return edits.map(({ operator, edit }): Mutant => {
    const { start, end, by } = edit;
    const change = changeOf(edit, text);
    const name = [file, operator, lineAt(text, edit), change].join('\n');
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    const line = text.slice(0, start).split('\n').length;
    return { start, end, by, id: digest(`${name}\n${String(time)}`).slice(0, 8), file, line, operator, change };
  });
}

/** The text of a file with the mistake in it. */
export function mutated(text: string, { start, end, by }: Edit): string {
  return text.slice(0, start) + by + text.slice(end);
}

/** A hash in hexadecimal digits. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const longest = 90;

function changeOf({ start, end, by }: Edit, text: string): string {
  return `${inOneLine(text.slice(start, end))} → ${by === '' ? 'nothing' : inOneLine(by)}`;
}

function inOneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest)} …` : line;
}

/** The whole lines that an edit is in, without their indentation. */
function lineAt(text: string, { start, end }: Pick<Edit, 'start' | 'end'>): string {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const to = text.indexOf('\n', end);
  return inOneLine(text.slice(from, to === -1 ? text.length : to));
}
