import type { CalendarUnit } from './time.ts';

/** The typed syntax tree of PQL (aep.md §5.2). Sugar is gone: functions over arrays are methods, `:` is `where`. */

/** UTF-16 offsets into the text, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type LiteralValue = string | number | boolean | null;
export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type MembershipOperator = 'in' | 'notIn' | 'like';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type MomentName = 'now' | 'today' | 'yesterday' | 'tomorrow';

interface Node<K extends string> {
  readonly kind: K;
  readonly span: Span;
}

export interface Literal extends Node<'literal'> {
  readonly value: LiteralValue;
}
export interface ListLiteral extends Node<'list'> {
  readonly items: readonly Expression[];
}
/** A variable, `xEvent`, or a field of what is in scope. */
export interface Name extends Node<'name'> {
  readonly name: string;
}
/** `$1`: an input parameter of the query. */
export interface Parameter extends Node<'parameter'> {
  readonly index: number;
}
/** `^`: what was in scope outside; `^^` two levels out. */
export interface Outer extends Node<'outer'> {
  readonly levels: number;
}
export interface Member extends Node<'member'> {
  readonly object: Expression;
  readonly name: string;
}
/** `source[condition]` and `source.filter(condition)`; the condition may be a lambda. */
export interface Filter extends Node<'filter'> {
  readonly source: Expression;
  readonly condition: Expression;
}
/** `object.name(args)` and `name(object, args)`. */
export interface Method extends Node<'method'> {
  readonly object: Expression;
  readonly name: string;
  readonly args: readonly Expression[];
}
export interface Call extends Node<'call'> {
  readonly name: string;
  readonly args: readonly Expression[];
}
export interface Not extends Node<'not'> {
  readonly operand: Expression;
}
export interface Negate extends Node<'negate'> {
  readonly operand: Expression;
}
/** Two operands or more, never itself an operand of the same operator. */
export interface Logical extends Node<'logical'> {
  readonly operator: 'and' | 'or';
  readonly operands: readonly Expression[];
}
export interface Comparison extends Node<'comparison'> {
  readonly operator: ComparisonOperator | MembershipOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Arithmetic extends Node<'arithmetic'> {
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Lambda extends Node<'lambda'> {
  readonly parameters: readonly string[];
  readonly body: Expression;
}
export interface Let extends Node<'let'> {
  readonly name: string;
  readonly value: Expression;
  readonly body: Expression;
}
export interface Quantifier extends Node<'quantifier'> {
  readonly quantifier: 'exists' | 'forall' | 'select';
  readonly variable: string;
  readonly source: Expression;
  readonly condition: Expression | undefined;
}
export interface Duration extends Node<'duration'> {
  readonly amount: number;
  readonly unit: CalendarUnit;
}
export interface Moment extends Node<'moment'> {
  readonly name: MomentName;
}
export interface Period extends Node<'period'> {
  readonly which: 'this' | 'last' | 'next';
  readonly unit: CalendarUnit;
}
export interface Occurs extends Node<'occurs'> {
  readonly time: Expression;
  readonly when: TimeCondition;
}
export interface Chain extends Node<'chain'> {
  readonly source: Expression;
  readonly steps: readonly ChainStep[];
  readonly condition: Expression | undefined;
}

/** What may follow `occurs`, and stand in `WHEN(…)`. */
export type TimeCondition =
  | (Node<'distance'> & {
      readonly operator: ComparisonOperator;
      readonly amount: number;
      readonly unit: CalendarUnit;
      readonly direction: 'before' | 'after';
      readonly reference: Expression;
    })
  | (Node<'side'> & { readonly direction: 'before' | 'after'; readonly reference: Expression })
  | (Node<'on'> & { readonly reference: Expression })
  | (Node<'between'> & { readonly from: Expression; readonly to: Expression });

/** One step of a CHAIN: at least `count` events, or none at all when it is 0. */
export interface ChainStep {
  readonly name: string;
  readonly what: Expression | undefined;
  readonly when: readonly TimeCondition[];
  readonly count: number;
  readonly span: Span;
}

export type Expression =
  | Literal
  | ListLiteral
  | Name
  | Parameter
  | Outer
  | Member
  | Filter
  | Method
  | Call
  | Not
  | Negate
  | Logical
  | Comparison
  | Arithmetic
  | Lambda
  | Let
  | Quantifier
  | Duration
  | Moment
  | Period
  | Occurs
  | Chain;
