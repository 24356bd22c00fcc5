import type { Expression } from '../ast.ts';

/** A segment that an expression builds on: `inSegment("id")`. */
export interface Reference {
  readonly id: string;
  /** UTF-16 offset of its name in the PQL text. */
  readonly offset: number;
}

/** Every `inSegment` of an expression. */
export function segmentReferences(expression: Expression): Reference[] {
  const found: Reference[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (typeof value === 'object' && value !== null) {
      if (isCall(value) && value.name === 'inSegment') {
        const [argument] = value.args;
        if (argument?.kind === 'literal' && typeof argument.value === 'string') {
          found.push({ id: argument.value, offset: argument.span.start });
        }
      }
      for (const inside of Object.values(value)) visit(inside);
    }
  };
  visit(expression);
  return found;
}

const isCall = (value: object): value is Extract<Expression, { kind: 'call' }> =>
  'kind' in value && value.kind === 'call';
