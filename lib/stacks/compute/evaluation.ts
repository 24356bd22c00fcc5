import { Duration } from 'aws-cdk-lib';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { poolQueueName } from '#core/contract/delivery-lanes.ts';
import type { EnvironmentVariables } from '#core/contract/functions.ts';
import { queueSource, streamSettings } from '#lib/constructs/event-sources.ts';
import { readItems, sendMessagesUnder, writeItems } from '#lib/constructs/grants.ts';
import { FailureQueue } from '#lib/constructs/queues.ts';
import type { TributaryFunction } from '#lib/constructs/tributary-function.ts';
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
