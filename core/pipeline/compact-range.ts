import { type CompactDeps, type Compacted, compactStep, NOTHING_COMPACTED } from '#core/lake/compact.ts';
import { folderOf, type Partition, partitionOf } from '#core/record/partition.ts';
import type { LakeRange } from './rebuild.ts';

export interface CompactedRange extends Compacted {
  /** That were looked at. */
  readonly partitions: number;
}

export interface CompactRangeDeps extends CompactDeps {
  /** Called when a partition is done. */
  progress(partition: Partition, soFar: CompactedRange): void;
}

/** Compacts every partition of a range, one after the other, until there is nothing left to do. @param today by UTC */
export async function compactRange(range: LakeRange, today: string, deps: CompactRangeDeps): Promise<CompactedRange> {
  let sum: CompactedRange = { ...NOTHING_COMPACTED, partitions: 0 };
  for (const partition of await partitionsOf(range, deps)) {
    sum = { ...sum, partitions: sum.partitions + 1 };
    for (let state = 'more'; state === 'more'; ) {
      const step = await compactStep(partition, today, deps);
      state = step.state;
      sum = {
        partitions: sum.partitions,
        objectsBefore: sum.objectsBefore + step.objectsBefore,
        bytesBefore: sum.bytesBefore + step.bytesBefore,
        objectsAfter: sum.objectsAfter + step.objectsAfter,
        bytesAfter: sum.bytesAfter + step.bytesAfter,
        rows: sum.rows + step.rows,
        repeated: sum.repeated + step.repeated,
      };
    }
    deps.progress(partition, sum);
  }
  return sum;
}

async function partitionsOf({ dataset, from, to }: LakeRange, { lake }: CompactDeps): Promise<Iterable<Partition>> {
  const partitions = new Map<string, Partition>();
  for await (const key of lake.list(dataset === undefined ? 'dataset=' : `dataset=${dataset}/`)) {
    const partition = partitionOf(key);
    if (!partition || (from !== undefined && partition.day < from) || (to !== undefined && partition.day > to))
      continue;
    partitions.set(folderOf(partition), partition);
  }
  return partitions.values();
}
