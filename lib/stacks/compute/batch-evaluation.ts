import { Duration } from 'aws-cdk-lib';
import { EVALUATION_TRIES } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { queueSource } from '#lib/constructs/event-sources.ts';
import { queryItems, scanItems, updateItemsUnder, writeItems } from '#lib/constructs/grants.ts';
import { WorkQueue } from '#lib/constructs/queues.ts';
import type { TributaryFunction } from '#lib/constructs/tributary-function.ts';
import type { FunctionFactory } from './function-factory.ts';

/** Share of its timeout that a call works before it hands its part on: a step may take long, and must not be cut off. */
const WORKING_SHARE = 0.5;

/** All profiles → parts → memberships. */
export function addBatchEvaluation(make: FunctionFactory): { batch: TributaryFunction; evaluation: WorkQueue } {
  const { config, data } = make;
  const { timeoutSeconds } = config.functions['evaluate-part'];
  const evaluation = new WorkQueue(make.scope, 'Evaluation', {
    name: 'evaluation',
    deadLetterPattern: 'evaluation-dead-letters',
    alarms: make.alarms,
    functionTimeout: Duration.seconds(timeoutSeconds),
    maxReceiveCount: EVALUATION_TRIES,
    alarmAge: Duration.hours(1),
  });

  const batch = make.function('EvaluateBatch', 'evaluate-batch', 'all profiles → parts', {
    ...make.catalog(),
    EVALUATION_QUEUE_URL: evaluation.queue.queueUrl,
    EVALUATION_PARTS: String(config.evaluationParts),
  });
  const part = make.function('EvaluatePart', 'evaluate-part', 'a part of all profiles → memberships', {
    ...make.memberships(),
    TIMELINE_TABLE: data.timeline.tableName,
    EVALUATION_QUEUE_URL: evaluation.queue.queueUrl,
    WORK_SECONDS: String(Math.ceil(timeoutSeconds * WORKING_SHARE)),
  });
  for (const { function: worker } of [batch, part]) {
    updateItemsUnder(worker, data.operations, [OPERATIONS_PREFIX.evaluation]);
    evaluation.queue.grantSendMessages(worker);
  }
  make.allowEvaluating(part);
  scanItems(part.function, data.profiles);
  // Segments that are new see what happened before them: events are chosen anew.
  writeItems(part.function, data.profiles);
  queryItems(part.function, data.timeline);
  part.function.addEventSource(queueSource(evaluation.queue, { batchSize: 1, maxConcurrency: config.evaluationParts }));
  return { batch, evaluation };
}
