import { isObject } from '#core/util/is-object.ts';

type Wanted = Map<string, Wanted | 'all'>;

/**
 * The entity cut down to the fields of dotted paths. A path leads into every element of a list; one that leads to nothing
 * is left out.
 */
export function selectFields(
  entity: Readonly<Record<string, unknown>>,
  paths: readonly string[],
): Record<string, unknown> {
  const wanted: Wanted = new Map();
  for (const path of paths) want(wanted, path.split('.'));
  return (cut(entity, wanted) as Record<string, unknown> | undefined) ?? {};
}

function want(wanted: Wanted, [name = '', ...rest]: readonly string[]): void {
  const below = wanted.get(name);
  if (below === 'all') return;
  if (rest.length === 0) {
    wanted.set(name, 'all');
    return;
  }
  const next: Wanted = below ?? new Map();
  wanted.set(name, next);
  want(next, rest);
}

function cut(value: unknown, wanted: Wanted | 'all'): unknown {
  if (wanted === 'all') return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => cut(item, wanted)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  if (!isObject(value)) return undefined;
  const kept = Object.entries(value).flatMap(([name, below]) => {
    const wantedBelow = wanted.get(name);
    const part = wantedBelow === undefined ? undefined : cut(below, wantedBelow);
    return part === undefined ? [] : [[name, part] as const];
  });
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
