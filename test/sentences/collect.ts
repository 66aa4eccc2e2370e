import type { ESTree } from 'rolldown/utils';

import { nodesOf, type Found } from '../harness/syntax.ts';

/** A text of the program that a person may read. */
export interface Sentence {
  readonly line: number;
  /** What is put in at run time stands in braces, e.g. `{account.name} is gone`. */
  readonly text: string;
}

/** The sentences of one TypeScript file, in its order: every text of several words, as it is put together there. */
export function sentencesOf(path: string, source: string): readonly Sentence[] {
  return nodesOf(path, source)
    .filter(({ node, above }) => isText(node) && !isPart(node, above) && !isForPrograms({ node, above }))
    .map(({ node }) => ({ line: lineOf(source, node.start), text: textOf(node, source) }))
    .filter(({ text }) => isSentence(text));
}

function isText(node: ESTree.Node): boolean {
  if (node.type === 'Literal') return typeof node.value === 'string';
  return node.type === 'TemplateLiteral' || isSum(node);
}

/** Whether it belongs to a longer text, or chooses one of several that do. */
function isPart(node: ESTree.Node, above: readonly ESTree.Node[]): boolean {
  const [parent] = above;
  return parent !== undefined && isSum(parent) && isText(node);
}

/** `'a' + b`, where one of them is a text. */
function isSum(node: ESTree.Node): boolean {
  return node.type === 'BinaryExpression' && node.operator === '+' && [node.left, node.right].some(isText);
}

/** Patterns, what only a developer sees (an `Error` is a bug of the program), and words that users type. */
function isForPrograms({ above }: Found): boolean {
  const inside = above.find(({ type }) => type !== 'ArrayExpression');
  const isTyped = inside?.type === 'Property' && inside.key.type === 'Identifier' && typedWords.has(inside.key.name);
  return (
    isTyped ||
    above.some(
      (node) => node.type === 'NewExpression' && node.callee.type === 'Identifier' && developers.has(node.callee.name),
    )
  );
}

const developers = new Set(['Error', 'TypeError', 'RangeError', 'RegExp']);

/** Properties whose texts are words and no sentences: what a guess is typed as, and the flags of a group. */
const typedWords = new Set(['typed', 'flags']);

function textOf(node: ESTree.Node, source: string): string {
  if (node.type === 'Literal') return String(node.value);
  if (node.type === 'BinaryExpression') return `${textOf(node.left, source)}${textOf(node.right, source)}`;
  if (node.type !== 'TemplateLiteral') return `{${nameOf(node, source)}}`;
  return node.quasis
    .map(({ value }, at) => {
      const inner = node.expressions[at];
      return `${value.cooked ?? value.raw}${inner === undefined ? '' : `{${nameOf(inner, source)}}`}`;
    })
    .join('');
}

/** An expression in as few characters as say what it is. */
function nameOf(node: ESTree.Node, source: string): string {
  const text = source.slice(node.start, node.end).replaceAll(/\s+/g, ' ');
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

/** Several words, of which one at least is in lower case: no statement of SQL, no header, no path. */
function isSentence(text: string): boolean {
  const words = text.replaceAll(/\{[^}]*\}/g, 'x').match(/(?<![\w$./-])[A-Za-z][a-z’']*(?![\w$/-])/g) ?? [];
  return words.length > 1 && words.some((word) => /^[a-z]{2}/.test(word)) && /\s/.test(text.trim());
}

function lineOf(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}
