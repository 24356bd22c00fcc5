import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimate } from '#core/segmentation/estimate.ts';
import { sampleOf } from '#core/util/sample.ts';

async function* numbersTo(count: number): AsyncIterable<number> {
  for (let value = 0; value < count; value++) yield value;
}

/** Numbers from 0 up to 1 that are the same for a seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const population = fc
  .integer({ min: 1, max: 5_000_000 })
  .chain((total) => fc.integer({ min: 0, max: Math.min(total, 20_000) }).map((sampled) => ({ total, sampled })))
  .chain(({ total, sampled }) => fc.integer({ min: 0, max: sampled }).map((hits) => ({ total, sampled, hits })));

describe('an estimate', () => {
  it('lies between its ends, which never contradict what was seen', () => {
    fc.assert(
      fc.property(population, ({ total, sampled, hits }) => {
        const { count, low, high } = estimate(hits, sampled, total);
        expect(low).toBeLessThanOrEqual(count);
        expect(count).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(hits);
        expect(high).toBeLessThanOrEqual(total - (sampled - hits));
      }),
    );
  });

  it('is exact when everybody was looked at', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), fc.nat(), (total, pick) => {
        const hits = total === 0 ? 0 : pick % (total + 1);
        expect(estimate(hits, total, total)).toEqual({
          count: hits,
          low: hits,
          high: hits,
          sampled: total,
          total,
          confidence: 0.95,
        });
      }),
    );
  });

  it('says nothing without having looked', () => {
    expect(estimate(0, 0, 50)).toMatchObject({ count: 0, low: 0, high: 50 });
  });

  it('becomes narrower with more people looked at', () => {
    const width = (sampled: number): number => {
      const { low, high } = estimate(sampled / 4, sampled, 1_000_000);
      return high - low;
    };
    expect(width(400)).toBeGreaterThan(width(4000));
    expect(width(4000)).toBeGreaterThan(width(40_000));
  });

  it.each([
    [0.5, 3000, 200],
    [0.02, 3000, 400],
    [0.9, 500, 250],
    [0.3, 100_000, 100],
  ])('holds the truth in 95 of 100 samples (share %d of %d, %d looked at)', async (share, total, size) => {
    const members = Math.round(share * total);
    const trials = 400;
    let held = 0;
    for (let seed = 0; seed < trials; seed++) {
      const random = randomOf(seed + 1);
      const drawn = new Set<number>();
      while (drawn.size < size) drawn.add(Math.floor(random() * total));
      const hits = [...drawn].filter((value) => value < members).length;
      const { low, high } = estimate(hits, size, total);
      if (low <= members && members <= high) held += 1;
    }
    expect(held / trials).toBeGreaterThanOrEqual(0.93);
  });
});

describe('a sample', () => {
  it('holds different values, all of them where there are no more, and how many there were', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(200), fc.integer({ min: 1, max: 50 }), fc.nat(), async (count, size, seed) => {
        const { sample, total } = await sampleOf(numbersTo(count), size, randomOf(seed));
        expect(total).toBe(count);
        expect(new Set(sample).size).toBe(Math.min(count, size));
        expect(sample.length).toBe(Math.min(count, size));
        if (count <= size) expect([...sample].sort((x, y) => x - y)).toEqual([...Array(count).keys()]);
      }),
    );
  });

  it('takes every value as often as any other', async () => {
    const taken = new Array<number>(20).fill(0);
    const random = randomOf(42);
    for (let trial = 0; trial < 4000; trial++) {
      for (const value of (await sampleOf(numbersTo(20), 5, random)).sample) taken[value]! += 1;
    }
    // Each is expected 1000 times, with a standard deviation of about 27.
    for (const times of taken) expect(Math.abs(times - 1000)).toBeLessThan(140);
  });
});
