import { valueAtKeys } from '#core/util/value-at-keys.ts';

/** The value at a dotted path, or undefined. */
export const valueAt = (entity: unknown, path: string): unknown => valueAtKeys(entity, path.split('.'));

/** Path → value, for those paths that have one. */
export function pick(entity: unknown, paths: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    paths.map((path) => [path, valueAt(entity, path)] as const).filter(([, value]) => value !== undefined),
  );
}
