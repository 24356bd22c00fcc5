import type { ExpressionError } from './error.ts';
import type { StaticType, Wanted } from './types.ts';
import type { Budget } from './values.ts';

/** An argument of a function. */
export interface Parameter {
  readonly name: string;
  readonly takes: Wanted;
  readonly optional?: boolean;
  /** null is a value like any other; otherwise a function of null is null. */
  readonly nullable?: boolean;
  /** It has to be written out, so that it is read only once: patterns and names. */
  readonly literal?: boolean;
}

/** What a function is given when an expression is compiled. */
export interface Written {
  /** Of arguments that are written out their value, by position; undefined of others. */
  readonly literals: readonly unknown[];
  readonly types: readonly StaticType[];
  readonly budget: Budget;
  /** The zone of times that name none. */
  readonly timeZone: string;
  /** Reports what is wrong with an argument. */
  fail(argument: number, message: string, expected?: string): ExpressionError;
}

/** Works out a value of arguments, each of the type its parameter takes; null for one that is missing. */
export type Apply = (args: readonly unknown[]) => unknown;

export interface EagerFunction {
  readonly parameters: readonly Parameter[];
  /** Whether the last parameters repeat, and how many of them together. */
  readonly repeats?: number;
  readonly result: StaticType | ((types: readonly StaticType[]) => StaticType);
  /** @throws ExpressionError */
  readonly make: (written: Written) => Apply;
}

/** A value of a record or of one of its items. */
export type Evaluate<S> = (source: S) => unknown;

/** Works out only those of its arguments that it needs. */
export interface LazyFunction {
  readonly parameters: readonly Parameter[];
  readonly repeats?: number;
  /** Whether one more may follow those that repeat. */
  readonly hasLast?: boolean;
  readonly result: (types: readonly StaticType[]) => StaticType;
  readonly combine: <S>(args: readonly Evaluate<S>[], types: readonly StaticType[]) => Evaluate<S>;
}

export type FunctionDefinition = EagerFunction | LazyFunction;
export type Functions = Readonly<Record<string, FunctionDefinition>>;
