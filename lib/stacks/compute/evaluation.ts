import { Duration } from 'aws-cdk-lib';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { poolQueueName } from '#core/contract/delivery-lanes.ts';
import type { EnvironmentVariables } from '#core/contract/functions.ts';
import { OPERATIONS_PREFIX } from '#core/contract/tables.ts';
import { queueSource, streamSettings } from '#lib/constructs/event-sources.ts';
import { putItemsUnder, readItems, sendMessagesUnder, writeItems } from '#lib/constructs/grants.ts';
import { FailureQueue } from '#lib/constructs/queues.ts';
import type { TributaryFunction } from '#lib/constructs/tributary-function.ts';
import type { FunctionFactory } from './function-factory.ts';

/** Counters, notes of what was counted, history, last batches, and whether a recount waits. */
const COUNTED_UNDER = [
  OPERATIONS_PREFIX.counts,
  OPERATIONS_PREFIX.countNote,
  OPERATIONS_PREFIX.countsAt,
  OPERATIONS_PREFIX.lastBatch,
  OPERATIONS_PREFIX.recount,
];

/** How long DynamoDB keeps the records of a table's stream. */
const TABLE_STREAM_RETENTION = Duration.hours(24);

/** Changed profiles → memberships. */
export function addEvaluation(make: FunctionFactory): void {
  const { config, data } = make;
  const evaluate = make.function('Evaluate', 'evaluate', 'changed profiles → memberships', make.memberships());
  make.allowEvaluating(evaluate);
  putItemsUnder(evaluate.function, data.operations, [OPERATIONS_PREFIX.streamTally]);
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

/** Changed profiles and memberships → what the edge knows, where the stage wants copies for it. */
export function addEdgeProjection(make: FunctionFactory): void {
  const { config, data } = make;
  if (config.edge.profiles === 'off') return;
  const project = make.function('ProjectEdge', 'project-edge', 'changed profiles → copies for the edge', {
    ...make.memberships(),
    EDGE_PROFILES_TABLE: data.edgeProfiles.tableName,
  });
  readItems(project.function, data.profiles);
  readItems(project.function, data.memberships);
  make.allowProjecting(project);
  const failures = new FailureQueue(make.scope, 'ProjectEdgeFailures', { name: project.label, alarms: make.alarms });
  for (const table of [data.profiles, data.memberships]) {
    const settings = {
      batchSize: 200,
      parallelism: config.streamParallelism,
      retention: TABLE_STREAM_RETENTION,
      failures,
    };
    project.function.addEventSource(new DynamoEventSource(table, streamSettings(settings)));
  }
  make.watchStream(project);
}

/**
 * Changes of delivery states and batches, and what readers of other streams have counted → counters; every hour → their history.
 * The streams of profiles and memberships have two readers each, as many as they may have: those count what they read.
 */
export function addCounting(make: FunctionFactory): TributaryFunction {
  const { config, data } = make;
  const count = make.function('Count', 'count', 'changes of what is stored → counters', make.catalog());
  putItemsUnder(count.function, data.operations, COUNTED_UNDER);
  const failures = new FailureQueue(make.scope, 'CountFailures', { name: count.label, alarms: make.alarms });
  count.function.addEventSource(
    new DynamoEventSource(
      data.operations,
      streamSettings({
        batchSize: 1_000,
        parallelism: 1,
        window: Duration.seconds(config.countSeconds),
        retention: TABLE_STREAM_RETENTION,
        failures,
        keyPrefixes: [OPERATIONS_PREFIX.deliveryState, OPERATIONS_PREFIX.batch, OPERATIONS_PREFIX.streamTally],
      }),
    ),
  );
  make.watchStream(count);
  return count;
}

/** Changed memberships → the queues of the delivery lanes. */
export function addRouting(make: FunctionFactory): void {
  const { config, data } = make;
  const route = make.function('Route', 'route', 'changed memberships → delivery lanes', routingOf(make));
  allowRouting(make, route);
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

/** Orders of delivery functions → the queue of one delivery lane. */
export function addRerouting(make: FunctionFactory): void {
  const reroute = make.function(
    'Reroute',
    'reroute',
    'identities whose order was lost → delivery lanes',
    routingOf(make),
  );
  allowRouting(make, reroute);
  reroute.function.addEventSource(queueSource(make.activation.reroutes.queue, { batchSize: 10, maxConcurrency: 2 }));
}

const routingOf = (make: FunctionFactory): EnvironmentVariables<'route'> => ({
  ...make.memberships(),
  DESTINATION_QUEUES: JSON.stringify(make.activation.queueUrls),
  LANE_QUEUE_URL: make.lanes.firstQueueUrl,
  FILES_QUEUE_URL: make.lanes.files.work.queue.queueUrl,
});

function allowRouting({ config, data, activation, lanes }: FunctionFactory, router: TributaryFunction): void {
  readItems(router.function, data.profiles);
  readItems(router.function, data.memberships);
  writeItems(router.function, data.operations);
  for (const lane of activation.lanes) lane.work.queue.grantSendMessages(router.function);
  sendMessagesUnder(router.function, poolQueueName(config.stage, 'lane-*'));
  lanes.files.work.queue.grantSendMessages(router.function);
}
