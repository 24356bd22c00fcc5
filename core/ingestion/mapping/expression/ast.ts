import type { SourcePath } from '../source-path.ts';

interface At {
  /** Where it begins in the text of the expression, in UTF-16 units. */
  readonly start: number;
}

export type Literal = At & { readonly kind: 'literal'; readonly value: string | number | boolean | null };
export type PathNode = At & { readonly kind: 'path'; readonly path: SourcePath };
export type Call = At & { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] };
export type ListNode = At & { readonly kind: 'list'; readonly items: readonly Node[] };
export type ObjectNode = At & {
  readonly kind: 'object';
  readonly entries: readonly { readonly key: string; readonly start: number; readonly value: Node }[];
};
export type Member = At & { readonly kind: 'member'; readonly object: Node; readonly name: string };
export type Index = At & { readonly kind: 'index'; readonly list: Node; readonly index: number };
export type Not = At & { readonly kind: 'not'; readonly operand: Node };
export type Negate = At & { readonly kind: 'negate'; readonly operand: Node };
export type BinaryOperator = (typeof BINARY_OPERATORS)[number];
export type Binary = At & {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Node;
  readonly right: Node;
};
export type Choice = At & {
  readonly kind: 'choice';
  readonly condition: Node;
  readonly then: Node;
  readonly otherwise: Node;
};

/** An expression of a mapping rule, as it is written (aep.md §2.2). */
export type Node = Literal | PathNode | Call | ListNode | ObjectNode | Member | Index | Not | Negate | Binary | Choice;

export const BINARY_OPERATORS = ['or', 'and', '==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%'] as const;
