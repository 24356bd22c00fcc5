/** Whether two JSON values are the same, whatever the order of their keys; a missing field is none that is undefined. */
export function sameValue(x: unknown, y: unknown): boolean {
  if (Object.is(x, y)) return true;
  if (typeof x !== 'object' || typeof y !== 'object' || x === null || y === null) return false;
  if (Array.isArray(x)) {
    return Array.isArray(y) && x.length === y.length && x.every((item, index) => sameValue(item, y[index]));
  }
  if (Array.isArray(y)) return false;
  const names = Object.keys(x);
  if (names.length !== Object.keys(y).length) return false;
  return names.every(
    (name) =>
      Object.hasOwn(y, name) && sameValue((x as Record<string, unknown>)[name], (y as Record<string, unknown>)[name]),
  );
}
