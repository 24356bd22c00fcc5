import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupsOf } from '#core/util/groups.ts';

it('works on rows of the lake in their order, a thousand at a time, or fewer where they are large', () => {
  const length = fc.oneof(fc.nat(100), fc.constantFrom(900_000, 1_048_576, 4_194_304));
  fc.assert(
    fc.property(fc.array(length, { maxLength: 60 }), fc.nat(2_500), (large, small) => {
      const lengths = [...large, ...Array.from({ length: small }, () => 1)];
      const slices = [...groupsOf(lengths, (count) => count)];
      expect(slices.flat()).toEqual(lengths);
      for (const slice of slices) {
        expect(slice.length).toBeGreaterThan(0);
        expect(slice.length).toBeLessThanOrEqual(1_000);
        expect(slice.slice(0, -1).reduce((sum, count) => sum + count, 0)).toBeLessThan(4_194_304);
      }
    }),
  );
});
