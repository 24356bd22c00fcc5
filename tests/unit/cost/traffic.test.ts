import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#cli/example/random.ts';
import { callsPerRecord, kindsPerRecord, onDemandShards, type StreamReading, tracedOf } from '#core/cost/traffic.ts';
import { runs } from '#tests/harness/runs.ts';

const reading: fc.Arbitrary<StreamReading> = fc.record({
  shards: fc.integer({ min: 1, max: 200 }),
  parallelism: fc.integer({ min: 1, max: 10 }),
  windowSeconds: fc.integer({ min: 1, max: 60 }),
  maxBatch: fc.integer({ min: 1, max: 10_000 }),
});
const rate = fc.double({ min: 0.001, max: 1e6, noNaN: true });
const cases = runs(1, 200);

describe('calls of a function that reads a stream', () => {
  test.prop([rate, reading], cases)(
    'are one for a record at most, and hold no more than the batch does',
    (perSecond, how) => {
      const calls = callsPerRecord(perSecond, how);
      expect(calls).toBeGreaterThan(0);
      expect(calls).toBeLessThanOrEqual(1);
      // Half a record more than the largest batch, where one in a window may be none.
      expect(1 / calls).toBeLessThanOrEqual(how.maxBatch / (1 - Math.exp(-how.maxBatch)) + 1e-6);
    },
  );

  test.prop([rate, rate, reading], cases)('are fewer for each record the more come', (one, other, how) => {
    const [less, more] = [Math.min(one, other), Math.max(one, other)];
    expect(callsPerRecord(more, how)).toBeLessThanOrEqual(callsPerRecord(less, how) + 1e-12);
  });

  test.prop([rate, fc.integer({ min: 1, max: 20 }), reading], cases)(
    'have one kind of record at least, and not more kinds than there are, or records',
    (perSecond, kinds, how) => {
      const calls = callsPerRecord(perSecond, how);
      const together = kindsPerRecord(
        perSecond,
        Array.from({ length: kinds }, () => 1 / kinds),
        how,
      );
      expect(together).toBeGreaterThanOrEqual(calls - 1e-9);
      expect(together).toBeLessThanOrEqual(Math.min(1, kinds * calls) + 1e-9);
    },
  );

  it('are as many as in a simulation of records that come by chance', () => {
    const random = seededRandom(1);
    const how: StreamReading = { shards: 4, parallelism: 4, windowSeconds: 1, maxBatch: 500 };
    const shares = [0.7, 0.2, 0.1];
    for (const perSecond of [1, 10, 100]) {
      const records = 20_000;
      const seconds = records / perSecond;
      const calls = new Set<string>();
      const kinds = new Set<string>();
      for (let n = 0; n < records; n++) {
        const call = `${random.integer(0, 15)} ${Math.floor(random.next() * seconds)}`;
        const pick = random.next();
        calls.add(call);
        kinds.add(`${call} ${pick < 0.7 ? 0 : pick < 0.9 ? 1 : 2}`);
      }
      expect(calls.size / records / callsPerRecord(perSecond, how)).toBeCloseTo(1, 1);
      expect(kinds.size / records / kindsPerRecord(perSecond, shares, how)).toBeCloseTo(1, 1);
    }
  });

  it('are none where nothing comes', () => {
    const how: StreamReading = { shards: 4, parallelism: 4, windowSeconds: 1, maxBatch: 500 };
    expect(callsPerRecord(0, how)).toBe(0);
    expect(kindsPerRecord(0, [1], how)).toBe(0);
  });
});

describe('a stream on demand', () => {
  it('has four shards, or room for twice what comes, by bytes and by records', () => {
    expect(onDemandShards(10, 2)).toBe(4);
    expect(onDemandShards(10_000, 2)).toBe(40);
    expect(onDemandShards(10_000, 0.1)).toBe(20);
  });
});

describe('traces', () => {
  it('are all calls of a function that has one a second at most, and then 5 % of those beyond', () => {
    expect([0, 0.5, 1, 21, 1_001].map(tracedOf)).toEqual([0, 0.5, 1, 2, 51]);
  });
});
