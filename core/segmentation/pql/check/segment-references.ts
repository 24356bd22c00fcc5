import type { Expression } from '../ast.ts';
import type { OfKind } from '../by-kind.ts';

/** A segment that an expression builds on: `inSegment("id")`. */
export interface Reference {
  readonly id: string;
  /** UTF-16 offset of its name in the PQL text. */
  readonly offset: number;
}

/** Every `inSegment` of an expression. */
export const segmentReferences = (expression: Expression): Reference[] => [...referencesIn(expression)];

function* referencesIn(value: unknown): Generator<Reference> {
  if (typeof value !== 'object' || value === null) return;
  const own = isCall(value) ? referenceOf(value) : undefined;
  if (own) yield own;
  for (const inside of Object.values(value)) yield* referencesIn(inside);
}

function referenceOf({ name, args: [argument] }: OfKind<'call'>): Reference | undefined {
  const isNamed = name === 'inSegment' && argument?.kind === 'literal' && typeof argument.value === 'string';
  return isNamed ? { id: argument.value as string, offset: argument.span.start } : undefined;
}

const isCall = (value: object): value is OfKind<'call'> => 'kind' in value && value.kind === 'call';
