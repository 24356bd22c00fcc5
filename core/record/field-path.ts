/** The value at a dotted path, or undefined. */
export function valueAt(entity: unknown, path: string): unknown {
  let value = entity;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Path → value, for those paths that have one. */
export function pick(entity: unknown, paths: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    paths.map((path) => [path, valueAt(entity, path)] as const).filter(([, value]) => value !== undefined),
  );
}
