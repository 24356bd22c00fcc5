import { seededRandom } from '#cli/example/random.ts';

export const INGESTION_METHODS = ['stream', 'batch', 'mixed'] as const;
export type IngestionMethod = (typeof INGESTION_METHODS)[number];

/** Records that travel together, and how. */
export interface Travelling<T> {
  readonly ingestionMethod: 'stream' | 'file';
  readonly records: readonly T[];
}

const STREAM_BATCH = 200;
const FILE_SLICE = 2_000;

/**
 * How the records of several inputs travel: by stream in small batches in which the inputs are interleaved, in files in
 * large slices that overtake each other, or some this way and some the other. The seed decides all of it.
 */
export function* travel<T>(
  inputs: readonly (readonly T[])[],
  ingestionMethod: IngestionMethod,
  seed: number,
): Generator<Travelling<T>> {
  const { next: random } = seededRandom(seed);
  const streamed: (readonly T[])[] = [];
  const files: (readonly T[])[] = [];
  for (const input of inputs) {
    if (ingestionMethod !== 'mixed') (ingestionMethod === 'stream' ? streamed : files).push(input);
    else {
      const border = Math.floor(random() * (input.length + 1));
      streamed.push(input.slice(0, border));
      files.push(input.slice(border));
    }
  }
  const messages = interleave(streamed, random).map((records) => ({ ingestionMethod: 'stream', records }) as const);
  const chunks = files
    .flatMap((file) => slices(file, random))
    .map((records) => ({ ingestionMethod: 'file', records }) as const);
  yield* shuffled([...messages, ...chunks], ingestionMethod, random);
}

/** Batches of a stream keep their order; files come when they come. */
function shuffled<T>(batches: T[], ingestionMethod: IngestionMethod, random: () => number): T[] {
  if (ingestionMethod === 'stream') return batches;
  for (let i = batches.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [batches[i], batches[j]] = [batches[j]!, batches[i]!];
  }
  return batches;
}

function interleave<T>(inputs: readonly (readonly T[])[], random: () => number): T[][] {
  const places = inputs.map(() => 0);
  const batches: T[][] = [];
  for (;;) {
    const open = inputs.flatMap((input, index) => (places[index]! < input.length ? [index] : []));
    if (open.length === 0) return batches;
    const batch: T[] = [];
    const size = 1 + Math.floor(random() * STREAM_BATCH);
    while (batch.length < size) {
      const index = open[Math.floor(random() * open.length)]!;
      const next = inputs[index]![places[index]!];
      if (next === undefined) break;
      places[index]! += 1;
      batch.push(next);
    }
    if (batch.length > 0) batches.push(batch);
  }
}

function slices<T>(file: readonly T[], random: () => number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < file.length; ) {
    const end = start + 1 + Math.floor(random() * FILE_SLICE);
    parts.push(file.slice(start, end));
    start = end;
  }
  return parts;
}
