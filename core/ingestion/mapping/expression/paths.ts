import type { SourcePath } from '../source-path.ts';
import type { Node } from './ast.ts';
import { childrenOf } from './children.ts';

/** The fields of an expression, each once. */
export function pathsIn(expression: Node): readonly SourcePath[] {
  const paths = new Map<string, SourcePath>();
  const visit = (node: Node): void => {
    if (node.kind === 'path') paths.set(node.path.text, node.path);
    for (const child of childrenOf(node)) visit(child);
  };
  visit(expression);
  return [...paths.values()];
}
