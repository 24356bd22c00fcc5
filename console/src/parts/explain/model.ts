/** Why somebody is in an audience or is not, as the people's API tells it. */
export interface Explanation {
  readonly audience: { readonly id: string; readonly name: string };
  readonly asOf: string;
  readonly method: string;
  readonly isMember: boolean;
  readonly optedOut: boolean;
  readonly evaluated?: { readonly status: string; readonly since: string };
  readonly rule: ExplainedPart;
}

export interface ExplainedPart {
  readonly kind: 'and' | 'or' | 'not' | 'condition';
  /** As it is written in the rule. */
  readonly text: string;
  readonly isTrue: boolean;
  /** When time alone may make it another. */
  readonly changesAt?: string;
  readonly parts: readonly ExplainedPart[];
  readonly values?: readonly ExplainedValue[];
  readonly events?: {
    readonly count: number;
    readonly newest: readonly { readonly time: string; readonly type?: string }[];
  };
}

export interface ExplainedValue {
  readonly path: string;
  readonly value?: unknown;
  readonly isMasked?: boolean;
}

/**
 * The fewest conditions that have to become another for the whole to be another: those that keep somebody out, or in.
 * Of `or` where nothing holds, one part is enough: the one that needs the fewest.
 */
export function decisive(part: ExplainedPart): readonly ExplainedPart[] {
  if (part.kind === 'condition') return [part];
  if (part.kind === 'not') return part.parts.flatMap(decisive);
  const needsAll = (part.kind === 'and') !== part.isTrue;
  if (needsAll) return part.parts.filter(({ isTrue }) => isTrue === part.isTrue).flatMap(decisive);
  const ways = part.parts.filter(({ isTrue }) => isTrue === part.isTrue).map(decisive);
  return (
    ways.reduce<readonly ExplainedPart[] | undefined>(
      (best, way) => (best && best.length <= way.length ? best : way),
      undefined,
    ) ?? []
  );
}
