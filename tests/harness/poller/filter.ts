/**
 * Event filter patterns of event source mappings: a nested object whose leaves are lists of alternatives. Only the
 * operators named here are known; any other is an error, so that no filter is silently taken to match.
 */
type Alternative = string | number | boolean | null | Readonly<Record<string, unknown>>;

export function matchesFilter(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return (pattern as Alternative[]).some((alternative) => matchesLeaf(alternative, value));
  if (typeof pattern !== 'object' || pattern === null) {
    throw new Error(`A filter's leaves are lists; found ${JSON.stringify(pattern)}`);
  }
  return Object.entries(pattern).every(([key, inner]) =>
    matchesFilter(
      inner,
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    ),
  );
}

function matchesLeaf(alternative: Alternative, value: unknown): boolean {
  if (typeof alternative !== 'object' || alternative === null) return alternative === value;
  return Object.entries(alternative).every(([operator, operand]) => {
    switch (operator) {
      case 'exists':
        return (value !== undefined) === operand;
      case 'prefix':
        return typeof value === 'string' && value.startsWith(operand as string);
      case 'suffix':
        return typeof value === 'string' && value.endsWith(operand as string);
      case 'anything-but':
        return value !== undefined && !(Array.isArray(operand) ? operand : [operand]).includes(value);
      default:
        throw new Error(`Filter operator "${operator}" is not known to this poller`);
    }
  });
}

/** Whether a record passes the filters of a mapping: any of them, or there are none. */
export const passes = (filters: readonly string[], record: unknown): boolean =>
  filters.length === 0 || filters.some((filter) => matchesFilter(JSON.parse(filter), record));
