/** What becomes of the rows of a file that was made. */
export interface Expected {
  readonly rows: number;
  /** Row numbers, 1-based. */
  readonly rejected: ReadonlySet<number>;
  /** Rows whose event another row has as well. */
  readonly duplicates: number;
  /** The `_id` of every event that the lake must have. */
  ids(): Iterable<string>;
}

/** Farther back than a chunk of wide rows reaches, so that other workers meet it. */
const FAR = 9_000;

/** Rows, from 0, with an amount that is none; and those that are broken in another way. */
export const isBadNumber = (n: number): boolean => n % 997 === 5;
export const isBroken = (n: number): boolean => n % 2_003 === 11;
const isRejected = (n: number): boolean => isBadNumber(n) || isBroken(n);

/** The row that a producer sends again as row `n`: the one before it, or one of long ago; mostly it is `n` itself. */
export function originalOf(n: number): number {
  const original = candidateOf(n);
  const isOne = original >= 0 && candidateOf(original) === original && !isRejected(original) && !isRejected(n);
  return isOne ? original : n;
}

function candidateOf(n: number): number {
  if (n % 1_009 === 7) return n - 1;
  return n % 4_001 === 13 ? n - FAR : n;
}

/** @param idOf the `_id` of a row that is no repetition */
export function expectedOf(rows: number, idOf: (n: number) => string): Expected {
  const rejected = new Set<number>();
  let duplicates = 0;
  for (let n = 0; n < rows; n++) {
    if (isRejected(n)) rejected.add(n + 1);
    if (originalOf(n) !== n) duplicates++;
  }
  return {
    rows,
    rejected,
    duplicates,
    *ids() {
      for (let n = 0; n < rows; n++) if (!isRejected(n) && originalOf(n) === n) yield idOf(n);
    },
  };
}
