/**
 * Draws `size` values, each set of them being as likely as any other, from values of which nobody knows how many there
 * are: all of them when they are fewer.
 * @param random numbers from 0 up to 1
 */
export async function sampleOf<T>(
  values: AsyncIterable<T>,
  size: number,
  random: () => number,
): Promise<{ readonly sample: readonly T[]; readonly total: number }> {
  const sample: T[] = [];
  let total = 0;
  for await (const value of values) {
    total += 1;
    if (sample.length < size) sample.push(value);
    else {
      const place = Math.floor(random() * total);
      if (place < size) sample[place] = value;
    }
  }
  return { sample, total };
}
