import type { ESTree } from 'rolldown/utils';

import type { Found } from '../harness/syntax.ts';

/** What takes the place of a part of the text. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

/** The changes that one kind of mistake makes at a node; none where it does not apply. */
type Operator = (found: Found, text: string) => readonly Edit[];

/** The mistakes that are made, one at a time. Optional chains stay, because the compiler asks for them. */
export const operators = {
  condition: ({ node }, text) => {
    if (!isBranching(node) || node.test === null) return [];
    const { test } = node;
    const whole = text.slice(test.start, test.end);
    const isPlain = test.type === 'UnaryExpression' || test.type === 'BinaryExpression';
    const turned = isPlain ? [] : [replace(test, `!(${whole})`)];
    const mayEnd = node.type === 'IfStatement' || node.type === 'ConditionalExpression';
    return [...turned, replace(test, 'false'), ...(mayEnd ? [replace(test, 'true')] : [])];
  },

  not: ({ node }, text) => {
    if (node.type !== 'UnaryExpression' || node.operator !== '!') return [];
    return [replace(node, `(${text.slice(node.argument.start, node.argument.end)})`)];
  },

  comparison: ({ node }, text) => (node.type === 'BinaryExpression' ? swap(node, text, comparisons) : []),

  arithmetic: ({ node }, text) => (node.type === 'BinaryExpression' ? swap(node, text, sums) : []),

  logic: ({ node }, text) => (node.type === 'LogicalExpression' ? swap(node, text, logic) : []),

  fallback: ({ node }, text) => {
    if (node.type !== 'LogicalExpression' || node.operator !== '??') return [];
    const left = text.slice(node.left.start, node.left.end);
    return [replace(node, text.slice(node.right.start, node.right.end)), replace(node, `(${left})!`)];
  },

  boolean: ({ node }) => {
    if (node.type !== 'Literal' || typeof node.value !== 'boolean') return [];
    return [replace(node, String(!node.value))];
  },

  number: ({ node }) => {
    if (node.type !== 'Literal' || typeof node.value !== 'number') return [];
    const { value } = node;
    // A millisecond or a byte more is no mistake.
    const [more, less] = value < 1000 ? [value + 1, value - 1] : [value * 2, value / 2];
    return [replace(node, String(more)), replace(node, `(${String(less)})`)];
  },

  code: ({ node, above }) => {
    if (node.type !== 'Literal' || typeof node.value !== 'string' || !isCode.test(node.value)) return [];
    const [parent] = above;
    const isKey = parent?.type === 'Property' && parent.key === node;
    return isKey ? [] : [replace(node, "''")];
  },

  statement: ({ node, above: [parent] }) => {
    if (node.type !== 'ExpressionStatement' || !isEffect(node.expression)) return [];
    const isInBlock = parent?.type === 'BlockStatement' || parent?.type === 'SwitchCase' || parent?.type === 'Program';
    return [replace(node, isInBlock ? '' : '{}')];
  },

  return: ({ node }, text) => {
    const value = returnedBy(node);
    if (value === null) return [];
    const whole = text.slice(value.start, value.end);
    // Nobody tells nothing from nothing.
    const others = whole === 'null' || whole === 'undefined' ? ['[]'] : ['null', 'undefined', '[]'];
    return (isTest(value) ? ['true', 'false'] : others).map((other) => replace(value, other));
  },

  row: ({ node }, text) => {
    if (node.type !== 'ArrayExpression' || node.elements.length < 2) return [];
    const rows = node.elements.filter((element) => element !== null);
    const removed = rows.map((row, index) => replace({ start: row.start, end: rows[index + 1]?.start ?? row.end }, ''));
    return [...removed, ...rows.slice(1).flatMap((row, index) => exchange(rows[index], row, text))];
  },

  call: ({ node }) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return [];
    const { property } = node.callee;
    const other = property.type === 'Identifier' ? relatives.get(property.name) : undefined;
    return other === undefined ? [] : [replace(property, other)];
  },
} as const satisfies Readonly<Record<string, Operator>>;

export type OperatorName = keyof typeof operators;

const comparisons = new Map(Object.entries({ '<': '<=', '<=': '<', '>': '>=', '>=': '>', '===': '!==', '!==': '===' }));
const sums = new Map(Object.entries({ '+': '-', '-': '+', '*': '/', '/': '*' }));
const logic = new Map(Object.entries({ '&&': '||', '||': '&&' }));
const relatives = new Map(Object.entries({ some: 'every', every: 'some', max: 'min', min: 'max' }));

/** A word that programs compare, such as `bad_answer`, `ECONNRESET` or `content-type`; no sentence. */
const isCode = /^(?:[a-z]+(?:[_-][a-z\d]+)*|[A-Z][A-Z\d_]+)$/;

function replace({ start, end }: ESTree.Span, by: string): Edit {
  return { start, end, by };
}

function isBranching(
  node: ESTree.Node,
): node is ESTree.IfStatement | ESTree.ConditionalExpression | ESTree.WhileStatement | ESTree.ForStatement {
  return ['IfStatement', 'ConditionalExpression', 'WhileStatement', 'ForStatement'].includes(node.type);
}

interface Operands {
  readonly left: ESTree.Span;
  readonly right: ESTree.Span;
}

/** The operator of two operands replaced, where the table has one for it. */
function swap(
  { left, right, operator }: Pick<ESTree.BinaryExpression | ESTree.LogicalExpression, 'operator'> & Operands,
  text: string,
  by: ReadonlyMap<string, string>,
): readonly Edit[] {
  const other = by.get(operator);
  const start = text.indexOf(operator, left.end);
  return other === undefined || start > right.start ? [] : [replace({ start, end: start + operator.length }, other)];
}

/** Two neighbours of a table change places, where the rows are no mere values. */
function exchange(one: ESTree.Node | undefined, other: ESTree.Node, text: string): readonly Edit[] {
  if (one === undefined || !isRow(one) || !isRow(other)) return [];
  const between = text.slice(one.end, other.start);
  const by = `${text.slice(other.start, other.end)}${between}${text.slice(one.start, one.end)}`;
  return [{ start: one.start, end: other.end, by }];
}

function isRow({ type }: ESTree.Node): boolean {
  return type === 'ObjectExpression' || type === 'ArrayExpression';
}

/** Whether it is done for what it does; what calls the constructor above it has to stay. */
function isEffect(node: ESTree.Node): boolean {
  if (node.type === 'AwaitExpression') return isEffect(node.argument);
  if (node.type === 'UnaryExpression' || node.type === 'ChainExpression') return true;
  if (node.type === 'CallExpression') return node.callee.type !== 'Super';
  return node.type === 'AssignmentExpression' || node.type === 'UpdateExpression';
}

function returnedBy(node: ESTree.Node): ESTree.Node | null {
  if (node.type === 'ReturnStatement') return node.argument;
  return node.type === 'ArrowFunctionExpression' && node.expression ? node.body : null;
}

function isTest(node: ESTree.Node): boolean {
  if (node.type === 'UnaryExpression') return node.operator === '!';
  if (node.type === 'LogicalExpression') return node.operator !== '??' && isTest(node.right);
  return node.type === 'BinaryExpression' && comparisons.has(node.operator);
}
