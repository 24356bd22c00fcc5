import { Duration } from 'aws-cdk-lib';
import { queueSource } from '#lib/constructs/event-sources.ts';
import { deleteObjects, readObjects, uploadObjects } from '#lib/constructs/grants.ts';
import { WorkQueue } from '#lib/constructs/queues.ts';
import type { TributaryFunction } from '#lib/constructs/tributary-function.ts';
import type { FunctionFactory } from './function-factory.ts';

/** Small objects of the lake → large ones. */
export function addCompaction(make: FunctionFactory): { compact: TributaryFunction; compaction: WorkQueue } {
  const { config, data } = make;
  const compaction = new WorkQueue(make.scope, 'Compaction', {
    name: 'compaction',
    deadLetterPattern: 'compaction-dead-letters',
    alarms: make.alarms,
    functionTimeout: Duration.seconds(config.functions['compact-lake'].timeoutSeconds),
    maxReceiveCount: 3,
    // One that failed comes back only after six times the timeout of the function.
    alarmAge: Duration.hours(4),
  });
  const compact = make.function('CompactLake', 'compact-lake', 'small objects of the lake → large ones', {
    ...make.catalog(),
    LAKE_BUCKET: data.lake.bucketName,
    COMPACTION_QUEUE_URL: compaction.queue.queueUrl,
    TARGET_MB: String(config.lakeObjectMb),
  });
  readObjects(compact.function, data.lake);
  uploadObjects(compact.function, data.lake);
  deleteObjects(compact.function, data.lake);
  compaction.queue.grantSendMessages(compact.function);
  compact.function.addEventSource(queueSource(compaction.queue, { batchSize: 1, maxConcurrency: 5 }));
  return { compact, compaction };
}
