import type { Node } from './ast.ts';

/** The expressions that an expression is made of. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'literal':
    case 'path':
      return [];
    case 'call':
      return node.args;
    case 'list':
      return node.items;
    case 'object':
      return node.entries.map(({ value }) => value);
    case 'member':
      return [node.object];
    case 'index':
      return [node.list];
    case 'not':
    case 'negate':
      return [node.operand];
    case 'choice':
      return [node.condition, node.then, node.otherwise];
    case 'binary':
      return [node.left, node.right];
  }
}
