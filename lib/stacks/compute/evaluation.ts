import { Duration } from 'aws-cdk-lib';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { streamSettings } from '#lib/constructs/event-sources.ts';
import { readItems, writeItems } from '#lib/constructs/grants.ts';
import { FailureQueue } from '#lib/constructs/queues.ts';
import type { FunctionFactory } from './function-factory.ts';

/** How long DynamoDB keeps the records of a table's stream. */
const TABLE_STREAM_RETENTION = Duration.hours(24);

/** Changed profiles → memberships. */
export function addEvaluation(make: FunctionFactory): void {
  const { config, data } = make;
  const evaluate = make.function('Evaluate', 'evaluate', 'changed profiles → memberships', make.memberships());
  make.allowEvaluating(evaluate);
  evaluate.function.addEventSource(
    new DynamoEventSource(
      data.profiles,
      streamSettings({
        batchSize: 200,
        parallelism: config.streamParallelism,
        retention: TABLE_STREAM_RETENTION,
        failures: new FailureQueue(make.scope, 'EvaluateFailures', { name: evaluate.label, alarms: make.alarms }),
      }),
    ),
  );
  make.watchStream(evaluate);
}

/** Changed memberships → the queues of the delivery lanes. */
export function addRouting(make: FunctionFactory): void {
  const { config, data, activation } = make;
  const route = make.function('Route', 'route', 'changed memberships → delivery lanes', {
    ...make.memberships(),
    DESTINATION_QUEUES: JSON.stringify(activation.queueUrls),
  });
  readItems(route.function, data.profiles);
  readItems(route.function, data.memberships);
  writeItems(route.function, data.operations);
  for (const lane of activation.lanes) lane.work.queue.grantSendMessages(route.function);
  route.function.addEventSource(
    new DynamoEventSource(
      data.memberships,
      streamSettings({
        batchSize: 200,
        parallelism: config.streamParallelism,
        retention: TABLE_STREAM_RETENTION,
        failures: new FailureQueue(make.scope, 'RouteFailures', { name: route.label, alarms: make.alarms }),
      }),
    ),
  );
  make.watchStream(route);
}
