import type { ESTree } from 'rolldown/utils';

import { nodesOf } from '../harness/syntax.ts';

/** A part of a file that runs as a whole or not at all. */
export interface Site {
  readonly start: number;
  readonly end: number;
  /** A statement in a list of them, one alone behind a condition, or an expression. */
  readonly kind: 'statement' | 'lone' | 'expression';
}

/** The sites of a file, the first of which is the whole of it. They lie in each other; the innermost says most. */
export function sitesOf(file: string, text: string): readonly Site[] {
  const inner = nodesOf(file, text).flatMap(({ node, above: [parent] }) => {
    const kind = parent === undefined ? null : kindOf(node, parent);
    return kind === null ? [] : [{ start: node.start, end: node.end, kind }];
  });
  return [{ start: 0, end: text.length, kind: 'statement' }, ...inner];
}

function kindOf(node: ESTree.Node, parent: ESTree.Node): Site['kind'] | null {
  if (isStatement(node, parent)) return 'statement';
  if (isLone(node, parent)) return 'lone';
  return isBranch(node, parent) ? 'expression' : null;
}

function isStatement(node: ESTree.Node, parent: ESTree.Node): boolean {
  if (parent.type === 'SwitchCase') return node !== parent.test;
  // A declaration of a function runs nothing.
  return parent.type === 'BlockStatement' && node.type !== 'FunctionDeclaration';
}

function isLone(node: ESTree.Node, parent: ESTree.Node): boolean {
  if (node.type === 'BlockStatement') return false;
  if (parent.type === 'IfStatement') return node !== parent.test;
  return parent.type === 'ForOfStatement' && node === parent.body;
}

function isBranch(node: ESTree.Node, parent: ESTree.Node): boolean {
  if (parent.type === 'ArrowFunctionExpression') return parent.expression && parent.body === node;
  if (parent.type === 'ConditionalExpression') return node !== parent.test;
  return parent.type === 'LogicalExpression' && node === parent.right;
}

/** The number of the site that runs whenever this place does. */
export function siteAt(sites: readonly Site[], position: number): number {
  let smallest = 0;
  for (const [index, { start, end }] of sites.entries()) {
    const best = sites[smallest];
    const isIn = start <= position && position < end;
    if (isIn && (best === undefined || end - start <= best.end - best.start)) smallest = index;
  }
  return smallest;
}

/** The text of a file that calls `hit` with the number of a site whenever that runs, counted from the first one's. */
export function instrumented(text: string, sites: readonly Site[], first: number): string {
  const pieces = sites.flatMap(({ start, end, kind }, index) => {
    const hit = `globalThis.sactlHit?.(${String(first + index)})`;
    // At one place the smaller is closed first, and the larger opened first.
    const closing = { at: end, order: end - start };
    if (kind === 'statement') return [{ at: start, order: start - text.length - 1, piece: `${hit};` }];
    const opening = { at: start, order: start - end };
    const [open, close] = kind === 'lone' ? [`{ ${hit}; `, ' }'] : [`(${hit}, `, ')'];
    return [
      { ...opening, piece: open },
      { ...closing, piece: close },
    ];
  });
  const inOrder = pieces.toSorted((one, other) => one.at - other.at || inTurn(one.order, other.order));
  let result = '';
  let done = 0;
  for (const { at, piece } of inOrder) {
    result += text.slice(done, at) + piece;
    done = at;
  }
  return result + text.slice(done);
}

/** What closes comes before what opens. */
function inTurn(one: number, other: number): number {
  return one > 0 === other > 0 ? one - other : other - one;
}
