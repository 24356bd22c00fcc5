import { type Caller, mayDo } from '#core/callers/caller.ts';
import { isObject } from '#core/util/is-object.ts';
import type { LabelledFields } from './labelled-fields.ts';
import { hiddenFrom, MASKED, omitPaths } from './readable.ts';

/** What a caller may see of a person who is looked at by their reference: `masked` is that there is a value, and not which. */
export interface Visibility {
  readonly values: 'all' | 'some' | 'masked';
  /** Dotted paths that are hidden; of no matter where all values are masked. */
  readonly hidden: readonly string[];
  /** Why a value is hidden: the labels that are on it. */
  labelsOf(keys: readonly string[]): readonly string[];
  /** What may be seen of a value; undefined where nothing may. */
  shown(keys: readonly string[], value: unknown): { readonly value: unknown } | undefined;
}

/** @returns undefined where the caller may look at nobody */
export function visibilityOf(caller: Pick<Caller, 'scopes'>, labelled: LabelledFields): Visibility | undefined {
  const hidden = hiddenFrom(caller, labelled);
  if (!hidden && !mayDo(caller, 'profile:read', MASKED)) return undefined;
  const labelsOf = (keys: readonly string[]): string[] => {
    const path = keys.join('.');
    const on = [...labelled].filter(([each]) => isAtOrBelow(path, each)).flatMap(([, labels]) => [...labels]);
    return [...new Set(on)].sort();
  };
  if (!hidden) return { values: 'masked', hidden: [], labelsOf, shown: () => undefined };
  return {
    values: hidden.length === 0 ? 'all' : 'some',
    hidden,
    labelsOf,
    shown: (keys, value) => shownOf(keys, value, hidden),
  };
}

function shownOf(keys: readonly string[], value: unknown, hidden: readonly string[]): { value: unknown } | undefined {
  const path = keys.join('.');
  if (hidden.some((each) => isAtOrBelow(path, each))) return undefined;
  const inside = hidden.filter((each) => path === '' || each.startsWith(`${path}.`));
  const below = inside.map((each) => each.slice(path === '' ? 0 : path.length + 1).split('.'));
  return { value: below.length > 0 && (isObject(value) || Array.isArray(value)) ? omitPaths(value, below) : value };
}

/** The empty path is every field. */
const isAtOrBelow = (path: string, above: string): boolean =>
  above === '' || path === above || path.startsWith(`${above}.`);
