import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { CatalogPort } from '#core/catalog/port.ts';
import { METRICS } from '#core/contract/metrics.ts';
import { type CompactDeps, compactStep } from '#core/lake/compact.ts';
import { compactedIn } from '#core/lake/compacted.ts';
import { partitionMessage, recentPartitions } from '#core/lake/compaction-days.ts';
import type { Clock } from '#core/ports/clock.ts';
import type { MessageQueue } from '#core/ports/message-queue.ts';
import type { Metrics } from '#core/ports/metrics.ts';
import { dayOf, type Partition } from '#core/record/partition.ts';
import { logBatch } from '#lambdas/runtime/log.ts';
import { createSqsHandler, eachInOrder } from '#lambdas/runtime/sqs-handler.ts';

export interface CompactLakeDeps extends CompactDeps {
  readonly catalog: CatalogPort;
  readonly partitions: MessageQueue<Partition>;
  readonly metrics: Metrics;
  readonly now: Clock;
}

/** Schedule → a message for each partition; message → one object is made of many, and a message more if there are more. */
export function createHandler(deps: CompactLakeDeps) {
  const work = createSqsHandler(
    partitionMessage,
    eachInOrder(({ value }) => compact(value, deps), 1),
  );
  return async (event: SQSEvent | object): Promise<SQSBatchResponse> => {
    if ('Records' in event) return work(event);
    const { datasets } = await deps.catalog.current();
    const partitions = recentPartitions(datasets.keys(), deps.now());
    await deps.partitions.send(partitions);
    logBatch({ partitions: partitions.length });
    return { batchItemFailures: [] };
  };
}

async function compact(partition: Partition, deps: CompactLakeDeps): Promise<void> {
  const { state, ...counts } = await compactStep(partition, dayOf(deps.now()), {
    ...deps,
    compacted: compactedIn(deps.lake),
  });
  const { metrics } = deps;
  metrics.count(METRICS.lakeObjectsBefore, counts.objectsBefore);
  metrics.count(METRICS.lakeObjectsAfter, counts.objectsAfter);
  metrics.count(METRICS.lakeBytesBefore, counts.bytesBefore);
  metrics.count(METRICS.lakeBytesAfter, counts.bytesAfter);
  logBatch({ ...partition, ...counts, state });
  if (state === 'more') await deps.partitions.send([partition]);
}
