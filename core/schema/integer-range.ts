/** Whole numbers of a size (aep.md §1.1). */
const RANGES: ReadonlyMap<unknown, readonly [minimum: number, maximum: number]> = new Map([
  ['byte', [-128, 127]],
  ['short', [-32_768, 32_767]],
  ['int', [-2_147_483_648, 2_147_483_647]],
  ['integer', [-2_147_483_648, 2_147_483_647]],
  ['long', [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]],
]);

/** The bounds that the XDM type of a field sets, where the schema does not set narrower ones itself. */
export function integerRange(schema: Readonly<Record<string, unknown>>): { minimum?: number; maximum?: number } {
  const range = RANGES.get(schema['meta:xdmType']);
  if (!range || schema.type !== 'integer') return {};
  const [minimum, maximum] = range;
  return {
    minimum: typeof schema.minimum === 'number' ? Math.max(schema.minimum, minimum) : minimum,
    maximum: typeof schema.maximum === 'number' ? Math.min(schema.maximum, maximum) : maximum,
  };
}
