import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commitDecisionOf } from '#core/pipeline/batch/threshold.ts';
import { NO_COUNTS } from '#core/pipeline/counts.ts';

const looked = (accepted: number, rejected: number, limit: number, missing = 0) => ({
  chunks: 2,
  validatedChunks: 2 - missing,
  validated: { ...NO_COUNTS, accepted, rejected },
  partialIngestionPercentage: limit,
});

describe('the threshold of a batch', () => {
  it('lets the good rows land when exactly as many are bad as it allows, and none with one more', () => {
    expect(commitDecisionOf(looked(95, 5, 5))).toBe('stitch');
    expect(commitDecisionOf(looked(94, 6, 5))).toMatchObject({ rejection: { code: 'batch-failed', found: '6.00 %' } });
    expect(commitDecisionOf(looked(514, 5, 5))).toBe('stitch');
    expect(commitDecisionOf(looked(0, 0, 0))).toBe('stitch');
    expect(commitDecisionOf(looked(999, 1, 0))).toMatchObject({
      rejection: { expected: 'at most 0 % rejected records' },
    });
    expect(commitDecisionOf(looked(0, 7, 100))).toBe('stitch');
  });

  it('says nothing while a chunk is missing, and fails a batch that could not be read to its end', () => {
    expect(commitDecisionOf(looked(0, 100, 5, 1))).toBeUndefined();
    const rejection = { code: 'corrupt-file', message: 'cut off' } as const;
    expect(commitDecisionOf({ ...looked(100, 0, 5), rejection })).toEqual({ rejection });
  });

  it('only becomes stricter with more bad rows, and laxer with a higher limit', () => {
    const holds = (good: number, bad: number, limit: number) => commitDecisionOf(looked(good, bad, limit)) === 'stitch';
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), fc.nat(100), fc.nat(50), (good, bad, limit, more) => {
        if (!holds(good, bad, limit)) expect(holds(good, bad + more, limit)).toBe(false);
        if (holds(good, bad, limit)) expect(holds(good, bad, limit + more)).toBe(true);
      }),
    );
  });
});
