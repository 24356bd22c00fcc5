/** What is wrong with a Parquet file, in a few words for people. */
export class ParquetFlaw extends Error {}

export function expectThat(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new ParquetFlaw(otherwise);
}
