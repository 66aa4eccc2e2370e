import { parseSync, type ESTree } from 'rolldown/utils';

/** A node, with those that it is in, the nearest first. */
export interface Found {
  readonly node: ESTree.Node;
  readonly above: readonly ESTree.Node[];
}

/** All nodes of a file that are there when it runs, in the order of the text. Throws where it is no TypeScript. */
export function nodesOf(path: string, text: string): readonly Found[] {
  const { program, errors } = parseSync(path, text, { preserveParens: false, astType: 'ts', lang: 'ts' });
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path} cannot be parsed: ${error.message}`);
  return below(program, []);
}

/** Types have expressions in them that run. */
const transparent = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression']);

function isGone({ type }: ESTree.Node): boolean {
  if (type === 'ImportDeclaration' || type === 'ExportAllDeclaration') return true;
  return type.startsWith('TS') && !transparent.has(type);
}

function below(node: ESTree.Node, above: readonly ESTree.Node[]): readonly Found[] {
  if (isGone(node)) return [];
  const inner = Object.values(node)
    .flat()
    .filter(isNode)
    .toSorted((one, other) => one.start - other.start);
  return [{ node, above }, ...inner.flatMap((child) => below(child, [node, ...above]))];
}

function isNode(value: unknown): value is ESTree.Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}
